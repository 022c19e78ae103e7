"""The statistics of a daemon, recorded once a minute beside the files of its session.

Those of a daemon without sessions, such as the FIX port, are in a file for each UTC day. A line is
appended also when the session ends and when the daemon stops. What cannot be recorded is lost, and
said once: nothing else depends on it.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tradestack.domain.clock import Clock
from tradestack.domain.session_id import is_session_id
from tradestack.runtime.service import STATE_DIRECTORY_MODE
from tradestack.store.statistics_file import (
    STATISTICS_INTERVAL_NS,
    STATISTICS_SUFFIX,
    ProcessUse,
    Statistics,
    append_statistics,
    day_of,
    is_day,
)

# Of days, and of sessions that have no other file in the directory: those of a strategy have none.
STATISTICS_KEPT = 30

logger = logging.getLogger(__name__)


class StatisticsRecorder:
    """Records what `stats` returns into a directory; None: nowhere.

    since_ns: the start of the process, wall clock.
    """

    def __init__(
        self,
        directory: Path | None,
        stats: Callable[[], dict[str, Any]],
        *,
        since_ns: int,
        clock: Clock,
    ) -> None:
        self._directory = directory
        self._stats = stats
        self._since_ns = since_ns
        self._clock = clock
        self._due_ns = clock.monotonic_ns() + STATISTICS_INTERVAL_NS
        self._name = ""  # of the file that was appended to last
        self._has_failed = False

    def look(self, now_ns: int) -> None:
        """Record if a minute has passed; now_ns: monotonic."""
        if now_ns >= self._due_ns:
            self.record()

    def record(self) -> None:
        """Record the statistics of now."""
        if self._directory is None:
            return
        self._due_ns = self._clock.monotonic_ns() + STATISTICS_INTERVAL_NS
        stats = self._stats()
        name = stats["session"] if "session" in stats else day_of(self._clock.wall_ns())
        if not isinstance(name, str) or not _is_name(name):
            return  # of a strategy that knows no feed session yet
        try:
            self._append(self._directory, name, stats)
        except OSError as error:
            if not self._has_failed:
                logger.warning("statistics are not recorded: %s", error)
            self._has_failed = True
        else:
            self._has_failed = False

    def _append(self, directory: Path, name: str, stats: dict[str, Any]) -> None:
        directory.mkdir(mode=STATE_DIRECTORY_MODE, parents=True, exist_ok=True)
        statistics = Statistics(
            time=self._clock.wall_ns(),
            since=self._since_ns,
            process=ProcessUse(
                **{field: stats.pop(field) for field in ProcessUse.__struct_fields__}
            ),
            stats=stats,
        )
        append_statistics(directory / f"{name}{STATISTICS_SUFFIX}", statistics)
        if name != self._name:
            self._name = name
            remove_old_statistics(directory, STATISTICS_KEPT)


def remove_old_statistics(directory: Path, kept: int) -> None:
    """Keep of the statistics without a session's files beside them the newest ones. Raises OSError.

    Those of other sessions are removed with them.
    """
    names = [path for path in directory.iterdir() if _is_name(path.stem)]
    in_use = {path.stem for path in names if path.suffix != STATISTICS_SUFFIX}
    alone = sorted(path for path in names if path.stem not in in_use)
    for path in alone[:-kept]:
        path.unlink()


def _is_name(text: str) -> bool:
    return is_session_id(text) or is_day(text)
