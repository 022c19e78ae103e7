"""Feed sessions played one after the other, and the effect of commands, ends and faults on them.

end of source    hold │ loop: a new session │ end-session: Z to all, the log stays to be read
fault            nothing more is published, what was sent stays; a new session or a restart goes on
"""

import asyncio
import logging
from collections.abc import Callable

from tradestack.configs.gateway import AtEnd, GatewayConfig
from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.faults import OperatorFault
from tradestack.net.server.session_server import SessionServer
from tradestack.observe.events import SOURCE_FAULT, emit
from tradestack.runtime.process.end_process import end_process
from tradestack.sessions.feed_session import FeedSession
from tradestack.sessions.sidecar import Settings
from tradestack.sessions.source_identity import SourceIdentity
from tradestack.sources.pace import Gap, Pace, parse_pace
from tradestack.sources.source import SourceFault
from tradestack_gateway.books import Books
from tradestack_gateway.feed_origin import SourceState
from tradestack_gateway.player import PlayEnd, Player
from tradestack_gateway.sessions.feed_sessions import FeedSessions

# Between two beginnings of a session in a loop, at least: a tiny file at full speed would make
# thousands of sessions a second, which no client can follow.
LOOP_INTERVAL_NS = NANOSECONDS_PER_SECOND
RETRY_S = 1.0  # until ending or beginning a session is tried again when the disk was full

logger = logging.getLogger(__name__)


class Playback:
    """The present feed session; there is none before `open` has returned.

    session_ends: called before a session ends for another one. session_began: called when one
    begins with the configuration as it is then.
    """

    def __init__(
        self,
        config: GatewayConfig,
        feed_sessions: FeedSessions,
        books: Books,
        player: Player,
        server: SessionServer,
        clock: Clock,
        *,
        session_ends: Callable[[], None],
        session_began: Callable[[], None],
    ) -> None:
        self.config = config
        self.fault: OperatorFault | None = None
        self._feed_sessions = feed_sessions
        self._books = books
        self.lag_ns = 0  # of its messages behind their publication, which is here
        self._player = player
        self._server = server
        self._clock = clock
        self._session_ends = session_ends
        self._session_began = session_began
        self._feed_session: FeedSession | None = None
        self._settings = Settings()
        self._source_ended = False
        self._replaced = asyncio.Event()  # there is another session to play

    @property
    def feed_session(self) -> FeedSession:
        """The present session. Raises RuntimeError before `open` has returned."""
        if self._feed_session is None:
            raise RuntimeError("no feed session was opened yet")
        return self._feed_session

    @property
    def state(self) -> SourceState:
        """The state of the source."""
        if self._feed_session is None:
            return SourceState.CHECKING
        if self.fault is not None:
            return SourceState.FAULT
        if self._source_ended:
            return SourceState.ENDED
        return SourceState.PAUSED if self._player.paused else SourceState.RUNNING

    @property
    def checking(self) -> str:
        """What is done before the first session, for people."""
        return "checking the sources"

    @property
    def blocked(self) -> str | None:
        """Why nothing can be published; None if nothing prevents it."""
        return self._player.blocked

    @property
    def cut_off(self) -> None:
        """None: the sources are here."""

    @property
    def pace(self) -> str:
        """The present pace."""
        return str(self._player.pace)

    def note_shortage(self, shortage: str | None) -> None:
        """Publish nothing while the disk is short of space."""
        self._player.shortage = shortage

    def wait_ns(self, now_ns: int) -> int:
        """Return how long nothing will be due from this monotonic time on."""
        return self._player.wait_ns(now_ns)

    def gap(self) -> Gap:
        """Return the gap between the last tick and the next one, as far as that is known."""
        return self._player.gap(self.feed_session)

    def overdue(self, now_ns: int) -> bool:
        """Return whether a tick should have been published long before this monotonic time."""
        return self._player.overdue(now_ns)

    def stats(self) -> dict[str, object]:
        """Return nothing: a playback has no values of its own."""
        return {}

    async def open(self) -> None:
        """Check the sources, then continue or begin the session. Raises OperatorFault, OSError."""
        identity = await self._feed_sessions.check(self.config)
        newest = self._feed_sessions.newest
        self._settings = newest.settings if newest is not None else Settings()
        resumed = await self._feed_sessions.resume(self.config, identity)
        if resumed is not None:
            self._books.rebuild(resumed.log, resumed.symbols)
            self._feed_session = resumed
        else:
            try:
                self._begin(identity)
            except SourceFault as fault:
                raise fault.as_operator_fault() from fault
        self.apply_config(self.config)

    def apply_config(self, config: GatewayConfig) -> None:
        """Apply pace, gaps and the end of the source at once, sources at the next session."""
        self.config = config
        if self._settings.pace_configured != str(config.pace):
            self._settings = Settings(paused=self._settings.paused)
        set_by_command = self._settings.pace
        pace = config.pace if set_by_command is None else parse_pace(set_by_command)
        self._player.set_pace(pace, config.max_gap)
        if self._settings.paused:
            self._player.pause()

    async def run(self) -> None:
        """Play sessions until cancelled."""
        while True:
            self._replaced.clear()
            playing = self.feed_session
            try:
                end = await self._player.play(playing)
                if end is PlayEnd.SOURCE_ENDED:
                    await self._at_end()
            except SourceFault as fault:
                self._hold(fault.as_operator_fault())
            except OperatorFault as fault:
                self._hold(fault)
            except OSError as error:
                logger.error("cannot end or begin a session: %s; trying again", error)
                await asyncio.sleep(RETRY_S)
                continue
            if self.feed_session is playing:
                await self._replaced.wait()

    def pause(self) -> None:
        """Stop publishing, also over restarts, until `resume`."""
        self._player.pause()
        self._keep(paused=True, pace=self._settings.pace)

    def resume(self) -> None:
        """Go on publishing."""
        self._player.resume()
        self._keep(paused=False, pace=self._settings.pace)

    def set_pace(self, pace: Pace) -> None:
        """Change the pace, also over restarts until the config has another pace than now."""
        self._player.set_pace(pace, self.config.max_gap)
        self._keep(paused=self._settings.paused, pace=str(pace))

    async def new_session(self) -> str:
        """End the session, begin another and return its id.

        Raises OperatorFault, SourceFault, OSError, and then the session goes on.
        """
        identity = await self._feed_sessions.check(self.config)
        await self.feed_session.sync_ahead()
        self._begin(identity)
        return self.feed_session.session_id

    def prune(self, sessions_kept: int | None = None) -> list[str]:
        """Remove old sessions that no client reads; None: keep as many as the config says.

        Returns the ids of those that were removed.
        """
        in_use = {connection.session_id for connection in self._server.connections}
        return self._feed_sessions.prune(sessions_kept or self.config.sessions_kept, in_use)

    def close(self) -> None:
        """Close the session's files, whatever its state."""
        if self._feed_session is not None:
            self._feed_session.close()

    def _begin(self, identity: SourceIdentity) -> None:
        """Begin another session.

        Raises OperatorFault, SourceFault, OSError, and then the present one goes on.
        """
        source = self._feed_sessions.open_source(self.config)
        current = self._feed_session
        if current is not None:
            self._session_ends()
        begun = self._feed_sessions.begin(source, identity, self._settings, current)
        try:
            self._switch_to(begun)
        except BaseException as fault:
            end_process("between a feed session's beginning and its state", fault)
        self.prune()

    def _switch_to(self, begun: FeedSession) -> None:
        """Play and serve a session that is on record, instead of the one that has ended."""
        self._books.reset()
        self._books.begin(begun.session_id, begun.symbols)
        if self._feed_session is not None:
            self._server.scheduler.wake()  # its clients receive the end
        self._feed_session = begun
        self.fault = None
        self._source_ended = False
        self._player.interrupt()
        self._replaced.set()
        self._session_began()

    async def _at_end(self) -> None:
        if self.config.at_end is AtEnd.LOOP:
            await self._loop()
            return
        if self.config.at_end is AtEnd.END_SESSION:
            await self._end_session()
        self._source_ended = True

    async def _end_session(self) -> None:
        ending = self.feed_session
        await ending.sync_ahead()
        if not ending.log.ended:  # by a command meanwhile
            self._feed_sessions.end(ending)
            self._server.scheduler.wake()

    async def _loop(self) -> None:
        played = self.feed_session
        elapsed_ns = self._clock.wall_ns() - played.sidecar.start_time_ns
        wait_ns = min(max(0, LOOP_INTERVAL_NS - elapsed_ns), LOOP_INTERVAL_NS)
        await asyncio.sleep(wait_ns / NANOSECONDS_PER_SECOND)
        identity = await self._feed_sessions.check(self.config)
        await played.sync_ahead()
        if self.feed_session is played:  # no command began a new one meanwhile
            self._begin(identity)

    def _hold(self, fault: OperatorFault) -> None:
        self.fault = fault
        emit(logger, SOURCE_FAULT, reason=fault)

    def _keep(self, *, paused: bool, pace: str | None) -> None:
        configured = str(self.config.pace)
        self._settings = Settings(paused=paused, pace=pace, pace_configured=configured)
        try:
            self.feed_session.keep(self._settings)
        except OSError as error:
            logger.error("a restart now would lose the pace or pause just set: %s", error)
