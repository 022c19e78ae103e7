"""Numbers with a unit ⇄ integers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.units import (
    BYTES_OF,
    DURATION_FORM,
    NANOSECONDS_OF,
    SIZE_FORM,
    format_mebibytes,
    format_quantity,
    parse_quantity,
)


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0", 0),
        ("30s", 30_000_000_000),
        ("1.5s", 1_500_000_000),
        ("2 ms", 2_000_000),
        (" 5min ", 300_000_000_000),
        ("0.5us", 500),
        ("7ns", 7),
        ("2h", 7_200_000_000_000),
        ("1d", 86_400_000_000_000),
    ],
)
def test_durations_are_read(text: str, nanoseconds: int) -> None:
    """Whole numbers and fractions, with or without a space before the unit."""
    assert parse_quantity(text, NANOSECONDS_OF) == nanoseconds


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("10", "has no unit"),
        ("", "not a number"),
        ("s", "not a number"),
        ("-1s", "not a number"),
        ("1e3s", "not a number"),
        ("3 fortnights", "unknown unit 'fortnights'"),
        ("1S", "unknown unit 'S'"),
        ("0.5ns", "finer"),
        ("٣s", "not a number"),
    ],
)
def test_other_texts_are_refused(text: str, reason: str) -> None:
    """The error has the reason."""
    with pytest.raises(ValueError, match=reason):
        parse_quantity(text, NANOSECONDS_OF)


def test_the_forms_name_every_unit() -> None:
    """An error that has the form says what may be written."""
    assert DURATION_FORM == 'a time with its unit (ns, us, ms, s, min, h, d), as in "30s"'
    assert SIZE_FORM == 'a size with its unit (B, KiB, MiB, GiB, TiB), as in "64MiB"'


@given(st.integers(min_value=0, max_value=10**15 - 1))
def test_formatted_sizes_are_read_back(size: int) -> None:
    """Nothing is lost by showing a value as a config file would write it."""
    assert parse_quantity(format_quantity(size, BYTES_OF), BYTES_OF) == size


def test_the_largest_whole_unit_is_shown() -> None:
    """60 s are a minute, 61 s are not."""
    assert format_quantity(60_000_000_000, NANOSECONDS_OF) == "1min"
    assert format_quantity(61_000_000_000, NANOSECONDS_OF) == "61s"
    assert format_quantity(64 << 20, BYTES_OF) == "64MiB"


def test_sizes_to_compare_are_in_mebibytes() -> None:
    """One decimal, and thousands are separated."""
    assert format_mebibytes(512 << 20) == "512.0 MiB"
    assert format_mebibytes((1_234 << 20) + (1 << 19)) == "1,234.5 MiB"
