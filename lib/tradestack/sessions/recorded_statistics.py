"""The statistics that the daemons recorded during sessions, beside the files of the sessions.

gateway/<feed session>.stats                order-manager/<order session>.stats
strategy-<instance>/<feed session>.stats    exporter/<feed session>.stats
fix/<day>.stats    grpc/<day>.stats    web/<day>.stats: of daemons without sessions, by UTC day
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradestack.domain.session_id import session_begin_ns
from tradestack.store.statistics_file import (
    STATISTICS_INTERVAL_NS,
    STATISTICS_SUFFIX,
    Statistics,
    StatisticsRead,
    day_of,
    is_day,
    read_statistics_file,
)


@dataclass(frozen=True, slots=True)
class DaemonStatistics:
    """What one daemon recorded in one session, or, if it has none, while the feed session lasted.

    daemon: the name of its directory, such as "gateway" or "strategy-news". lines: oldest first,
    one a minute, fewer where the file was thinned, and one at each end of the process or of the
    session. lines_cut: how many were cut off by a crash; lines_unreadable: how many are damaged.
    """

    daemon: str
    session_id: str
    lines: Sequence[Statistics]
    lines_cut: int
    lines_unreadable: int


def read_statistics(
    state: Path, feed_session: str, order_sessions: Collection[str] = ()
) -> list[DaemonStatistics]:
    """Read what the daemons recorded in a feed session and in order sessions, by daemon.

    state: the directory that has the daemons' state directories. Raises OSError.
    """
    files = sorted(path for path in state.glob(f"*/*{STATISTICS_SUFFIX}") if path.is_file())
    sessions = {feed_session, *order_sessions}
    found = [_read(path) for path in files if path.stem in sessions]
    times = [line.time for each in found if each.session_id == feed_session for line in each.lines]
    if times:
        # Their next line is up to an interval later, and tells of what was before.
        until_ns = max(times) + STATISTICS_INTERVAL_NS
        found += _meanwhile(files, feed_session, until_ns)
    return sorted(found, key=lambda each: (each.daemon, each.session_id))


def _meanwhile(
    files: Iterable[Path], feed_session: str, until_ns: int
) -> Iterator[DaemonStatistics]:
    """Yield what the daemons without sessions recorded from the session's beginning on."""
    began_ns = session_begin_ns(feed_session)
    first, last = day_of(began_ns), day_of(until_ns)
    days: dict[str, list[StatisticsRead]] = {}
    for path in files:
        if is_day(path.stem) and first <= path.stem <= last:
            days.setdefault(path.parent.name, []).append(read_statistics_file(path))
    for daemon, read in days.items():
        lines = [line for day in read for line in day.lines if began_ns <= line.time <= until_ns]
        cut = sum(day.lines_cut for day in read)
        unreadable = sum(day.lines_unreadable for day in read)
        yield DaemonStatistics(daemon, feed_session, lines, cut, unreadable)


def _read(path: Path) -> DaemonStatistics:
    read = read_statistics_file(path)
    return DaemonStatistics(
        path.parent.name, path.stem, read.lines, read.lines_cut, read.lines_unreadable
    )
