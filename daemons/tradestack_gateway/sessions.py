"""state directory, config → the feed session to play: the one that was, or a new one.

Same sources as last time: the last session goes on. Other sources, or one that has ended: a new
session, and the old one is over (who still follows it is given its rest, then Z). The newest
`sessions_kept` stay.
"""

import asyncio
import logging
import os
from collections.abc import Collection
from pathlib import Path

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.faults import OperatorFault
from tradestack.domain.session_id import following_session_id
from tradestack.observe.events import (
    FEED_SESSION_ENDED,
    FEED_SESSION_RESUMED,
    FEED_SESSION_STARTED,
    SOURCE_CHECKED,
    emit,
)
from tradestack.runtime.supervisor.notify import Notifier
from tradestack.sources.bad_rows import BadRows, log_refusal
from tradestack.sources.csv.source import CsvSource
from tradestack.sources.source import Source, SourceFault
from tradestack.store.feed_log import FEED_LOG_SUFFIX, FeedLog
from tradestack_gateway.config import AtEnd, GatewayConfig, SourceChoice
from tradestack_gateway.feed_session import FeedSession, SourcesDiffer, open_log
from tradestack_gateway.open_source import csv_sources, open_source
from tradestack_gateway.sidecar import SUFFIX, Settings, Sidecar, load_sidecars, remove_session
from tradestack_gateway.source_check import NOTHING_READ, check_source
from tradestack_gateway.source_identity import Identity, identity_of

EXTENSION_S = 30  # asked of the supervisor, once a second, while files are read
ENTROPY_BYTES = 4  # of os.urandom: `secrets` would load random and base64, too, 0.2 MB

logger = logging.getLogger(__name__)


class Sessions:
    """All feed sessions of one state directory."""

    def __init__(self, directory: Path, clock: Clock, notifier: Notifier) -> None:
        self.refusals = BadRows(log_refusal)
        self.started_total = 0  # since the process began
        self._directory = directory
        self._clock = clock
        self._notifier = notifier
        self._extended_ns = 0
        self._checked: Identity | None = None  # sources that were found good
        self._checked_whole = False
        self._logs: dict[str, FeedLog] = {}  # of sessions that have ended, opened when asked for

    def newest(self) -> Sidecar | None:
        """The last session there was."""
        return next(reversed(load_sidecars(self._directory)), None)

    async def check(self, config: GatewayConfig) -> Identity:
        """The identity of sources that may be played. Raises OperatorFault, also for a bad file."""
        identity = identity_of(config)
        newest = self.newest()
        if newest is not None and newest.sources == identity:
            self._checked, self._checked_whole = identity, newest.checked_whole
        if self._checked != identity:
            self._checked_whole = await self._check_files(config)
            self._checked = identity
        return identity

    async def resume(self, config: GatewayConfig, identity: Identity) -> FeedSession | None:
        """The last session where it stopped; None if these sources or settings want a new one.

        Raises OperatorFault for a log that is damaged before its end.
        """
        sidecar = self.newest()
        if sidecar is None or sidecar.sources != identity:
            return None
        if sidecar.ended and config.at_end is not AtEnd.END_SESSION:
            return None
        self.refusals.muted = True  # they were told of when they were first read
        try:
            source = open_source(config, self.refusals)
            session = await FeedSession.resume(self._directory, sidecar, source, self._still_busy)
        except (SourcesDiffer, SourceFault) as error:
            logger.warning("session=%s is not continued: %s", sidecar.session, error)
            return None
        finally:
            self.refusals.muted = self._checked_whole
        if sidecar.ended:
            self._logs[session.session] = session.log
        emit(logger, FEED_SESSION_RESUMED, session=session.session, head=session.log.head)
        return session

    def open(self, config: GatewayConfig) -> Source:
        """The sources at their beginning. Raises OperatorFault, SourceFault."""
        self.refusals.muted = self._checked_whole  # else nobody was told yet
        return open_source(config, self.refusals)

    def begin(self, source: Source, identity: Identity, settings: Settings) -> FeedSession:
        """A new session; those before it are over. Raises OSError."""
        self._end_all()
        now_ns = self._clock.wall_ns()
        newest = self.newest()
        sidecar = Sidecar(
            session=following_session_id(
                newest.session if newest is not None else "",
                now_ns,
                int.from_bytes(os.urandom(ENTROPY_BYTES)),
            ),
            # Sessions are told apart as newer and older by it, also when the clock has gone back.
            start_time_ns=max(now_ns, newest.start_time_ns + 1 if newest is not None else 0),
            sources=identity,
            checked_whole=self._checked_whole,
            settings=settings,
        )
        session = FeedSession.begin(self._directory, sidecar, source)
        self.started_total += 1
        emit(logger, FEED_SESSION_STARTED, session=session.session)
        return session

    def end(self, session: FeedSession) -> None:
        """Nothing is added to it any more; its log stays to be served. Raises OSError."""
        session.end()
        self._logs[session.session] = session.log
        emit(logger, FEED_SESSION_ENDED, session=session.session, head=session.log.head)

    def ended_log(self, name: str) -> FeedLog | None:
        """The log of a session that has ended, if it is kept."""
        if name not in self._logs:
            for sidecar in load_sidecars(self._directory):
                if sidecar.session == name and sidecar.ended:
                    self._logs[name] = open_log(self._directory, sidecar)
        return self._logs.get(name)

    def remove_unborn(self) -> None:
        """Deletes logs that were made, and nothing else of their sessions, before a death."""
        for path in self._directory.glob(f"*{FEED_LOG_SUFFIX}"):
            if not path.with_suffix(SUFFIX).exists() and path.stat().st_size == 0:
                path.unlink()

    def prune(self, kept: int, in_use: Collection[str]) -> None:
        """Removes all but the newest sessions; one that is still being read is spared for now."""
        for sidecar in load_sidecars(self._directory)[:-kept]:
            if sidecar.session in in_use or not sidecar.ended:
                continue
            if (log := self._logs.pop(sidecar.session, None)) is not None:
                log.close()
            remove_session(self._directory, sidecar.session)

    def close(self) -> None:
        """Lets go of all logs."""
        for log in self._logs.values():
            log.close()

    def _end_all(self) -> None:
        """Also those that an earlier process did not come to end."""
        for sidecar in load_sidecars(self._directory):
            if not sidecar.ended:
                sidecar.ended = True
                sidecar.save(self._directory)

    async def _check_files(self, config: GatewayConfig) -> bool:
        """Whether all were read to their ends."""
        if config.source is not SourceChoice.CSV:
            return True
        self.refusals.muted = False
        try:
            verdicts = [
                await self._check_file(source, config.validate_bytes_max)
                for source in csv_sources(config, self.refusals)
            ]
        except SourceFault as fault:
            where = f"{fault.path}: line {fault.line}"
            raise OperatorFault(where, fault.reason, "correct the file") from fault
        return all(verdicts)

    async def _check_file(self, source: CsvSource, bytes_max: int) -> bool:
        verdict = NOTHING_READ
        try:
            for newest in check_source(source, bytes_max):
                verdict = newest
                await self._still_busy()
        finally:
            source.close()
        emit(
            logger,
            SOURCE_CHECKED,
            file=source.path,
            rows=verdict.rows_good,
            refused=verdict.rows_rejected,
            rounded=verdict.rows_rounded,
            whole=verdict.whole,
        )
        return verdict.whole

    async def _still_busy(self) -> None:
        """Called between two batches of work that may take long."""
        now_ns = self._clock.monotonic_ns()
        if now_ns - self._extended_ns > NANOSECONDS_PER_SECOND:
            self._extended_ns = now_ns
            self._notifier.extend_timeout(EXTENSION_S)
        await asyncio.sleep(0)
