"""A server of SoupBinTCP sessions: accepts connections, checks logins, watches deadlines.

What messages mean is up to the handler; the server handles logins, sequence numbers, heartbeats and
deadlines. Who waits for a login: waiting_room.py; when passwords are checked: logins.py. In which
order connections are read and send: turns.py, scheduler.py.
"""

import asyncio
import logging
import socket
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.net import addresses
from tradestack.net.acceptor import Acceptor
from tradestack.net.common_beat import call_at_beat
from tradestack.net.line_limit import LineLimit
from tradestack.net.server.clients import connection_levels
from tradestack.net.server.connection import Connection, MessageHandler
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.logins import Login, Logins
from tradestack.net.server.outbox import Stream
from tradestack.net.server.refusal import Answer, Refusal, rejected, wrong_port
from tradestack.net.server.scheduler import Scheduler
from tradestack.net.server.turns import Turns
from tradestack.net.server.users import Users
from tradestack.net.server.waiting_room import WaitingRoom
from tradestack.observe.events import CLIENT_LEFT, CLIENT_LOGGED_IN, LOGIN_REJECTED
from tradestack.observe.levels import Level
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.service import Service

# Between two checks of deadlines: heartbeats of 1 s are late by at most a quarter.
DEADLINES_INTERVAL_NS = NANOSECONDS_PER_SECOND // 4

logger = logging.getLogger(__name__)


class SessionHandler(Protocol):
    """What a daemon does with its clients. Users are identified by their lower-case names."""

    @property
    def messages(self) -> MessageHandler:
        """The receiver of the clients' messages."""
        ...

    def stream_for(self, user: str, session_id: str, sequence: int) -> Answer:
        """Return the stream that this authenticated user is to follow; "" = the current session.

        sequence: the number of the message that the user wants next, 0 = only what is new.

        The login may still be rejected, or asked for again when an older connection has made room.
        """
        ...

    def client_joined(self, connection: Connection) -> None:
        """Note that the login was accepted."""
        ...

    def client_left(self, connection: Connection, close: Close) -> None:
        """Note that a connection which had joined is closed."""
        ...


class SessionServer:
    """Serves every connection that the listener accepts.

    users and limits may be replaced while it runs; they then hold for all connections.
    scheduler: its owner calls `wake` or `serve_live` when a stream has grown or ended. lines: the
    log lines that clients may cause. service: which clients may say that they want; None: any.
    """

    def __init__(
        self,
        *,
        listener: socket.socket,
        users: Users,
        handler: SessionHandler,
        limits: SessionLimits,
        clock: Clock,
        service: Service | None = None,
    ) -> None:
        self.limits = limits
        self.scheduler = Scheduler(self)
        self.turns = Turns(self)
        self.lines = LineLimit(clock)
        self.logins_rejected_total = 0
        self.connections_displaced_total = 0
        self.violations_total = 0
        refuse = partial(self._reject, refusal=rejected(soup.RejectReason.NOT_AUTHORIZED))
        self._logins = Logins(users, self._authenticated, refuse, clock)
        name = addresses.name_of(listener.getsockname())
        self._acceptor = Acceptor(name, listener, self._on_connection)
        self._handler = handler
        self._service = service
        self._clock = clock
        self._pending = WaitingRoom()
        self._joined: dict[Connection, None] = {}  # in the order of joining
        self._replacing: list[Login] = []  # that wait until an older connection has ended
        self._timer: asyncio.TimerHandle | None = None
        self._checked_ns = 0

    # ---- what owners use -------------------------------------------------------------------

    def start(self) -> None:
        """Begin to accept; needs the running loop."""
        self._acceptor.start()
        self._checked_ns = self._clock.monotonic_ns()
        self._schedule_deadlines()

    def stop_accepting(self) -> None:
        """Leave new connections in the listener's queue."""
        self._acceptor.stop()

    async def close(self) -> None:
        """Send each client once more what its socket accepts, and disconnect all."""
        self.stop_accepting()
        self._logins.close()
        if self._timer is not None:
            self._timer.cancel()
        for connection in [*self._joined, *self._pending]:
            if not connection.outbox.blocked:
                connection.outbox.pump(self.limits.send_chunk_bytes_max)
            connection.close(Close(CloseReason.SERVER_STOPPING, "server stops"))

    @property
    def users(self) -> Users:
        """The users that may log in."""
        return self._logins.users

    @users.setter
    def users(self, users: Users) -> None:
        self._logins.users = users

    def stats(self) -> dict[str, int]:
        """Return the counters of logins and connections since the start."""
        return {
            "logins_rejected": self.logins_rejected_total,
            "connections_displaced": self.connections_displaced_total,
            "protocol_violations": self.violations_total,
            "log_lines_suppressed": self.lines.suppressed_total,
        }

    def levels(self) -> Sequence[Level]:
        """Return how full the server is."""
        return connection_levels(self.connections, len(self._pending), self.limits)

    @property
    def connections(self) -> Sequence[Connection]:
        """The connections that are logged in, in the order of their logins."""
        return tuple(self._joined)

    def stalled(self, now_ns: int, patience_ns: int) -> str | None:
        """Describe a client that has been behind and sendable, but not served, for `patience_ns`.

        None if there is none.
        """
        for connection in self._joined:
            outbox = connection.outbox
            if outbox.is_neglected(now_ns, patience_ns):
                client = f"{connection.user} at {connection.peer}"
                return f"{client} is behind by {outbox.lag} messages and not served"
        return None

    # ---- what connections call -------------------------------------------------------------

    def login_requested(self, connection: Connection, request: soup.LoginRequest) -> None:
        """Queue the login."""
        self._logins.add(Login(connection, request))

    def closed(self, connection: Connection, close: Close) -> None:
        """Forget the connection; report it to the handler if it had joined."""
        self._pending.discard(connection)
        is_violation = close.reason is CloseReason.PROTOCOL_VIOLATION
        self.violations_total += is_violation
        if connection in self._joined:
            del self._joined[connection]
            if not is_violation:  # which is logged already
                self.lines.emit(
                    logger,
                    CLIENT_LEFT,
                    origin=connection.user,
                    user=connection.user,
                    peer=connection.peer,
                    session=connection.session_id,
                    reason=close,
                )
            self._handler.client_left(connection, close)
            self._resume_logins(connection.user)

    # ---- connections and logins ------------------------------------------------------------

    def _on_connection(self, accepted: socket.socket, address: object) -> None:
        limits = self.limits
        if accepted.family != socket.AF_UNIX:
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, limits.send_buffer_bytes)
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, limits.receive_buffer_bytes)
        peer, now_ns = addresses.name_of(address), self._clock.monotonic_ns()
        if len(self._pending) >= limits.logins_pending_max:
            self.connections_displaced_total += 1
            displaced = self._pending.displaced(now_ns)
            displaced.close(Close(CloseReason.LOGIN_TIMEOUT, "displaced before a login"))
        connection = Connection(
            accepted, peer, owner=self, handler=self._handler.messages, clock=self._clock
        )
        self._pending.add(connection, now_ns)

    def _authenticated(self, login: Login) -> None:
        """Accept or reject a login, or wait until an older connection of its user has ended."""
        request, wanted = login.request, login.connection.wanted
        if self._service is not None and wanted not in (None, self._service):
            self._reject(login, wrong_port(self._service))
            return
        stream = self._handler.stream_for(login.user, request.session_id, request.sequence)
        if isinstance(stream, soup.RejectReason | Refusal):
            self._reject(login, stream if isinstance(stream, Refusal) else rejected(stream))
            return
        own = [each for each in self._joined if each.user == login.user]
        if len(own) >= self.limits.connections_per_user_max:
            self._replacing.append(login)
            own[0].replace()
        elif len(self._joined) >= self.limits.clients_max:
            self._turn_away(login)
        else:
            self._accept(login, stream)

    def _resume_logins(self, user: str) -> None:
        """Check the logins again that waited for the end of a connection of this user."""
        waiting = [login for login in self._replacing if login.user == user]
        self._replacing = [login for login in self._replacing if login.user != user]
        for login in waiting:
            self._logins.add(login)

    def _accept(self, login: Login, stream: Stream) -> None:
        connection = login.connection
        self._pending.discard(connection)
        self._joined[connection] = None
        connection.accept_login(login.user, stream, login.request)
        self.lines.emit(
            logger,
            CLIENT_LOGGED_IN,
            origin=login.user,
            user=login.user,
            peer=connection.peer,
            session=connection.session_id,
            next=connection.outbox.cursor,
        )
        self._handler.client_joined(connection)

    def _reject(self, login: Login, refusal: Refusal) -> None:
        self._note_rejection(login, refusal.name)
        login.connection.reject_login(refusal.packets)

    def _turn_away(self, login: Login) -> None:
        """Close the connection without an answer: there is no room, and the client may try again.

        After "session not available" it would give up a session that is still served.
        """
        self._note_rejection(login, "NO_ROOM")
        login.connection.close(Close(CloseReason.CONNECTION_LOST, "no room for another client"))

    def _note_rejection(self, login: Login, reason: str) -> None:
        self.logins_rejected_total += 1
        self.lines.emit(
            logger,
            LOGIN_REJECTED,
            user=login.request.user,
            peer=login.connection.peer,
            session=login.request.session_id,
            reason=reason,
            failures=self._logins.failures(login),
            clients=len(self._joined),
        )

    # ---- deadlines -------------------------------------------------------------------------

    def _schedule_deadlines(self) -> None:
        self._timer = call_at_beat(DEADLINES_INTERVAL_NS, self._on_deadlines)

    def _on_deadlines(self) -> None:
        self._schedule_deadlines()
        self.check_deadlines(self._clock.monotonic_ns())

    def check_deadlines(self, now_ns: int) -> None:
        """Check heartbeats and deadlines of all connections.

        When this is called late, the server was suspended; that time counts against no client.
        """
        late_ns = now_ns - self._checked_ns - DEADLINES_INTERVAL_NS
        self._checked_ns = now_ns
        self.lines.report()
        for connection in [*self._joined, *self._pending]:
            if late_ns > DEADLINES_INTERVAL_NS:
                connection.postpone_deadlines(late_ns)
            connection.check_deadlines(now_ns)
