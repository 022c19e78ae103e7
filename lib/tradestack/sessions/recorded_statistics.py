"""The statistics that the daemons recorded during sessions, beside the files of the sessions.

gateway/<feed session>.stats            order-manager/<order session>.stats
strategy-<instance>/<feed session>.stats
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradestack.store.statistics_file import (
    STATISTICS_SUFFIX,
    Statistics,
    read_statistics_file,
)


@dataclass(frozen=True, slots=True)
class DaemonStatistics:
    """What one daemon recorded in one session.

    daemon: "gateway", "order-manager" or "strategy-<instance>". lines: oldest first, one a minute,
    fewer where the file was thinned, and one at each end of the process or of the session.
    lines_cut: how many were cut off by a crash; lines_unreadable: how many are damaged.
    """

    daemon: str
    session_id: str
    lines: Sequence[Statistics]
    lines_cut: int
    lines_unreadable: int


def read_statistics(state: Path, session_ids: Collection[str]) -> list[DaemonStatistics]:
    """Read what the daemons recorded in these feed and order sessions, by daemon and session.

    state: the directory that has the daemons' state directories. Raises OSError.
    """
    found = (path for path in state.glob(f"*/*{STATISTICS_SUFFIX}") if path.is_file())
    return [_read(path) for path in sorted(found) if path.stem in session_ids]


def _read(path: Path) -> DaemonStatistics:
    read = read_statistics_file(path)
    return DaemonStatistics(
        path.parent.name, path.stem, read.lines, read.lines_cut, read.lines_unreadable
    )
