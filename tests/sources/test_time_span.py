"""TimeSpan: the records of a source from a time on, and up to another."""

from pathlib import Path

import pytest

from tests.kit.csv_files import PRICES_HEADER, open_csv, price_rows, read_all, write
from tradestack.sources.time_span import TimeSpan

ROWS = 10
FIRST_NS = 1_768_487_400_000_000_000  # 2026-01-15T14:30:00Z; each row is a millisecond later
MILLISECOND_NS = 1_000_000


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """A file with ROWS rows."""
    return write(tmp_path / "prices.csv", PRICES_HEADER + price_rows(ROWS))


@pytest.mark.parametrize(
    ("start_ns", "skipped"),
    [
        (0, 0),
        (FIRST_NS, 0),
        (FIRST_NS + 1, 1),
        (FIRST_NS + 3 * MILLISECOND_NS, 3),
        (FIRST_NS + ROWS * MILLISECOND_NS, ROWS),
    ],
)
def test_earlier_records_are_skipped(prices: Path, start_ns: int, skipped: int) -> None:
    """The first record is the first at or after the time; there may be none."""
    source = TimeSpan(open_csv(prices), start_ns)

    times_ns = read_all(source)["event_time_ns"].tolist()
    source.close()

    assert times_ns == [FIRST_NS + n * MILLISECOND_NS for n in range(skipped, ROWS)]


def test_a_restored_source_skips_the_same_records(prices: Path) -> None:
    """The checkpoint is that of the source, which the time of the start does not change."""
    source = TimeSpan(open_csv(prices), FIRST_NS + 4 * MILLISECOND_NS)
    beginning = source.checkpoint()
    first = read_all(source).tobytes()

    source.restore(beginning)
    second = read_all(source).tobytes()
    source.close()

    assert first == second
    assert first


@pytest.mark.parametrize(
    ("end_ns", "kept"),
    [
        (FIRST_NS - 1, 0),
        (FIRST_NS, 1),
        (FIRST_NS + 3 * MILLISECOND_NS - 1, 3),
        (FIRST_NS + 3 * MILLISECOND_NS, 4),
        (FIRST_NS + ROWS * MILLISECOND_NS, ROWS),
    ],
)
def test_later_records_are_left_out(prices: Path, end_ns: int, kept: int) -> None:
    """The last record is the last one up to the time; there may be none."""
    source = TimeSpan(open_csv(prices), None, end_ns)

    times_ns = read_all(source)["event_time_ns"].tolist()
    source.close()

    assert times_ns == [FIRST_NS + n * MILLISECOND_NS for n in range(kept)]


def test_a_restored_source_ends_again(prices: Path) -> None:
    """What was over begins again at a position before the end."""
    source = TimeSpan(open_csv(prices), FIRST_NS + MILLISECOND_NS, FIRST_NS + 2 * MILLISECOND_NS)
    beginning = source.checkpoint()
    first = read_all(source).tobytes()

    source.restore(beginning)
    second = read_all(source).tobytes()
    source.close()

    assert first == second
    assert first
