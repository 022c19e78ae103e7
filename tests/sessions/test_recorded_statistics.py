"""Reading what the daemons recorded in the sessions that a report is about."""

from pathlib import Path

from tradestack.domain.session_id import session_begin_ns
from tradestack.sessions.recorded_statistics import read_statistics
from tradestack.store.statistics_file import (
    STATISTICS_INTERVAL_NS,
    ProcessUse,
    Statistics,
    append_statistics,
    day_of,
)

FEED, ORDERS, OTHER = "3DAA200000", "3DAA200001", "3DAA100000"
BEGAN_NS = session_begin_ns(FEED)
DAY_NS = 86_400 * 10**9


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

    found = read_statistics(tmp_path, FEED, [ORDERS])

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
    assert read_statistics(tmp_path, FEED) == []


def test_daemons_without_sessions_are_found_by_the_time(tmp_path: Path) -> None:
    """From the beginning of the session until its newest line, and the interval after it."""
    until_ns = BEGAN_NS + DAY_NS
    record(tmp_path / "gateway", FEED, until_ns)
    inside = [BEGAN_NS, until_ns, until_ns + STATISTICS_INTERVAL_NS]
    for time_ns in (BEGAN_NS - DAY_NS, BEGAN_NS - 1, *inside, inside[-1] + 1, until_ns + DAY_NS):
        record(tmp_path / "fix", day_of(time_ns), time_ns)
    record(tmp_path / "web", day_of(BEGAN_NS), BEGAN_NS - 1)

    read = read_statistics(tmp_path, FEED)

    found = {each.daemon: [line.time for line in each.lines] for each in read}
    assert found == {"gateway": [until_ns], "fix": inside, "web": []}


def test_while_no_daemon_has_recorded_the_session_its_end_is_unknown(tmp_path: Path) -> None:
    """Those without sessions are not read then."""
    record(tmp_path / "fix", day_of(BEGAN_NS), BEGAN_NS)

    assert read_statistics(tmp_path, FEED) == []


def record(directory: Path, name: str, time_ns: int) -> None:
    """Append a line of this time."""
    directory.mkdir(exist_ok=True)
    line = Statistics(time=time_ns, since=1, stats={}, process=ProcessUse(0.5, None, 3))
    append_statistics(directory / f"{name}.stats", line)
