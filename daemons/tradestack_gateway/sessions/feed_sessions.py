"""All feed sessions of one state directory, of which one is played.

If the sources are the same as last time, the last session continues. If they are others, or it has
ended, a new session begins and the old one is over: clients that still read it receive all of it,
then Z. The newest `sessions_kept` stay.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import Collection
from pathlib import Path

from tradestack.configs.gateway import AtEnd, GatewayConfig, SourceChoice
from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.faults import OperatorFault
from tradestack.domain.session_id import ENTROPY_BYTES, following_session_id, is_session_id
from tradestack.observe.events import (
    FEED_SESSION_ENDED,
    FEED_SESSION_RESUMED,
    FEED_SESSION_STARTED,
    emit,
)
from tradestack.runtime.supervisor.notify import Notifier
from tradestack.sessions.catch_up import SourcesDiffer
from tradestack.sessions.feed_session import FeedSession, open_log
from tradestack.sessions.open_source import open_source
from tradestack.sessions.sidecar import Settings, Sidecar
from tradestack.sessions.source_check import SourceCheck
from tradestack.sessions.source_identity import (
    SourceIdentity,
    difference_between,
    identity_of,
)
from tradestack.sources.bad_rows import BadRows, log_bad_row, show_nothing
from tradestack.sources.relayed_log import RelayedLog
from tradestack.sources.source import Source, SourceFault
from tradestack.store.feed_log import FeedLog
from tradestack.wire.feed_messages import SESSIONS_TOLD_MAX
from tradestack_gateway.sessions.session_files import SessionFiles

FOLLOWED: SourceIdentity = {"source": SourceChoice.RELAY.value}  # of another gateway's sessions
EXTENSION_S = 30  # of the start's timeout, asked of the supervisor once a second

logger = logging.getLogger(__name__)


class FeedSessions:
    """Finds, begins, ends and removes feed sessions."""

    def __init__(self, directory: Path, clock: Clock, notifier: Notifier) -> None:
        """Find the newest session. Raises OperatorFault if its sidecar is unusable, OSError."""
        self.started_total = 0  # since the process began
        self.are_apart = False  # prices and news, as this process has found and logged
        self._bad_rows = BadRows(log_bad_row)
        self._clock = clock
        self._notifier = notifier
        self._extended_ns = 0
        self._checked: SourceIdentity | None = None  # sources that were found good
        self._checked_whole = False
        self._ticks_expected: int | None = None  # of a session of these sources
        self._recent: tuple[str, ...] = ()
        self._logs: dict[str, FeedLog] = {}  # of ended sessions, opened when asked for
        self._files = SessionFiles(directory)
        self._files.remove_unfinished()
        # Of all that have files, oldest first: `prune` is called whenever a client leaves.
        self._session_ids = self._files.session_ids()
        self.newest = self._files.newest()  # what its sources and settings were when it began

    async def check(self, config: GatewayConfig) -> SourceIdentity:
        """Return the identity of sources that may be played.

        Raises OperatorFault, also for what is in a file.
        """
        identity = identity_of(config)
        newest = self.newest
        if newest is not None and newest.sources == identity:
            self._checked, self._checked_whole = identity, newest.checked_whole
            self._ticks_expected = newest.ticks_expected
        if self._checked != identity:
            check = SourceCheck(config, self._bad_rows)
            for _ in check.steps():
                await self._still_busy()
            found = check.result
            self._checked_whole, self.are_apart = found.whole, found.are_apart
            is_known = found.verdicts and found.whole and config.start_at is None
            rows = sum(verdict.rows_good for verdict in found.verdicts)
            self._ticks_expected = rows if is_known else None
            self._checked = identity
        return identity

    async def resume(self, config: GatewayConfig, identity: SourceIdentity) -> FeedSession | None:
        """Open the last session where it stopped; None if sources or settings call for a new one.

        Raises OperatorFault for a log that cannot be continued, OSError.
        """
        is_relay = config.source.is_followed
        sidecar = self._files.newest_of(identity) if is_relay else self.newest
        if sidecar is None:
            return None
        if sidecar.sources != identity:
            what = difference_between(sidecar.sources, identity)
            logger.info("session=%s is not continued, as %s", sidecar.session_id, what)
            return None
        if sidecar.ended and config.at_end is not AtEnd.END_SESSION and not is_relay:
            return None
        try:
            source = (
                RelayedLog(self._files.log_path(sidecar.session_id))
                if is_relay
                else self.open_source(config)
            )
            directory = self._files.directory
            resumed = await FeedSession.resume(directory, sidecar, source, self._still_busy)
        except (SourcesDiffer, SourceFault) as error:
            logger.warning("session=%s is not continued: %s", sidecar.session_id, error)
            return None
        if sidecar.ended:
            self._logs[resumed.session_id] = resumed.log
        self.newest = sidecar
        self._end_earlier(resumed.session_id)
        emit(logger, FEED_SESSION_RESUMED, session=resumed.session_id, head=resumed.log.head)
        return resumed

    def recent(self) -> tuple[str, ...]:
        """Return the ids of the sessions like the newest one, of other gateways or of this one.

        The oldest is first; those that were removed since the last call are among them.
        """
        is_followed = self.newest is not None and self.newest.sources == FOLLOWED
        sidecars = map(self._files.usable_sidecar, self._files.session_ids())
        found = [each for each in sidecars if each and (each.sources == FOLLOWED) is is_followed]
        known = {*self._recent, *(sidecar.session_id for sidecar in found)}
        self._recent = tuple(sorted(known))[-SESSIONS_TOLD_MAX:]
        return self._recent

    def open_source(self, config: GatewayConfig) -> Source:
        """Open the sources at their beginning. Raises OperatorFault, SourceFault."""
        # The bad rows of files that were checked to their ends have been shown.
        bad_rows = BadRows(show_nothing) if self._checked_whole else self._bad_rows
        return open_source(config, bad_rows, self._files.directory)

    def begin(
        self,
        source: Source,
        identity: SourceIdentity,
        settings: Settings,
        current: FeedSession | None,
        session_id: str | None = None,
    ) -> FeedSession:
        """Begin a new session, and end the current one, or all that an earlier process left open.

        session_id: of the session that a relay follows; None: a new one.

        Raises OperatorFault, OSError; then the current session goes on, and the source is closed.
        """
        now_ns = self._clock.wall_ns()
        sidecar = Sidecar(
            session_id=session_id or self._new_session_id(now_ns),
            start_time_ns=max(0, now_ns),
            sources=identity,
            checked_whole=self._checked_whole,
            ticks_expected=self._ticks_expected,
            settings=settings,
        )
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(source.close)
            # Created before the other one ends: the disk may have no room for it.
            begun = FeedSession.begin(self._files.directory, sidecar, source)
            on_failure.callback(begun.discard)
            if current is None:
                self._end_earlier(begun.session_id)
            elif not current.log.ended and not current.sidecar.incomplete:
                self.end(current)
            on_failure.pop_all()
        self.newest = sidecar
        self._session_ids.append(begun.session_id)
        self.started_total += 1
        emit(logger, FEED_SESSION_STARTED, session=begun.session_id)
        return begun

    def follow(self, session_id: str, current: FeedSession | None) -> FeedSession:
        """Begin the session of another gateway, as `begin` does. Raises OperatorFault, OSError."""
        source = RelayedLog(self._files.log_path(session_id))
        return self.begin(source, FOLLOWED, Settings(), current, session_id)

    def end(self, feed_session: FeedSession) -> None:
        """End a session; its log is still served. Raises OSError, and then it goes on."""
        feed_session.end()
        log = self._logs[feed_session.session_id] = feed_session.log
        emit(logger, FEED_SESSION_ENDED, session=log.session_id, head=log.head)

    def abandon(self, feed_session: FeedSession) -> None:
        """Serve a session no more that will never be complete. Raises OSError."""
        feed_session.abandon()
        log = feed_session.log
        logger.error(
            "session=%s stops at message %d, and may lack others: the gateway that is followed "
            "does not serve it any more",
            log.session_id,
            log.head,
        )

    def ended_log(self, session_id: str) -> FeedLog | None:
        """Return the log of an ended session, None if it is not kept or unusable."""
        log = self._logs.get(session_id)
        if log is None and is_session_id(session_id) and self._files.log_path(session_id).exists():
            log = self._open_ended(session_id)
        return log

    def prune(self, kept: int, in_use: Collection[str]) -> list[str]:
        """Remove all but the newest `kept` sessions, except the current one and those in use.

        Returns the ids of those that were removed.
        """
        current = self.newest.session_id if self.newest is not None else None
        removed: list[str] = []
        for session_id in self._session_ids[:-kept]:
            if session_id in in_use or session_id == current:
                continue
            if (log := self._logs.pop(session_id, None)) is not None:
                log.close()
            try:
                self._files.remove(session_id)
            except OSError as error:
                self._files.complain(session_id, f"it cannot be removed: {error}")
            else:
                removed.append(session_id)
        if removed:
            self._session_ids = [each for each in self._session_ids if each not in removed]
        return removed

    def close_removed(self, in_use: Collection[str]) -> None:
        """Close the logs of ended sessions whose files somebody else has removed.

        Their space is free only then. Those in use stay open until they are not.
        """
        current = self.newest.session_id if self.newest is not None else None
        for session_id in [each for each, log in self._logs.items() if not log.path.exists()]:
            if session_id not in in_use and session_id != current:
                self._logs.pop(session_id).close()

    def close(self) -> None:
        """Close all logs of ended sessions."""
        for log in self._logs.values():
            log.close()

    def _new_session_id(self, now_ns: int) -> str:
        newest = max(self._files.session_ids(), default="")
        return following_session_id(newest, now_ns, int.from_bytes(os.urandom(ENTROPY_BYTES)))

    def _open_ended(self, session_id: str) -> FeedLog | None:
        """Open the log of an ended session; None, and an error in the log, if that fails."""
        sidecar = self._files.usable_sidecar(session_id)
        if sidecar is None:
            return None
        if not sidecar.ended:
            self._files.complain(session_id, "its end is not on record")
            return None
        try:
            log = self._logs[session_id] = open_log(self._files.directory, sidecar)
        except (OperatorFault, OSError) as error:
            self._files.complain(session_id, str(error))
            return None
        return log

    def _end_earlier(self, current: str) -> None:
        """End the sessions that an earlier process left open; one that is damaged stays so.

        So does one of another gateway, which only that one ends: it is not served, and a relay may
        go on with it later.
        """
        for session_id in self._files.session_ids():
            if session_id == current or not self._files.log_path(session_id).exists():
                continue
            sidecar = self._files.usable_sidecar(session_id)
            if sidecar is None or sidecar.ended or sidecar.sources == FOLLOWED:
                continue
            try:
                self._end_left(sidecar)
            except (OperatorFault, OSError) as error:
                self._files.complain(session_id, str(error))

    def _end_left(self, sidecar: Sidecar) -> None:
        """End a session that was left open. Raises OperatorFault, OSError."""
        log = open_log(self._files.directory, sidecar)
        with contextlib.closing(log):
            log.sync()
            sidecar.as_ended(log.head).save(self._files.directory)
            log.end()

    async def _still_busy(self) -> None:
        """Ask the supervisor for time, once a second, and yield to the loop."""
        now_ns = self._clock.monotonic_ns()
        if now_ns - self._extended_ns > NANOSECONDS_PER_SECOND:
            self._extended_ns = now_ns
            self._notifier.extend_timeout(EXTENSION_S)
        await asyncio.sleep(0)
