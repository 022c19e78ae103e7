"""The feed of another gateway, published again: same session, same numbers, same packets.

    upstream gateway ── SoupBinTCP ──► relay: log, books ── SoupBinTCP ──► clients, other relays

What is in the relay's log is a prefix of the other gateway's, whatever dies: it asks for the
message after its own newest one. A feed session of which the upstream serves no more before its
end stays without one, and is not served any more: its clients would take the part for the whole.
"""

import asyncio
import errno
import logging
from collections.abc import Callable
from typing import NoReturn

from tradestack.configs.gateway import GatewayConfig
from tradestack.domain.clock import NANOSECONDS_PER_MICROSECOND, Clock
from tradestack.domain.faults import OperatorFault, words_of
from tradestack.net.client.feed_listener import EndReason, FeedListener
from tradestack.net.server.session_server import SessionServer
from tradestack.observe.events import PUBLICATION_BLOCKED, PUBLICATION_RESUMED, SOURCE_FAULT, emit
from tradestack.runtime.process.end_process import end_process
from tradestack.runtime.supervisor.notify import Notifier
from tradestack.sessions.feed_session import FeedSession
from tradestack.sources.pace import NO_GAP, Gap, Pace
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.feed import TickBatch
from tradestack_gateway.books import Books
from tradestack_gateway.feed_origin import SourceState
from tradestack_gateway.publisher import Publisher
from tradestack_gateway.sessions.feed_sessions import FeedSessions
from tradestack_gateway.stream_upstream import StreamUpstream
from tradestack_gateway.upstream import Upstream, wait_for_session, waiting_for
from tradestack_gateway.upstream_check import require_next_session, require_next_ticks
from tradestack_gateway.way import FeedWay

RETRY_S = 1.0  # until the upstream is followed again after a refusal, or when the disk was full

logger = logging.getLogger(__name__)


class Relayed(Exception):
    """The command is one for the gateway that this one follows."""


class Relay(FeedListener):
    """Follows the feed of the configured upstream; has a feed session once `open` has returned."""

    def __init__(
        self,
        config: GatewayConfig,
        upstream: Upstream | StreamUpstream,
        feed_sessions: FeedSessions,
        books: Books,
        publisher: Publisher,
        server: SessionServer,
        way: FeedWay,
        clock: Clock,
        notifier: Notifier,
        *,
        session_ends: Callable[[], None],
        session_began: Callable[[], None],
    ) -> None:
        self.config = config
        self.fault: OperatorFault | None = None
        self.blocked: str | None = None
        self.lag_ns = 0  # from the first publication of the newest message to the one here
        self._upstream = upstream
        self._feed_sessions = feed_sessions
        self._books = books
        self._publisher = publisher
        self._server = server
        self._way = way
        self._clock = clock
        self._notifier = notifier
        self._session_ends = session_ends
        self._session_began = session_began
        self._shortage: str | None = None
        self._feed_session: FeedSession | None = None
        self._first_session: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._following: asyncio.Task[None] | None = None

    # ---- what the gateway asks -----------------------------------------------------------------

    @property
    def feed_session(self) -> FeedSession:
        """The session that is followed. Raises RuntimeError before `open` has returned."""
        if self._feed_session is None:
            raise RuntimeError("no feed session was received yet")
        return self._feed_session

    @property
    def state(self) -> SourceState:
        """The state of the source."""
        if self._feed_session is None:
            return SourceState.CHECKING
        if self.fault is not None:
            return SourceState.FAULT
        return SourceState.ENDED if self._feed_session.log.ended else SourceState.RUNNING

    @property
    def checking(self) -> str:
        """What is done before the first session, for people."""
        return waiting_for(self._upstream)

    @property
    def cut_off(self) -> str | None:
        """Why no gateway before this one can be reached, and for how long that has been so."""
        return self._upstream.contact.absence(str(self._upstream))

    @property
    def pace(self) -> str:
        """The pace: as the other gateway publishes."""
        return f"that of {self._upstream}"

    def note_shortage(self, shortage: str | None) -> None:
        """Publish nothing while the disk is short of space."""
        self._shortage = shortage

    def wait_ns(self, now_ns: int) -> int:  # noqa: ARG002 (only the other gateway knows)
        """Return 0: a message may come at any time."""
        return 0

    def gap(self) -> Gap:
        """Return that nothing is known of the gap before the next message."""
        return NO_GAP

    def overdue(self, now_ns: int) -> bool:  # noqa: ARG002
        """Return False: nothing is due before it is received."""
        return False

    def stats(self) -> dict[str, object]:
        """Return whom the relay follows, and how far behind each gateway before it is."""
        head = 0 if self._feed_session is None else self._feed_session.log.head
        return {
            "upstream": {
                "address": str(self._upstream),
                "connected": self._upstream.is_connected,
                "lag_us": self.lag_ns / NANOSECONDS_PER_MICROSECOND,
                **self._way.stats(head, self._upstream.contact),
            }
        }

    def apply_config(self, config: GatewayConfig) -> None:
        """Take a config; what concerns the relay needs a restart."""
        self.config = config

    async def open(self) -> None:
        """Continue the newest session, or wait for the first one. Raises OperatorFault, OSError."""
        identity = await self._feed_sessions.check(self.config)
        resumed = await self._feed_sessions.resume(self.config, identity)
        if resumed is not None:
            self._books.rebuild(resumed.log, resumed.symbols)
            self._feed_session = resumed
            return
        self._following = asyncio.ensure_future(self._follow())
        await wait_for_session(self._upstream, self._following, self._first_session, self._notifier)

    async def run(self) -> None:
        """Follow the upstream until cancelled; after a refusal, try again."""
        while True:
            if self._following is None:
                self._following = asyncio.ensure_future(self._follow())
            try:
                await self._following
            except OperatorFault as fault:
                self._hold(fault)
            except OSError as error:
                self._block(error)
            self._following = None
            await asyncio.sleep(RETRY_S)

    def pause(self) -> None:
        """Refuse. Raises Relayed."""
        self._refuse()

    def resume(self) -> None:
        """Refuse. Raises Relayed."""
        self._refuse()

    def set_pace(self, pace: Pace) -> None:  # noqa: ARG002
        """Refuse. Raises Relayed."""
        self._refuse()

    async def new_session(self) -> str:
        """Refuse. Raises Relayed."""
        self._refuse()

    def prune(self, sessions_kept: int | None = None) -> list[str]:
        """Remove old sessions as `Playback.prune` does."""
        in_use = {connection.session_id for connection in self._server.connections}
        return self._feed_sessions.prune(sessions_kept or self.config.sessions_kept, in_use)

    def close(self) -> None:
        """Close the session's files, and log out."""
        if self._following is not None:
            self._following.cancel()
        self._upstream.close()
        if self._feed_session is not None:
            self._feed_session.close()

    # ---- what the client calls -----------------------------------------------------------------

    def on_session_started(self, session_id: str, sequence: int) -> None:
        """Go on with the session, or begin the next one. Raises OperatorFault, OSError."""
        current = self._feed_session
        if current is not None and current.session_id == session_id:
            return
        require_next_session(self._upstream.server, session_id, current)
        assert sequence == 1, "a session that is new to the relay is asked for from its beginning"
        if current is not None:
            self._way.skipped.go_on(current.session_id, session_id)
            self._session_ends()
            if not current.log.ended:
                self._abandon(current)
        begun = self._feed_sessions.follow(session_id, current)
        try:
            self._books.reset()
            self._books.begin(begun.session_id, begun.symbols)
            self._feed_session = begun
        except BaseException as fault:
            end_process("between a feed session's beginning and its state", fault)
        self._server.scheduler.wake()  # clients of the earlier one receive its end
        self.prune()
        self._session_began()
        if not self._first_session.done():
            self._first_session.set_result(None)

    def on_connected(self) -> None:
        """Ask for the way of the feed."""
        self._upstream.ask_way()

    def on_unsequenced(self, payload: bytes) -> None:
        """Take the way of the feed. Raises OperatorFault for a loop."""
        self._way.learn(self._upstream.server, payload)
        self.fault = None

    def on_ticks(self, batch: TickBatch) -> None:
        """Publish the messages.

        Raises OSError, OperatorFault; then none of them was published.
        """
        if self._shortage is not None:
            raise OSError(errno.ENOSPC, self._shortage)
        feed_session = self.feed_session
        assert batch.first_sequence == feed_session.log.head + 1, "a message is missing"
        require_next_ticks(self._upstream.server, batch, feed_session)
        self._publisher.relay(feed_session, batch.records)
        self.lag_ns = self._clock.wall_ns() - int(batch.records["publish_time_ns"][-1])
        self.fault = None
        if self.blocked is not None:
            emit(logger, PUBLICATION_RESUMED, after=self.blocked)
            self.blocked = None

    def on_session_ended(
        self,
        session_id: str,
        last_sequence: int,  # noqa: ARG002
        reason: EndReason,
    ) -> None:
        """End the session if it is complete; else wait, for it may come back. Raises OSError."""
        current = self.feed_session
        assert session_id == current.session_id, "the client follows the session of the relay"
        if reason is EndReason.COMPLETE and not current.log.ended:
            self._feed_sessions.end(current)
            self._server.scheduler.wake()

    # ---- inside --------------------------------------------------------------------------------

    def _abandon(self, session: FeedSession) -> None:
        """Give up a session that the upstream serves no more. Raises OSError."""
        self._feed_sessions.abandon(session)
        for connection in self._server.connections:
            if connection.session_id == session.session_id:
                connection.close(Close(CloseReason.CONNECTION_LOST, "the session is incomplete"))

    async def _follow(self) -> None:
        """Follow the upstream. Raises OperatorFault for a refusal, OSError for a full disk."""
        current = self._feed_session
        place = ("", 1) if current is None else (current.session_id, current.log.head + 1)
        await self._upstream.follow(*place, self)

    def _hold(self, fault: OperatorFault) -> None:
        if self.fault is None or str(self.fault) != str(fault):
            emit(logger, SOURCE_FAULT, reason=fault)
        self.fault = fault

    def _block(self, error: OSError) -> None:
        reason = words_of(error)
        if self.blocked is None:
            emit(logger, PUBLICATION_BLOCKED, reason=reason)
        self.blocked = reason

    def _refuse(self) -> NoReturn:
        raise Relayed(f"this gateway relays the feed of {self._upstream}; ask that one")
