"""All feed sessions of one state directory, of which one is played.

If the sources are the same as last time, the last session continues. If they are others, or it has
ended, a new session begins and the old one is over: clients that still read it receive all of it,
then Z. The newest `sessions_kept` stay.
"""

import asyncio
import logging
import os
from collections.abc import Collection
from pathlib import Path

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.session_id import following_session_id
from tradestack.observe.events import (
    FEED_SESSION_ENDED,
    FEED_SESSION_RESUMED,
    FEED_SESSION_STARTED,
    emit,
)
from tradestack.runtime.supervisor.notify import Notifier
from tradestack.sources.bad_rows import BadRows, log_bad_row, show_nothing
from tradestack.sources.source import Source, SourceFault
from tradestack.store.feed_log import FEED_LOG_SUFFIX, SIDECAR_SUFFIX, FeedLog
from tradestack_gateway.config import AtEnd, GatewayConfig
from tradestack_gateway.sessions.feed_session import FeedSession, SourcesDiffer, open_log
from tradestack_gateway.sessions.sidecar import Settings, Sidecar, load_sidecars, remove_session
from tradestack_gateway.sources.open_source import open_source
from tradestack_gateway.sources.source_check import check_sources
from tradestack_gateway.sources.source_identity import SourceIdentity, identity_of

EXTENSION_S = 30  # of the start's timeout, asked of the supervisor once a second
ENTROPY_BYTES = 4

logger = logging.getLogger(__name__)


class FeedSessions:
    """Finds, begins, ends and removes feed sessions."""

    def __init__(self, directory: Path, clock: Clock, notifier: Notifier) -> None:
        self.started_total = 0  # since the process began
        self._bad_rows = BadRows(log_bad_row)
        self._directory = directory
        self._clock = clock
        self._notifier = notifier
        self._extended_ns = 0
        self._checked: SourceIdentity | None = None  # sources that were found good
        self._checked_whole = False
        self._ticks_expected: int | None = None  # of a session of these sources
        self._logs: dict[str, FeedLog] = {}  # of ended sessions, opened when asked for

    def newest(self) -> Sidecar | None:
        """Return the newest session's sidecar."""
        return next(reversed(load_sidecars(self._directory)), None)

    async def check(self, config: GatewayConfig) -> SourceIdentity:
        """Return the identity of sources that may be played.

        Raises OperatorFault, also for what is in a file.
        """
        identity = identity_of(config)
        newest = self.newest()
        if newest is not None and newest.sources == identity:
            self._checked, self._checked_whole = identity, newest.checked_whole
            self._ticks_expected = newest.ticks_expected
        if self._checked != identity:
            verdicts = await check_sources(config, self._bad_rows, self._still_busy)
            self._checked_whole = all(verdict.whole for verdict in verdicts)
            is_known = verdicts and self._checked_whole and config.start_at is None
            rows = sum(verdict.rows_good for verdict in verdicts)
            self._ticks_expected = rows if is_known else None
            self._checked = identity
        return identity

    async def resume(self, config: GatewayConfig, identity: SourceIdentity) -> FeedSession | None:
        """Open the last session where it stopped; None if sources or settings want a new one.

        Raises OperatorFault for a log that cannot be continued, OSError.
        """
        sidecar = self.newest()
        if sidecar is None or sidecar.sources != identity:
            return None
        if sidecar.ended and config.at_end is not AtEnd.END_SESSION:
            return None
        try:
            source = self.open_source(config)
            resumed = await FeedSession.resume(self._directory, sidecar, source, self._still_busy)
        except (SourcesDiffer, SourceFault) as error:
            logger.warning("session=%s is not continued: %s", sidecar.session_id, error)
            return None
        if sidecar.ended:
            self._logs[resumed.session_id] = resumed.log
        emit(logger, FEED_SESSION_RESUMED, session=resumed.session_id, head=resumed.log.head)
        return resumed

    def open_source(self, config: GatewayConfig) -> Source:
        """Open the sources at their beginning. Raises OperatorFault, SourceFault."""
        # The bad rows of files that were checked to their ends have been shown.
        bad_rows = BadRows(show_nothing) if self._checked_whole else self._bad_rows
        return open_source(config, bad_rows)

    def begin(self, source: Source, identity: SourceIdentity, settings: Settings) -> FeedSession:
        """Begin a new session; those before it are over. Raises OSError."""
        self._end_all()
        now_ns = self._clock.wall_ns()
        newest = self.newest()
        sidecar = Sidecar(
            session_id=following_session_id(
                newest.session_id if newest is not None else "",
                now_ns,
                int.from_bytes(os.urandom(ENTROPY_BYTES)),
            ),
            # It orders sessions by age, also when the clock was set back.
            start_time_ns=max(now_ns, newest.start_time_ns + 1 if newest is not None else 0),
            sources=identity,
            checked_whole=self._checked_whole,
            ticks_expected=self._ticks_expected,
            settings=settings,
        )
        begun = FeedSession.begin(self._directory, sidecar, source)
        self.started_total += 1
        emit(logger, FEED_SESSION_STARTED, session=begun.session_id)
        return begun

    def end(self, feed_session: FeedSession) -> None:
        """End a session; its log is still served. Raises OSError."""
        feed_session.end()
        log = self._logs[feed_session.session_id] = feed_session.log
        emit(logger, FEED_SESSION_ENDED, session=log.session_id, head=log.head)

    def ended_log(self, session_id: str) -> FeedLog | None:
        """Return the log of an ended session, None if it is not kept."""
        if session_id not in self._logs:
            for sidecar in load_sidecars(self._directory):
                if sidecar.session_id == session_id and sidecar.ended:
                    self._logs[session_id] = open_log(self._directory, sidecar)
        return self._logs.get(session_id)

    def remove_unfinished(self) -> None:
        """Remove empty logs whose sidecar was not written before the process died."""
        for path in self._directory.glob(f"*{FEED_LOG_SUFFIX}"):
            if not path.with_suffix(SIDECAR_SUFFIX).exists() and path.stat().st_size == 0:
                path.unlink()

    def prune(self, kept: int, in_use: Collection[str]) -> None:
        """Remove all but the newest `kept` sessions, except those that are not over or in use."""
        for sidecar in load_sidecars(self._directory)[:-kept]:
            if sidecar.session_id in in_use or not sidecar.ended:
                continue
            if (log := self._logs.pop(sidecar.session_id, None)) is not None:
                log.close()
            remove_session(self._directory, sidecar.session_id)

    def close(self) -> None:
        """Close all logs of ended sessions."""
        for log in self._logs.values():
            log.close()

    def _end_all(self) -> None:
        """End the sessions that an earlier process left open."""
        for sidecar in load_sidecars(self._directory):
            if not sidecar.ended:
                sidecar.ended = True
                sidecar.save(self._directory)

    async def _still_busy(self) -> None:
        """Ask the supervisor for time, once a second, and yield to the loop."""
        now_ns = self._clock.monotonic_ns()
        if now_ns - self._extended_ns > NANOSECONDS_PER_SECOND:
            self._extended_ns = now_ns
            self._notifier.extend_timeout(EXTENSION_S)
        await asyncio.sleep(0)
