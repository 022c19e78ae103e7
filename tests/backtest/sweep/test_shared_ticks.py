"""Ticks that are parsed once: the file, the time it spans, and its intervals."""

from pathlib import Path

import pytest

from tests.kit.csv_files import NEWS_HEADER, news_rows, open_csv, read_all, write
from tests.kit.recorded_source import Recorded
from tradestack.backtest.sweep import shared_ticks
from tradestack.backtest.sweep.shared_ticks import SharedTicks, write_ticks
from tradestack.backtest.sweep.window import Window
from tradestack.domain.tick import TickKind
from tradestack.wire.symbol_table import SymbolTable

PUBLISHED_NS = 1_000
TIMES = [10, 10, 25, 30, 30, 99]


@pytest.fixture
def ticks(tmp_path: Path) -> SharedTicks:
    """Six records at TIMES."""
    path = tmp_path / "ticks"
    source = Recorded(TickKind.PRICE, TIMES, [2, 3], SymbolTable(9))
    assert list(write_ticks(source, path, PUBLISHED_NS)) == [2, 5, 6]
    return SharedTicks.open(path)


def test_the_file_has_the_records_of_the_source(tmp_path: Path) -> None:
    """They are as a feed log has them, all published at the same time."""
    news = write(tmp_path / "news.csv", NEWS_HEADER + news_rows(*range(0, 5_000, 3)))
    source, again = open_csv(news), open_csv(news)

    *_, count = write_ticks(source, tmp_path / "ticks", PUBLISHED_NS)

    expected = read_all(again)
    expected["publish_time_ns"] = PUBLISHED_NS
    assert count == len(expected)
    assert (tmp_path / "ticks").read_bytes() == expected.tobytes()
    source.close()
    again.close()


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    """Another process may have it mapped."""
    path = write(tmp_path / "ticks", b"")

    with pytest.raises(FileExistsError):
        list(write_ticks(Recorded(TickKind.PRICE, TIMES, [], SymbolTable(9)), path, PUBLISHED_NS))


def test_a_window_is_found(ticks: SharedTicks) -> None:
    """It spans all records, and a time is found among them."""
    assert ticks.span == Window(10, 100)
    assert [ticks.first_number(time) for time in (0, 10, 11, 30, 31, 99, 100)] == [
        0, 0, 2, 3, 5, 5, 6
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("window", "places"),
    [(Window(10, 30), slice(0, 3)), (Window(30, 100), slice(3, 6)), (Window(40, 90), slice(0, 0))],
)
def test_a_window_is_written_to_a_file_of_its_own(
    ticks: SharedTicks, tmp_path: Path, window: Window, places: slice
) -> None:
    """It has the records from its start to before its end, which may be none."""
    ticks.write_window(window, tmp_path / "window")

    assert (tmp_path / "window").read_bytes() == ticks.records[places].tobytes()


@pytest.mark.parametrize("together", [1, 2, 100])
def test_intervals_are_those_with_records(
    ticks: SharedTicks, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    """However many times are looked at together."""
    monkeypatch.setattr(shared_ticks, "TIMES_TOGETHER", together)

    intervals = ticks.intervals(20)

    assert intervals.ends_ns.tolist() == [20, 40, 100]
    assert intervals.within(Window(0, 20)).tolist() == [20]
    assert intervals.within(Window(20, 80)).tolist() == [40]
    assert intervals.within(Window(39, 81)).tolist() == [40, 100]
    assert intervals.within(Window(40, 80)).tolist() == []
