"""config, listener → the gateway as the runtime and the clients see it."""

import asyncio
from collections.abc import Sequence

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.times import format_utc
from tradestack.net.control.interface import Interface
from tradestack.net.server.client_facts import describe_connections
from tradestack.net.server.connection import Connection
from tradestack.net.server.outgoing import Stream
from tradestack.net.server.server import SessionServer
from tradestack.net.server.users import Users
from tradestack.runtime.service import Context
from tradestack.store.books import SharedNewsBook, SharedPriceBook
from tradestack.store.free_space import find_shortage
from tradestack.wire import soup
from tradestack.wire.feed import TICK_PACKET_LENGTH
from tradestack_gateway.config import GatewayConfig
from tradestack_gateway.control import client_facts, gateway_interface
from tradestack_gateway.pace import Schedule
from tradestack_gateway.playback import Playback
from tradestack_gateway.player import Player
from tradestack_gateway.publisher import Publisher
from tradestack_gateway.sessions import Sessions

# How often the books' readers are told that their writer lives, and the disk is looked at.
HEARTBEAT_S = 1.0
CLIENT_PATIENCE_NS = 5 * NANOSECONDS_PER_SECOND  # longer, and that a client waits is our fault


class Gateway:
    """See `runtime.program.Service`, and `net.session_server.SessionHandler`."""

    def __init__(self, context: Context[GatewayConfig]) -> None:
        config = context.config
        self._context = context
        self._unsequenced_ignored = 0
        self._server = SessionServer(
            listener=context.listeners["feed"],
            users=Users.load(config.users_file),
            handler=self,
            limits=config.session_limits(),
            clock=context.clock,
        )
        self._publisher = Publisher(
            SharedPriceBook(name=f"{SharedPriceBook.NAME}{config.segment_suffix}"),
            SharedNewsBook(name=f"{SharedNewsBook.NAME}{config.segment_suffix}"),
            serve=self._server.serve_live,
            wake=self._server.wake,
            clock=context.clock,
        )
        self._sessions = Sessions(context.state_directory, context.clock, context.notifier)
        self._player = Player(self._publisher, Schedule(config.pace, config.max_gap), context.clock)
        self._playback = Playback(
            config,
            self._sessions,
            self._publisher,
            self._player,
            context.clock,
            self._session_begun,
        )

    # ---- the daemon's life ---------------------------------------------------------------------

    async def start(self) -> None:
        """Raises OperatorFault for sources that cannot be used."""
        self._sessions.remove_unborn()
        await self._playback.open()
        self._prune()
        self._look_at_disk()
        self._server.start()
        self._context.spawn(self._playback.run(), "playback")
        self._context.spawn(self._heartbeat(), "heartbeat")

    async def stop(self) -> None:
        """Clients get what their sockets take; the rest is in the log."""
        await self._server.close()
        self._playback.close()
        self._sessions.close()
        self._publisher.close()

    def reload(self, config: GatewayConfig) -> None:
        """Apply users, limits, pace, gaps and end at once, sources at the next session."""
        self._server.users = Users.load(config.users_file)
        self._server.limits = config.session_limits()
        self._playback.apply_config(config)
        self._look_at_disk()

    def interfaces(self) -> Sequence[Interface]:
        """io.tradestack.Gateway."""
        return (gateway_interface(self._playback, self._server),)

    def stalled(self, now_ns: int) -> str | None:
        """Paused, held, blocked by the disk and idle are healthy."""
        if self._player.overdue(now_ns):
            return "a tick is overdue"
        return self._server.stalled(now_ns, CLIENT_PATIENCE_NS)

    # ---- the feed's clients --------------------------------------------------------------------

    def stream_for(self, user: str, session: str) -> Stream | soup.RejectReason:  # noqa: ARG002
        """Every user may read every session that is kept."""
        current = self._playback.session.log
        if session in ("", current.session):
            return current
        return self._sessions.ended_log(session) or soup.RejectReason.SESSION_NOT_AVAILABLE

    def unsequenced_received(self, client: Connection, payload: bytes) -> None:  # noqa: ARG002
        """A feed has nothing to be told."""
        self._unsequenced_ignored += 1

    def client_joined(self, client: Connection) -> None:
        """Nothing to do: the log is its stream."""

    def client_left(self, client: Connection, reason: str) -> None:  # noqa: ARG002
        """It may have been the last that read an old session."""
        self._prune()

    # ---- what people see -----------------------------------------------------------------------

    def status(self) -> str:
        """One line."""
        session, clients = self._playback.session, self._server.clients
        rate = self._publisher.rates.rates(self._context.clock.monotonic_ns())["1s"]
        if self._playback.fault is not None:
            return f"fault: {self._playback.fault}; {session.log.head} messages published"
        if self._player.blocked is not None:
            return f"blocked: {self._player.blocked}; {session.log.head} messages published"
        lag = max((client.lag for client in clients), default=0)
        return (
            f"{self._playback.state.value} at {self._player.pace}: {rate:,.0f} ticks/s, "
            f"message {session.log.head} of {session.session}, "
            f"{len(clients)} clients, lag {lag}"
        )

    def stats(self) -> dict[str, object]:
        """Counters at the top level are the session's."""
        session, clients = self._playback.session, self._server.clients
        head = session.log.head
        return {
            "session": session.session,
            "session_start_time": format_utc(session.sidecar.start_time_ns),
            "head": head,
            "source_state": self._playback.state.value,
            "source_fault": self._playback.fault,
            "publication_blocked": self._player.blocked,
            "pace": str(self._player.pace),
            "at_end": self._playback.config.at_end.value,
            "ticks_total": head,
            "prices_total": session.prices_total,
            "news_total": session.news_total,
            "rows_rejected": session.rows_rejected,
            "rows_rounded": session.rows_rounded,
            "log_bytes": head * TICK_PACKET_LENGTH,
            "clients": [client_facts(facts) for facts in describe_connections(clients)],
            "client_count": len(clients),
            "lag_max": max((client.lag for client in clients), default=0),
            "rates": self._publisher.rates.rates(self._context.clock.monotonic_ns()),
            "process": self._process_stats(),
        }

    def _process_stats(self) -> dict[str, object]:
        return {
            "ticks_published": self._publisher.ticks_published,
            "sessions_started": self._sessions.started_total,
            "symbols_refused": self._publisher.symbols_refused,
            "logins_rejected": self._server.logins_rejected_total,
            "logins_unchecked": self._server.logins_unchecked_total,
            "protocol_violations": self._server.violations_total,
            "unsequenced_ignored": self._unsequenced_ignored,
        }

    async def _heartbeat(self) -> None:
        while True:
            self._publisher.heartbeat()
            self._look_at_disk()
            await asyncio.sleep(HEARTBEAT_S)

    def _look_at_disk(self) -> None:
        """Makes room where it is short, by what is kept for comfort only."""
        directory = self._context.state_directory
        bytes_min = self._playback.config.free_bytes_min
        shortage = find_shortage(directory, bytes_min)
        if shortage is not None:
            self._prune_to(1)
            shortage = find_shortage(directory, bytes_min)
        self._player.shortage = shortage

    def _session_begun(self) -> None:
        self._context.session_began()
        self._prune()

    def _prune(self) -> None:
        self._prune_to(self._playback.config.sessions_kept)

    def _prune_to(self, sessions_kept: int) -> None:
        in_use = {client.session for client in self._server.clients}
        self._sessions.prune(sessions_kept, in_use)
