"""sessions → played one after the other; what commands, the end of a source, and a fault mean for
them.

end of source    hold │ loop: a new session │ end-session: Z to all, the log stays to be read
fault            nothing more is published, what was sent stays; a new session or a restart goes on
"""

import asyncio
import enum
import logging
from collections.abc import Callable

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.faults import OperatorFault
from tradestack.observe.events import SOURCE_FAULT, emit
from tradestack.sources.source import SourceFault
from tradestack_gateway.config import AtEnd, GatewayConfig
from tradestack_gateway.feed_session import FeedSession
from tradestack_gateway.pace import Pace, parse_pace
from tradestack_gateway.player import PlayEnd, Player
from tradestack_gateway.publisher import Publisher
from tradestack_gateway.sessions import Sessions
from tradestack_gateway.sidecar import Settings
from tradestack_gateway.source_identity import Identity

# Between two beginnings of a session in a loop, at least: a tiny file at full speed would make
# thousands of sessions a second, which nobody can follow.
LOOP_INTERVAL_NS = NANOSECONDS_PER_SECOND
RETRY_S = 1.0  # until ending or beginning a session is tried again when the disk was full

logger = logging.getLogger(__name__)


class SourceState(enum.Enum):
    """Where the source stands."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
    FAULT = "fault"


class Playback:
    """The present session, and how it came to be; `open` before anything else."""

    session: FeedSession

    def __init__(
        self,
        config: GatewayConfig,
        sessions: Sessions,
        publisher: Publisher,
        player: Player,
        clock: Clock,
        session_begun: Callable[[], None],
    ) -> None:
        self.config = config
        self.fault: str | None = None
        self._sessions = sessions
        self._publisher = publisher
        self._player = player
        self._clock = clock
        self._session_begun = session_begun
        self._settings = Settings()
        self._source_ended = False
        self._replaced = asyncio.Event()  # there is another session to play

    @property
    def state(self) -> SourceState:
        """Where the source stands."""
        if self.fault is not None:
            return SourceState.FAULT
        if self._source_ended:
            return SourceState.ENDED
        return SourceState.PAUSED if self._player.paused else SourceState.RUNNING

    async def open(self) -> None:
        """Finds or begins the session. Raises OperatorFault, OSError."""
        identity = await self._sessions.check(self.config)
        newest = self._sessions.newest()
        self._settings = newest.settings if newest is not None else Settings()
        resumed = await self._sessions.resume(self.config, identity)
        if resumed is None:
            try:
                self._begin(identity)
            except SourceFault as fault:
                remedy = "correct the file"
                raise OperatorFault(str(fault.path), fault.reason, remedy) from fault
        else:
            self.session = resumed
        self._publisher.recover_books(self.session.log)
        self.apply_config(self.config)

    def apply_config(self, config: GatewayConfig) -> None:
        """Pace, gaps and what happens at the end hold at once; sources, for the next session."""
        self.config = config
        if self._settings.pace_configured != str(config.pace):
            self._settings = Settings(paused=self._settings.paused)
        set_by_command = self._settings.pace
        pace = config.pace if set_by_command is None else parse_pace(set_by_command)
        self._player.set_pace(pace, config.max_gap)
        if self._settings.paused:
            self._player.pause()

    async def run(self) -> None:
        """Plays for ever."""
        while True:
            self._replaced.clear()
            session = self.session
            try:
                end = await self._player.play(session)
                if end is PlayEnd.SOURCE_ENDED:
                    await self._at_end()
            except (SourceFault, OperatorFault) as fault:
                self._hold(str(fault))
            except OSError as error:
                logger.error("no session can be ended or begun: %s; trying again", error)
                await asyncio.sleep(RETRY_S)
                continue
            if self.session is session:
                await self._replaced.wait()

    def pause(self) -> None:
        """Stops publishing, also over restarts, until `resume`."""
        self._player.pause()
        self._keep(paused=True, pace=self._settings.pace)

    def resume(self) -> None:
        """Goes on."""
        self._player.resume()
        self._keep(paused=False, pace=self._settings.pace)

    def set_pace(self, pace: Pace) -> None:
        """Holds over restarts until the config says another one than now."""
        self._player.set_pace(pace, self.config.max_gap)
        self._keep(paused=self._settings.paused, pace=str(pace))

    async def new_session(self) -> str:
        """Ends the session and begins another; its id.

        Raises OperatorFault, SourceFault, OSError.
        """
        identity = await self._sessions.check(self.config)
        self._begin(identity)
        return self.session.session

    def close(self) -> None:
        """Lets go of the session's files, wherever it stands."""
        session = getattr(self, "session", None)
        if session is not None:
            session.close()

    def _begin(self, identity: Identity) -> None:
        source = self._sessions.open(self.config)
        self._end_session()
        # Before the session is on record: a restart must not take the old one's books for its own.
        self._publisher.reset_books()
        self.session = self._sessions.begin(source, identity, self._settings)
        self._publisher.begin_books(self.session.session)
        self.fault = None
        self._source_ended = False
        self._player.interrupt()
        self._replaced.set()
        self._session_begun()

    def _end_session(self) -> None:
        session = getattr(self, "session", None)
        if session is not None and not session.log.ended:
            self._sessions.end(session)
            self._publisher.wake()

    async def _at_end(self) -> None:
        if self.config.at_end is AtEnd.LOOP:
            await self._loop()
            return
        if self.config.at_end is AtEnd.END_SESSION:
            self._end_session()
        self._source_ended = True

    async def _loop(self) -> None:
        session = self.session
        elapsed_ns = self._clock.wall_ns() - session.sidecar.start_time_ns
        wait_ns = min(max(0, LOOP_INTERVAL_NS - elapsed_ns), LOOP_INTERVAL_NS)
        await asyncio.sleep(wait_ns / NANOSECONDS_PER_SECOND)
        identity = await self._sessions.check(self.config)
        if self.session is session:  # nobody asked for a new one meanwhile
            self._begin(identity)

    def _hold(self, fault: str) -> None:
        self.fault = fault
        emit(logger, SOURCE_FAULT, reason=fault)

    def _keep(self, *, paused: bool, pace: str | None) -> None:
        configured = str(self.config.pace)
        self._settings = Settings(paused=paused, pace=pace, pace_configured=configured)
        self.session.sidecar.settings = self._settings
        try:
            self.session.save()
        except OSError as error:
            logger.error("the setting is lost at a restart: %s", error)
