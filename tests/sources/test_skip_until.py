"""SkipUntil: the records of a source from a time on."""

from pathlib import Path

import pytest

from tests.kit.csv_files import PRICES_HEADER, open_csv, price_rows, read_all, write
from tradestack.sources.skip_until import SkipUntil

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
    source = SkipUntil(open_csv(prices), start_ns)

    times_ns = read_all(source)["event_time_ns"].tolist()
    source.close()

    assert times_ns == [FIRST_NS + n * MILLISECOND_NS for n in range(skipped, ROWS)]


def test_a_restored_source_skips_the_same_records(prices: Path) -> None:
    """The checkpoint is that of the source, which the time of the start does not change."""
    source = SkipUntil(open_csv(prices), FIRST_NS + 4 * MILLISECOND_NS)
    beginning = source.checkpoint()
    first = read_all(source).tobytes()

    source.restore(beginning)
    second = read_all(source).tobytes()
    source.close()

    assert first == second
    assert first
