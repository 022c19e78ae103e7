"""The gateway as a service of the runtime and a handler of its clients' sessions."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from tradestack.configs.gateway import GatewayConfig, SourceChoice
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.times import format_utc
from tradestack.domain.units import counted
from tradestack.net.addresses import Address
from tradestack.net.client.login import Credentials
from tradestack.net.common_beat import sleep_to_beat
from tradestack.net.control.interface import Interface
from tradestack.net.server.clients import largest_lag, list_clients
from tradestack.net.server.connection import Connection
from tradestack.net.server.outbox import Stream
from tradestack.net.server.session_server import SessionServer
from tradestack.net.server.users import Users
from tradestack.observe.levels import Level
from tradestack.observe.statistics import LatencyHistogram
from tradestack.runtime.service import Context
from tradestack.sources.pace import Schedule
from tradestack.store.directory_lock import DirectoryLock
from tradestack.store.free_space import ROOM_REMEDY, disk_level, find_shortage
from tradestack.wire import soup
from tradestack.wire.close_reason import Close
from tradestack.wire.feed import TICK_PACKET_LENGTH
from tradestack.wire.service import Service
from tradestack_gateway.books import Books
from tradestack_gateway.control import gateway_interface
from tradestack_gateway.feed_origin import FeedOrigin, SourceState
from tradestack_gateway.playback import Playback
from tradestack_gateway.player import Player
from tradestack_gateway.publisher import Publisher
from tradestack_gateway.relay import Relay
from tradestack_gateway.sessions.feed_sessions import FeedSessions
from tradestack_gateway.stream_upstream import StreamUpstream
from tradestack_gateway.upstream import Upstream, require_other_gateway
from tradestack_gateway.way import FeedWay

HEARTBEAT_S = 1.0  # between two heartbeats in the books, and two looks at the free disk space
# A client that can take bytes and waits for them longer than this means that the gateway hangs.
CLIENT_PATIENCE_NS = 5 * NANOSECONDS_PER_SECOND

logger = logging.getLogger(__name__)


class Gateway:
    """The service that the runtime runs, and the handler of the feed's session server."""

    def __init__(self, context: Context[GatewayConfig]) -> None:
        config = context.config
        self._lock = DirectoryLock.take(context.state_directory)  # before anything in it is read
        self._context = context
        self._unsequenced_ignored = 0
        self._way = FeedWay()
        self._server = SessionServer(
            listener=context.listeners["feed"],
            users=Users.load(config.users_file),
            handler=self,
            limits=config.session_limits(),
            clock=context.clock,
            service=Service.FEED,
        )
        self._books = Books.open(config.segment_suffix)
        self._publisher = Publisher(self._books, self._server.scheduler.serve_live, context.clock)
        self._feed_sessions = FeedSessions(context.state_directory, context.clock, context.notifier)
        self._playback: FeedOrigin = self._relay() if config.source.is_followed else self._player()

    def _player(self) -> Playback:
        config, clock = self._context.config, self._context.clock
        return Playback(
            config,
            self._feed_sessions,
            self._books,
            Player(self._publisher, Schedule(config.pace, config.max_gap), clock),
            self._server,
            clock,
            session_ends=self._context.session_ends,
            session_began=self._session_began,
        )

    def _upstream(self) -> Upstream | StreamUpstream:
        config = self._context.config
        if config.source is SourceChoice.NATS:
            settings = partial(config.nats.settings, "tradestack-gateway")
            return StreamUpstream(settings, config.stream_prefix, self._context.clock)
        assert config.upstream is not None, "the config was checked"
        assert config.upstream_user is not None
        own = Address(*self._context.listeners["feed"].getsockname()[:2])
        require_other_gateway(config.upstream, own)
        password = self._context.login_password(config.password_file)
        user, trusted = config.upstream_user, config.server_users
        credentials = Credentials(user, password(), trusted, read_password=password)
        remedy = "name the feed of a gateway, and a user there with its password"
        if self._context.credentials_directory is not None:
            remedy += "; after a change of the password, restart this gateway"
        return Upstream(config.upstream, credentials, self._context.clock, remedy)

    def _relay(self) -> Relay:
        return Relay(
            self._context.config,
            self._upstream(),
            self._feed_sessions,
            self._books,
            self._publisher,
            self._server,
            self._way,
            self._context.clock,
            self._context.notifier,
            session_ends=self._context.session_ends,
            session_began=self._session_began,
        )

    # ---- the service ---------------------------------------------------------------------------

    async def start(self) -> None:
        """Open the feed session and serve it. Raises OperatorFault for unusable sources."""
        await self._playback.open()
        self._way.sessions = self._feed_sessions.recent()
        self._playback.prune()
        self._look_at_disk()
        self._server.start()
        self._context.spawn(self._playback.run(), "playback")
        self._context.spawn(self._heartbeat(), "heartbeat")

    def _session_began(self) -> None:
        self._way.sessions = self._feed_sessions.recent()
        self._publisher.times.start_session()
        self._context.session_began()

    async def stop(self) -> None:
        """Send clients what their sockets take, and close everything."""
        await self._server.close()
        self._playback.close()
        self._feed_sessions.close()
        self._books.close()
        self._lock.release()

    def reload(self, config: GatewayConfig) -> None:
        """Apply users, limits, pace, gaps and end at once, sources at the next session."""
        self._server.users = Users.load(config.users_file)
        self._server.limits = config.session_limits()
        self._playback.apply_config(config)
        self._look_at_disk()

    def interfaces(self) -> Sequence[Interface]:
        """Return io.tradestack.Gateway."""
        return (gateway_interface(self._playback, self._server),)

    def levels(self) -> Sequence[Level]:
        """Return how full server, books and disk are."""
        disk = disk_level(
            "feed_disk",
            self._context.state_directory,
            own_bytes=self._playback.feed_session.log.head * TICK_PACKET_LENGTH,
            bytes_min=self._playback.config.free_bytes_min,
            remedy=f"{ROOM_REMEDY}, or begin a new session (`tradestackctl new-session`)",
        )
        return [*self._server.levels(), *self._books.levels(), *disk]

    def stalled(self, now_ns: int) -> str | None:
        """Describe what hangs, or None; paused, held, blocked by the disk and idle are healthy."""
        if self._playback.overdue(now_ns):
            return "a tick is overdue"
        return self._server.stalled(now_ns, CLIENT_PATIENCE_NS)

    def histograms(self) -> Mapping[str, LatencyHistogram]:
        """Return how long publications took."""
        return self._publisher.times.by_metric()

    # ---- the feed's clients --------------------------------------------------------------------

    def stream_for(
        self,
        user: str,  # noqa: ARG002
        session_id: str,
        sequence: int,  # noqa: ARG002 (beyond the head: what was lost is published again)
    ) -> Stream | soup.RejectReason:
        """Return the log of a session that is kept; every user may read it."""
        current = self._playback.feed_session.log
        if session_id in ("", current.session_id):
            return current
        return self._feed_sessions.ended_log(session_id) or soup.RejectReason.SESSION_NOT_AVAILABLE

    @property
    def messages(self) -> "Gateway":
        """The gateway itself: it ignores them."""
        return self

    def unsequenced_received(self, connection: Connection, payload: bytes) -> None:
        """Answer a relay that asks for the way of the feed; count other messages."""
        if self._way.is_request(connection, payload):
            self._way.tell(connection, self._playback.feed_session.log.head, self._playback.lag_ns)
        else:
            self._unsequenced_ignored += 1

    def client_joined(self, connection: Connection) -> None:
        """Do nothing: the log is the client's stream."""

    def client_left(self, connection: Connection, close: Close) -> None:  # noqa: ARG002
        """Remove an old session if the client was the last to read it."""
        self._way.left(connection)
        self._playback.prune()

    # ---- what people see -----------------------------------------------------------------------

    def status(self) -> str:
        """Return one line for people."""
        if self._playback.state is SourceState.CHECKING:
            return self._playback.checking
        feed_session, connections = self._playback.feed_session, self._server.connections
        head = feed_session.log.head
        rate = self._publisher.rates.rates(self._context.clock.monotonic_ns())["1s"]
        if self._playback.fault is not None:
            return f"fault: {self._playback.fault}; {head} messages published"
        if self._playback.blocked is not None:
            return f"blocked: {self._playback.blocked}; {head} messages published"
        if self._playback.cut_off is not None:
            return f"{self._playback.cut_off}; {head} messages published"
        return (
            f"{self._playback.state.value} at {self._playback.pace}: {rate:,.0f} ticks/s, "
            f"message {head} of {feed_session.session_id}, "
            f"{counted(len(connections), 'client')}, lag {largest_lag(connections)}"
        )

    def stats(self) -> dict[str, object]:
        """Return counters: at the top level the feed session's, under "process" since its start."""
        feed_session, connections = self._playback.feed_session, self._server.connections
        head, rows = feed_session.log.head, feed_session.row_counts
        now_ns = self._context.clock.monotonic_ns()
        gap, fault = self._playback.gap(), self._playback.fault
        return {
            "session": feed_session.session_id,
            "session_start_time": format_utc(feed_session.sidecar.start_time_ns),
            "head": head,
            "source_state": self._playback.state.value,
            "source_fault": None if fault is None else f"{fault.where}: {fault.problem}",
            "source_remedy": None if fault is None else fault.remedy,
            "sources_apart": self._feed_sessions.are_apart,
            "publication_blocked": self._playback.blocked,
            "pace": self._playback.pace,
            "at_end": self._playback.config.at_end.value,
            "ticks_total": head,
            "ticks_expected": feed_session.sidecar.ticks_expected,
            "next_tick_wait_s": self._playback.wait_ns(now_ns) / NANOSECONDS_PER_SECOND,
            "next_tick_gap_s": gap.event_ns / NANOSECONDS_PER_SECOND,
            "next_tick_gap_cut_to_s": gap.cut_to_ns / NANOSECONDS_PER_SECOND,
            "prices_total": feed_session.prices_total,
            "news_total": feed_session.news_total,
            "rows_rejected": rows.rejected,
            "rows_rounded": rows.rounded,
            "prices_rounded": rows.prices_rounded,
            "sizes_saturated": rows.sizes_saturated,
            "symbols_left_out": self._books.symbols_left_out,
            "log_bytes": head * TICK_PACKET_LENGTH,
            "clients": msgspec.to_builtins(list_clients(connections)),
            "client_count": len(connections),
            "lag_max": largest_lag(connections),
            "rates": self._publisher.rates.rates(now_ns),
            "latency": self._publisher.times.stats(),
            **self._playback.stats(),
            "process": self._process_stats(),
        }

    def _process_stats(self) -> dict[str, object]:
        return {
            "ticks_published": self._publisher.ticks_published,
            "sessions_started": self._feed_sessions.started_total,
            **self._server.stats(),
            "unsequenced_ignored": self._unsequenced_ignored,
        }

    async def _heartbeat(self) -> None:
        while True:
            self._books.heartbeat(self._context.clock.wall_ns())
            in_use = {connection.session_id for connection in self._server.connections}
            self._feed_sessions.close_removed(in_use)
            self._look_at_disk()
            self._way.tell_all(self._playback.feed_session.log.head, self._playback.lag_ns)
            await sleep_to_beat(HEARTBEAT_S)

    def _look_at_disk(self) -> None:
        """Stop publishing while disk space is short; remove ended sessions first."""
        directory = self._context.state_directory
        bytes_min = self._playback.config.free_bytes_min
        shortage = find_shortage(directory, bytes_min)
        if shortage is not None:
            if removed := self._playback.prune(1):
                logger.warning(
                    "removed the feed logs of sessions %s: %s", ", ".join(removed), shortage
                )
            shortage = find_shortage(directory, bytes_min)
        self._playback.note_shortage(shortage)
