"""A server of SoupBinTCP sessions: accepts connections, checks logins, watches deadlines.

What messages mean is up to the handler; the server knows logins, sequence numbers, heartbeats and
deadlines. It checks one login in a pass of the loop, because each may cost milliseconds (users.py).
The order in which connections send: scheduler.py.
"""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.net import addresses
from tradestack.net.acceptor import Acceptor
from tradestack.net.server.connection import Connection, MessageHandler
from tradestack.net.server.failed_logins import FailedLogins, Origin
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.outbox import Stream
from tradestack.net.server.scheduler import Scheduler
from tradestack.net.server.states import State
from tradestack.net.server.users import Users, canonical_user
from tradestack.observe.events import CLIENT_LEFT, CLIENT_LOGGED_IN, LOGIN_REJECTED, emit
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason

# Between two checks of deadlines: heartbeats of 1 s are late by at most a quarter.
DEADLINES_INTERVAL_NS = NANOSECONDS_PER_SECOND // 4

logger = logging.getLogger(__name__)


class SessionHandler(MessageHandler, Protocol):
    """What a daemon does with its clients. Users are identified by their lower-case names."""

    def stream_for(self, user: str, session_id: str, sequence: int) -> Stream | soup.RejectReason:
        """Return the stream that this authenticated user is to follow; "" = the current session.

        sequence: the number of the message that the user wants next, 0 = only what is new.

        Older connections of the user may be closed here. The login may still be rejected.
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
    scheduler: its owner calls `wake` or `serve_live` when a stream has grown or ended.
    """

    def __init__(
        self,
        *,
        listener: socket.socket,
        users: Users,
        handler: SessionHandler,
        limits: SessionLimits,
        clock: Clock,
    ) -> None:
        self.limits = limits
        self.scheduler = Scheduler(self)
        self.logins_rejected_total = 0
        self.logins_unchecked_total = 0  # of those rejected: after too many failures
        self.violations_total = 0
        self._users = users
        self._failed_logins = FailedLogins()
        name = addresses.name_of(listener.getsockname())
        self._acceptor = Acceptor(name, listener, self._on_connection)
        self._handler = handler
        self._clock = clock
        self._pending: set[Connection] = set()  # not logged in, or rejected and about to close
        self._joined: dict[Connection, None] = {}  # in the order of joining
        self._logins: deque[tuple[Connection, soup.LoginRequest]] = deque()
        self._is_open = False
        self._timer: asyncio.TimerHandle | None = None
        self._checked_ns = 0

    # ---- what owners use -------------------------------------------------------------------

    def start(self) -> None:
        """Begin to accept; needs the running loop."""
        self._is_open = True
        self._update_accepting()
        self._checked_ns = self._clock.monotonic_ns()
        self._schedule_deadlines()

    def stop_accepting(self) -> None:
        """Leave new connections in the listener's queue."""
        self._is_open = False
        self._update_accepting()

    async def close(self) -> None:
        """Send each client once more what its socket accepts, and disconnect all."""
        self.stop_accepting()
        if self._timer is not None:
            self._timer.cancel()
        for connection in [*self._joined, *self._pending]:
            if not connection.outbox.blocked:
                connection.outbox.pump(self.limits.send_chunk_bytes_max)
            connection.close(Close(CloseReason.SERVER_STOPPING, "server stops"))

    @property
    def users(self) -> Users:
        """The users that may log in; replacing them also forgets earlier failed logins."""
        return self._users

    @users.setter
    def users(self, users: Users) -> None:
        self._users = users
        self._failed_logins.clear()

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
        self._logins.append((connection, request))
        if len(self._logins) == 1:
            asyncio.get_running_loop().call_soon(self._check_next_login)

    def closed(self, connection: Connection, close: Close) -> None:
        """Forget the connection; report it to the handler if it had joined."""
        self._pending.discard(connection)
        is_violation = close.reason is CloseReason.PROTOCOL_VIOLATION
        self.violations_total += is_violation
        if connection in self._joined:
            del self._joined[connection]
            if not is_violation:  # which is logged already
                emit(
                    logger,
                    CLIENT_LEFT,
                    user=connection.user,
                    peer=connection.peer,
                    session=connection.session_id,
                    reason=close,
                )
            self._handler.client_left(connection, close)
        self._update_accepting()

    # ---- connections and logins ------------------------------------------------------------

    def _on_connection(self, accepted: socket.socket, address: object) -> None:
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.limits.send_buffer_bytes)
        peer = addresses.name_of(address)
        self._pending.add(
            Connection(accepted, peer, owner=self, handler=self._handler, clock=self._clock)
        )
        self._update_accepting()

    def _update_accepting(self) -> None:
        if self._is_open and len(self._pending) < self.limits.logins_pending_max:
            self._acceptor.start()
        else:
            self._acceptor.stop()

    def _check_next_login(self) -> None:
        connection, request = self._logins.popleft()
        if self._logins:
            asyncio.get_running_loop().call_soon(self._check_next_login)
        if connection.state is not State.CHECKING_LOGIN:
            return
        user = canonical_user(request.user)
        # All names that no user has count as one; otherwise each new one would cost a hash.
        origin = (addresses.host_of(connection.peer), user if self._users.has(user) else "")
        if self._failed_logins.is_refused(origin, self._clock.monotonic_ns()):
            self.logins_unchecked_total += 1  # not logged: its failures were
            self._reject(connection, soup.RejectReason.NOT_AUTHORIZED)
            return
        answer = self._answer(user, request, origin)
        if isinstance(answer, soup.RejectReason):
            self._log_rejection(connection, request, answer, origin)
            self._reject(connection, answer)
        else:
            self._accept(connection, user, request, answer)

    def _answer(
        self, user: str, request: soup.LoginRequest, origin: Origin
    ) -> Stream | soup.RejectReason:
        if not self._users.verify(user, request.password):
            self._failed_logins.note(origin, self._clock.monotonic_ns())
            return soup.RejectReason.NOT_AUTHORIZED
        self._failed_logins.forget(origin)
        answer = self._handler.stream_for(user, request.session_id, request.sequence)
        # Counted after the handler has answered: it may have closed an older connection.
        if len(self._joined) >= self.limits.clients_max:
            return soup.RejectReason.SESSION_NOT_AVAILABLE
        return answer

    def _accept(
        self, connection: Connection, user: str, request: soup.LoginRequest, stream: Stream
    ) -> None:
        self._pending.discard(connection)
        self._joined[connection] = None
        self._update_accepting()
        connection.accept_login(user, stream, request)
        emit(
            logger,
            CLIENT_LOGGED_IN,
            user=user,
            peer=connection.peer,
            session=connection.session_id,
            next=connection.outbox.cursor,
        )
        self._handler.client_joined(connection)

    def _reject(self, connection: Connection, reason: soup.RejectReason) -> None:
        self.logins_rejected_total += 1
        connection.reject_login(reason)

    def _log_rejection(
        self,
        connection: Connection,
        request: soup.LoginRequest,
        reason: soup.RejectReason,
        origin: Origin,
    ) -> None:
        emit(
            logger,
            LOGIN_REJECTED,
            user=request.user,
            peer=connection.peer,
            session=request.session_id,
            reason=reason.name,
            failures=self._failed_logins.count(origin),
            clients=len(self._joined),
        )

    # ---- deadlines -------------------------------------------------------------------------

    def _schedule_deadlines(self) -> None:
        delay_s = DEADLINES_INTERVAL_NS / NANOSECONDS_PER_SECOND
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._on_deadlines)

    def _on_deadlines(self) -> None:
        self._schedule_deadlines()
        self.check_deadlines(self._clock.monotonic_ns())

    def check_deadlines(self, now_ns: int) -> None:
        """Check heartbeats and deadlines of all connections.

        When this is called late, the server was suspended; that time counts against no client.
        """
        late_ns = now_ns - self._checked_ns - DEADLINES_INTERVAL_NS
        self._checked_ns = now_ns
        for connection in [*self._joined, *self._pending]:
            if late_ns > DEADLINES_INTERVAL_NS:
                connection.postpone_deadlines(late_ns)
            connection.check_deadlines(now_ns)
