"""a listener, users, a handler → SoupBinTCP sessions of any number of clients.

What a handler does with messages is its own affair; the server knows logins, numbers, heartbeats
and deadlines. Logins are checked one in a pass of the loop, because each costs milliseconds
(users.py). Who is sent to when: turns.py.
"""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.net import addresses
from tradestack.net.addresses import host_of
from tradestack.net.server.acceptor import Acceptor
from tradestack.net.server.connection import Connection
from tradestack.net.server.failed_logins import FailedLogins, Origin
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.outgoing import Stream
from tradestack.net.server.scheduler import Scheduler
from tradestack.net.server.states import State
from tradestack.net.server.users import Users, canonical_user
from tradestack.observe.events import CLIENT_LEFT, CLIENT_LOGGED_IN, LOGIN_REJECTED, emit
from tradestack.wire import soup

DEADLINES_INTERVAL_NS = NANOSECONDS_PER_SECOND // 4  # how often deadlines are looked at

logger = logging.getLogger(__name__)


class SessionHandler(Protocol):
    """What a daemon does with its clients. Users are known by their lower-case names."""

    def stream_for(self, user: str, session: str) -> Stream | soup.RejectReason:
        """The stream to follow; session "" = the current one. The user is authenticated.

        Older connections of the user may be closed here. The login may still be rejected.
        """
        ...

    def unsequenced_received(self, client: Connection, payload: bytes) -> None:
        """One message of a client, which may be paused. ProtocolError ends its session."""
        ...

    def client_joined(self, client: Connection) -> None:
        """The login was accepted."""
        ...

    def client_left(self, client: Connection, reason: str) -> None:
        """Called once for each that joined."""
        ...


class SessionServer:
    """Serves every connection that the listener accepts.

    users and limits may be replaced while it runs; they hold from then on for all clients.
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
        self.logins_rejected_total = 0
        self.logins_unchecked_total = 0  # of those rejected: after too many failures
        self.violations_total = 0
        self._users = users
        self._failed_logins = FailedLogins()
        name = addresses.name_of(listener.getsockname())
        self._acceptor = Acceptor(name, listener, self._on_connection)
        self._turns = Scheduler(lambda: self._joined, lambda: self.limits)
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
        """Begins to accept; needs the running loop."""
        self._is_open = True
        self._update_accepting()
        self._checked_ns = self._clock.monotonic_ns()
        self._schedule_deadlines()

    def stop_accepting(self) -> None:
        """Leaves new connections in the listener's queue."""
        self._is_open = False
        self._update_accepting()

    async def close(self) -> None:
        """Gives each client once more what its socket takes, and disconnects all."""
        self.stop_accepting()
        if self._timer is not None:
            self._timer.cancel()
        for client in [*self._joined, *self._pending]:
            if not client.blocked:
                client.pump(self.limits.send_chunk_bytes_max)
            client.close("server stops")

    def wake(self) -> None:
        """A stream has grown or ended: everyone gets what is new at the end of this pass."""
        self._turns.wake()

    def serve_live(self) -> None:
        """A stream has grown: everyone who is up to date gets what is new before this returns."""
        self._turns.serve_live()

    @property
    def users(self) -> Users:
        """Who may log in; replaced, those who failed too often may try again."""
        return self._users

    @users.setter
    def users(self, users: Users) -> None:
        self._users = users
        self._failed_logins.clear()

    @property
    def clients(self) -> Sequence[Connection]:
        """Those who have logged in, in the order they did."""
        return tuple(self._joined)

    def stalled(self, now_ns: int, patience_ns: int) -> str | None:
        """Which client is behind, could be sent to, and was not for so long; None = healthy."""
        for client in self._joined:
            if client.is_neglected(now_ns, patience_ns):
                return f"{client.user} at {client.peer} is behind by {client.lag} and not served"
        return None

    # ---- what clients call -----------------------------------------------------------------

    def login_requested(self, client: Connection, request: soup.LoginRequest) -> None:
        """Queues the login."""
        self._logins.append((client, request))
        if len(self._logins) == 1:
            asyncio.get_running_loop().call_soon(self._check_next_login)

    def unsequenced_received(self, client: Connection, payload: bytes) -> None:
        """Hands the message to the handler."""
        self._handler.unsequenced_received(client, payload)

    def sendable(self, client: Connection) -> None:
        """Gives the client a turn in the next pass."""
        if not client.blocked:
            self._turns.queue(client)

    def closed(self, client: Connection, reason: str) -> None:
        """Forgets the client and tells the handler."""
        self._turns.forget(client)
        self._pending.discard(client)
        self.violations_total += client.violated
        if client in self._joined:
            del self._joined[client]
            if not client.violated:
                emit(
                    logger,
                    CLIENT_LEFT,
                    user=client.user,
                    peer=client.peer,
                    session=client.session,
                    reason=reason,
                )
            self._handler.client_left(client, reason)
        self._update_accepting()

    # ---- connections and logins ------------------------------------------------------------

    def _on_connection(self, connection: socket.socket, address: object) -> None:
        buffer_bytes = self.limits.send_buffer_bytes
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer_bytes)
        peer = addresses.name_of(address)
        self._pending.add(Connection(connection, peer, owner=self, clock=self._clock))
        self._update_accepting()

    def _update_accepting(self) -> None:
        if self._is_open and len(self._pending) < self.limits.logins_pending_max:
            self._acceptor.start()
        else:
            self._acceptor.stop()

    def _check_next_login(self) -> None:
        client, request = self._logins.popleft()
        if self._logins:
            asyncio.get_running_loop().call_soon(self._check_next_login)
        if client.state is not State.CHECKING_LOGIN:
            return
        user = canonical_user(request.user)
        # All names that nobody has are one: else each new one would be hashed.
        origin = (host_of(client.peer), user if self._users.has(user) else "")
        if self._failed_logins.is_refused(origin, self._clock.monotonic_ns()):
            self.logins_unchecked_total += 1  # not logged: its failures were
            self._reject(client, soup.RejectReason.NOT_AUTHORIZED)
            return
        answer = self._answer(user, request, origin)
        if isinstance(answer, soup.RejectReason):
            self._log_rejection(client, request, answer, origin)
            self._reject(client, answer)
        else:
            self._accept(client, user, request, answer)

    def _answer(
        self, user: str, request: soup.LoginRequest, origin: Origin
    ) -> Stream | soup.RejectReason:
        if not self._users.verify(user, request.password):
            self._failed_logins.note(origin, self._clock.monotonic_ns())
            return soup.RejectReason.NOT_AUTHORIZED
        self._failed_logins.forget(origin)
        answer = self._handler.stream_for(user, request.session)
        # Counted after the handler was asked: it may have closed the user's older connection.
        if len(self._joined) >= self.limits.clients_max:
            return soup.RejectReason.SESSION_NOT_AVAILABLE
        return answer

    def _accept(
        self, client: Connection, user: str, request: soup.LoginRequest, stream: Stream
    ) -> None:
        self._pending.discard(client)
        self._joined[client] = None
        self._update_accepting()
        client.accept_login(user, stream, request)
        emit(
            logger,
            CLIENT_LOGGED_IN,
            user=user,
            peer=client.peer,
            session=client.session,
            next=client.cursor,
        )
        self._handler.client_joined(client)

    def _reject(self, client: Connection, reason: soup.RejectReason) -> None:
        self.logins_rejected_total += 1
        client.reject_login(reason)

    def _log_rejection(
        self,
        client: Connection,
        request: soup.LoginRequest,
        reason: soup.RejectReason,
        origin: Origin,
    ) -> None:
        emit(
            logger,
            LOGIN_REJECTED,
            user=request.user,
            peer=client.peer,
            session=request.session,
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
        """Heartbeats and deadlines of all clients; time in which we stood still does not count."""
        late_ns = now_ns - self._checked_ns - DEADLINES_INTERVAL_NS
        self._checked_ns = now_ns
        for client in [*self._joined, *self._pending]:
            if late_ns > DEADLINES_INTERVAL_NS:
                client.postpone_deadlines(late_ns)
            client.check_deadlines(now_ns)
