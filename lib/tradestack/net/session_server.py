"""a listener, users, a handler → SoupBinTCP sessions of any number of clients.

Work is done once in a pass of the loop: whoever made a stream grow calls `wake`, and at the end of
the pass every client that is up to date is given what is new. Who replays, or has just become
writable again, waits in a queue that is served after them, in rounds, within a budget of bytes for
each pass: so replays never delay live clients. Logins are checked one a pass, because each costs
milliseconds (users.py).

What a handler does with messages is its own affair; the server knows framing, logins, numbers,
heartbeats and deadlines.
"""

import asyncio
import errno
import logging
import socket
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.events import (
    ACCEPT_PAUSED,
    CLIENT_LEFT,
    CLIENT_LOGGED_IN,
    LOGIN_REJECTED,
    emit,
)
from tradestack.net import addresses
from tradestack.net.client_session import Client, Progress
from tradestack.net.outgoing import Stream
from tradestack.net.session_limits import SessionLimits
from tradestack.net.session_states import State
from tradestack.net.users import Users, canonical_user
from tradestack.wire import soup

ACCEPTS_PER_PASS = 16  # connections taken in one go; a storm of them leaves room for others' data
DEADLINES_INTERVAL_NS = NANOSECONDS_PER_SECOND // 4  # how often deadlines are looked at
ACCEPT_PAUSE_S = 1.0  # until accepting is tried again when descriptors or memory had run out
EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}

logger = logging.getLogger(__name__)


class SessionHandler(Protocol):
    """What a daemon does with its clients."""

    def stream_for(self, user: str, session: str) -> Stream | soup.RejectReason:
        """The stream to follow; session "" = the current one. The user is authenticated."""
        ...

    def unsequenced_received(self, client: Client, payload: bytes) -> None:
        """One message of a client. ProtocolError ends its session; it may be paused."""
        ...

    def client_joined(self, client: Client) -> None:
        """The login was accepted."""
        ...

    def client_left(self, client: Client, reason: str) -> None:
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
        self.users = users
        self.limits = limits
        self.logins_rejected_total = 0
        self.violations_total = 0
        self._listener = listener
        self._handler = handler
        self._clock = clock
        self._pending: set[Client] = set()
        self._joined: dict[Client, None] = {}  # in the order of joining
        self._logins: deque[tuple[Client, soup.LoginRequest]] = deque()
        self._replaying: dict[Client, None] = {}  # in the order of their turns
        self._grown = False
        self._pass_is_due = False
        self._accepting = False
        self._wants_clients = False
        self._exhaustion_logged = False
        self._timer: asyncio.TimerHandle | None = None
        self._checked_ns = 0

    # ---- what owners use -------------------------------------------------------------------

    def start(self) -> None:
        """Begins to accept; needs the running loop."""
        self._loop = asyncio.get_running_loop()
        self._listener.settimeout(0)
        self._wants_clients = True
        self._update_accepting()
        self._checked_ns = self._clock.monotonic_ns()
        self._schedule_deadlines()

    def stop_accepting(self) -> None:
        """Leaves new connections in the listener's queue."""
        self._wants_clients = False
        self._update_accepting()

    async def close(self) -> None:
        """Gives each client once more what its socket takes, and disconnects all."""
        self.stop_accepting()
        if self._timer is not None:
            self._timer.cancel()
        for client in [*self._joined, *self._pending]:
            client.pump(self.limits.send_chunk_bytes_max)
            client.close("server stops")

    def wake(self) -> None:
        """A stream has grown or ended: everyone gets what is new at the end of this pass."""
        self._grown = True
        self._schedule_pass()

    @property
    def clients(self) -> Sequence[Client]:
        """Those who have logged in, in the order they did."""
        return tuple(self._joined)

    def stalled(self, now_ns: int, patience_ns: int) -> str | None:
        """Which client is behind, could be sent to, and was not for so long; None = healthy."""
        for client in self._joined:
            if client.is_neglected(now_ns, patience_ns):
                return f"{client.user} at {client.peer} is behind by {client.lag} and not served"
        return None

    # ---- what clients call -----------------------------------------------------------------

    def login_requested(self, client: Client, request: soup.LoginRequest) -> None:
        """Queues the login; they are checked one a pass."""
        self._logins.append((client, request))
        if len(self._logins) == 1:
            self._loop.call_soon(self._check_next_login)

    def unsequenced_received(self, client: Client, payload: bytes) -> None:
        """Hands the message to the handler."""
        self._handler.unsequenced_received(client, payload)

    def sendable(self, client: Client) -> None:
        """Queues the client for a turn in the next pass."""
        if not client.blocked:
            self._replaying[client] = None
            self._schedule_pass()

    def closed(self, client: Client, reason: str) -> None:
        """Forgets the client and tells the handler."""
        self._replaying.pop(client, None)
        self._pending.discard(client)
        if client.violated:
            self.violations_total += 1
        if client in self._joined:
            del self._joined[client]
            if not client.violated:
                emit(
                    logger,
                    CLIENT_LEFT,
                    user=client.user,
                    peer=client.peer,
                    session=client.session,
                    next=client.cursor,
                    reason=reason,
                )
            self._handler.client_left(client, reason)
        self._update_accepting()

    # ---- accepting -------------------------------------------------------------------------

    def _update_accepting(self) -> None:
        wanted = self._wants_clients and len(self._pending) < self.limits.logins_pending_max
        if wanted and not self._accepting:
            self._loop.add_reader(self._listener, self._on_connection)
        elif not wanted and self._accepting:
            self._loop.remove_reader(self._listener)
        self._accepting = wanted

    def _on_connection(self) -> None:
        for _ in range(ACCEPTS_PER_PASS):
            if not self._accepting:
                return
            try:
                connection, address = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in EXHAUSTED:
                    raise
                self._pause_accepting(error)
                return
            self._exhaustion_logged = False
            connection.settimeout(0)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer = addresses.name_of(address)
            self._pending.add(Client(connection, peer, owner=self, clock=self._clock))
            self._update_accepting()

    def _pause_accepting(self, error: OSError) -> None:
        if not self._exhaustion_logged:
            self._exhaustion_logged = True
            emit(logger, ACCEPT_PAUSED, reason=error.strerror, clients=len(self._joined))
        self._loop.remove_reader(self._listener)
        self._loop.call_later(ACCEPT_PAUSE_S, self._resume_accepting)

    def _resume_accepting(self) -> None:
        if self._accepting:
            self._loop.add_reader(self._listener, self._on_connection)

    # ---- logins ----------------------------------------------------------------------------

    def _check_next_login(self) -> None:
        client, request = self._logins.popleft()
        if self._logins:
            self._loop.call_soon(self._check_next_login)
        if client.state is not State.CHECKING_LOGIN:
            return
        user = canonical_user(request.user)
        answer = self._answer(user, request)
        if isinstance(answer, soup.RejectReason):
            self._reject(client, request, answer)
            return
        self._pending.discard(client)
        self._joined[client] = None
        self._update_accepting()
        client.accept_login(user, answer, request)
        emit(
            logger,
            CLIENT_LOGGED_IN,
            user=user,
            peer=client.peer,
            session=client.session,
            next=client.cursor,
        )
        self._handler.client_joined(client)

    def _answer(self, user: str, request: soup.LoginRequest) -> Stream | soup.RejectReason:
        if not self.users.verify(user, request.password):
            return soup.RejectReason.NOT_AUTHORIZED
        if len(self._joined) >= self.limits.clients_max:
            logger.warning("clients_max=%d reached", self.limits.clients_max)
            return soup.RejectReason.SESSION_NOT_AVAILABLE
        return self._handler.stream_for(user, request.session)

    def _reject(
        self, client: Client, request: soup.LoginRequest, reason: soup.RejectReason
    ) -> None:
        self.logins_rejected_total += 1
        emit(
            logger,
            LOGIN_REJECTED,
            user=request.user,
            peer=client.peer,
            session=request.session,
            reason=reason.name,
        )
        client.reject_login(reason)

    # ---- sending ---------------------------------------------------------------------------

    def _schedule_pass(self) -> None:
        if not self._pass_is_due:
            self._pass_is_due = True
            self._loop.call_soon(self._pass)

    def _pass(self) -> None:
        self._pass_is_due = False
        if self._grown:
            self._grown = False
            self._serve_live()
        self._serve_replaying()
        if self._replaying:
            self._schedule_pass()

    def _serve_live(self) -> None:
        turn_bytes = self.limits.send_chunk_bytes_max
        for client in tuple(self._joined):
            if client.blocked or client in self._replaying:
                continue
            if client.pump(turn_bytes) is Progress.BEHIND:
                self._replaying[client] = None

    def _serve_replaying(self) -> None:
        budget = self.limits.replay_pass_bytes_max
        for client in tuple(self._replaying):
            if budget <= 0:
                return
            self._replaying.pop(client, None)
            before = client.bytes_sent
            progress = client.pump(min(budget, self.limits.send_chunk_bytes_max))
            budget -= client.bytes_sent - before
            if progress is Progress.BEHIND:
                self._replaying[client] = None

    # ---- deadlines -------------------------------------------------------------------------

    def _schedule_deadlines(self) -> None:
        delay_s = DEADLINES_INTERVAL_NS / NANOSECONDS_PER_SECOND
        self._timer = self._loop.call_later(delay_s, self._on_deadlines)

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
