"""Reading what the daemons recorded in the sessions that a report is about."""

from pathlib import Path

from tradestack.sessions.recorded_statistics import read_statistics
from tradestack.store.statistics_file import ProcessUse, Statistics, append_statistics

FEED, ORDERS, OTHER = "3DAA200000", "3DAA200001", "3DAA100000"


def test_each_daemon_s_statistics_of_the_sessions_are_found(tmp_path: Path) -> None:
    """Those of other sessions are left out, and a cut line is told."""
    line = Statistics(time=2, since=1, stats={"head": 1}, process=ProcessUse(0.5, None, 3))
    for daemon, session in (
        ("strategy-news", FEED),
        ("gateway", FEED),
        ("gateway", OTHER),
        ("order-manager", ORDERS),
    ):
        (tmp_path / daemon).mkdir(exist_ok=True)
        append_statistics(tmp_path / daemon / f"{session}.stats", line)
    with (tmp_path / "gateway" / f"{FEED}.stats").open("ab") as file:
        file.write(b"{}\n" + b'{"time":')

    found = read_statistics(tmp_path, {FEED, ORDERS})

    counts = [(each.lines_cut, each.lines_unreadable) for each in found]
    assert [(each.daemon, each.session_id) for each in found] == [
        ("gateway", FEED),
        ("order-manager", ORDERS),
        ("strategy-news", FEED),
    ]
    assert counts == [(1, 1), (0, 0), (0, 0)]
    assert all(each.lines == [line] for each in found)


def test_without_statistics_there_is_nothing_to_read(tmp_path: Path) -> None:
    """A session of an earlier version has none."""
    assert read_statistics(tmp_path, {FEED}) == []
