"""In what the sources of two moments differ."""

import pytest

from tradestack.sessions.source_identity import SourceIdentity, difference_between

FILE = {"path": "/a.csv", "size_bytes": 7, "modified_ns": 1, "sha256_of_ends": "ff"}
SOURCES = {"source": "csv", "prices": [FILE], "sentiment": [], "start_at_ns": None}


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({}, ""),
        ({"source": "random-walk"}, "source was csv, and is random-walk"),
        ({"start_at_ns": 5}, "start_at_ns was None, and is 5"),
        ({"more": 1}, "more was None, and is 1"),
        (
            {"prices": [{**FILE, "modified_ns": 2}]},
            "prices: /a.csv: modified_ns was 1, and is 2",
        ),
        (
            {"prices": [FILE, {**FILE, "path": "/b.csv"}]},
            "prices was /a.csv, and is /a.csv, /b.csv",
        ),
        ({"prices": []}, "prices was /a.csv, and is []"),
    ],
)
def test_the_first_difference_is_told(changes: SourceIdentity, difference: str) -> None:
    """With the file that it is in."""
    assert difference_between(SOURCES, {**SOURCES, **changes}) == difference
