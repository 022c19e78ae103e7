"""The files of all feed sessions in a state directory: a log, a sidecar and checksums for each.

Session ids ascend, whatever the clock does, so they alone tell which session is the newest: it is
the one to be continued, and its sidecar must be good. What is wrong with the files of an older
session costs that session, and is logged once.
"""

import logging
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.domain.session_id import is_session_id
from tradestack.sessions.sidecar import Sidecar, SidecarUnusable
from tradestack.sessions.source_identity import SourceIdentity
from tradestack.store.feed_checksums import CHECKSUMS_SUFFIX
from tradestack.store.feed_log import FEED_LOG_SUFFIX, SIDECAR_SUFFIX
from tradestack.store.statistics_file import STATISTICS_SUFFIX

logger = logging.getLogger(__name__)


class SessionFiles:
    """The files in one directory, which no other process changes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._complaints: dict[str, str] = {}  # the problem of a session that was logged last

    def log_path(self, session_id: str) -> Path:
        """Return the path of a session's log."""
        return self.directory / f"{session_id}{FEED_LOG_SUFFIX}"

    def sidecar_path(self, session_id: str) -> Path:
        """Return the path of a session's sidecar."""
        return self.directory / f"{session_id}{SIDECAR_SUFFIX}"

    def session_ids(self) -> list[str]:
        """Return the ids of all sessions that have a file, oldest first."""
        suffixes = (FEED_LOG_SUFFIX, SIDECAR_SUFFIX)
        stems = {path.stem for suffix in suffixes for path in self.directory.glob(f"*{suffix}")}
        return sorted(filter(is_session_id, stems))

    def newest(self) -> Sidecar | None:
        """Return the sidecar of the newest session that has a log; log unusable ones before it.

        Raises OperatorFault if it is unusable: to skip it would begin another session, in which
        everything is published again.
        """
        newest: Sidecar | None = None
        unusable: dict[str, str] = {}
        for session_id in self.session_ids():
            if not self.log_path(session_id).exists():
                self.complain(session_id, f"{self.log_path(session_id)} is missing")
                continue
            newest = None
            try:
                newest = self.sidecar(session_id)
            except SidecarUnusable as error:
                unusable[session_id] = str(error)
        if unusable and newest is None:
            raise self._refusal(unusable)
        for session_id, problem in unusable.items():
            self.complain(session_id, f"{self.sidecar_path(session_id)} {problem}")
        return newest

    def newest_of(self, sources: SourceIdentity) -> Sidecar | None:
        """Return the sidecar of the newest session of these sources, among those that are usable.

        The sessions of a gateway that is followed may be older than some that began here.
        """
        for session_id in reversed(self.session_ids()):
            if self.log_path(session_id).exists():
                sidecar = self.usable_sidecar(session_id)
                if sidecar is not None and sidecar.sources == sources:
                    return sidecar
        return None

    def sidecar(self, session_id: str) -> Sidecar:
        """Read the sidecar of a session. Raises SidecarUnusable."""
        return Sidecar.load(self.sidecar_path(session_id))

    def usable_sidecar(self, session_id: str) -> Sidecar | None:
        """Read the sidecar of a session that is over; log a bad one, and return None."""
        try:
            return self.sidecar(session_id)
        except SidecarUnusable as error:
            self.complain(session_id, f"{self.sidecar_path(session_id)} {error}")
            return None

    def complain(self, session_id: str, problem: str) -> None:
        """Log why a session that is over cannot be served, unless the same was logged before."""
        if self._complaints.get(session_id) != problem:
            self._complaints[session_id] = problem
            logger.error("session=%s is not served: %s", session_id, problem)

    def remove_unfinished(self) -> None:
        """Remove empty logs whose sidecar was not written before the process died."""
        for session_id in self.session_ids():
            log, sidecar = self.log_path(session_id), self.sidecar_path(session_id)
            if not sidecar.exists() and log.stat().st_size == 0:
                log.unlink()

    def remove(self, session_id: str) -> None:
        """Remove a session's log, then what is beside it. Raises OSError."""
        self.log_path(session_id).unlink(missing_ok=True)
        for suffix in (CHECKSUMS_SUFFIX, STATISTICS_SUFFIX):
            (self.directory / f"{session_id}{suffix}").unlink(missing_ok=True)
        self.sidecar_path(session_id).unlink(missing_ok=True)
        self._complaints.pop(session_id, None)

    def _refusal(self, unusable: dict[str, str]) -> OperatorFault:
        session_id, problem = list(unusable.items())[-1]
        files = " ".join(f"{each}.*" for each in unusable)
        return OperatorFault(
            str(self.sidecar_path(session_id)),
            problem,
            "restore it from a backup, run the version of tradestack that wrote it, or move "
            f"{files} to another directory to begin a new session",
        )
