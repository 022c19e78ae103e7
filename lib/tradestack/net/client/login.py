"""The login exchange of a client: connect, look who listens, send L, receive A or J."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net import addresses
from tradestack.net.addresses import Address
from tradestack.net.client.listener_owner import listeners_at, require_trusted_listener
from tradestack.store.shared_memory.trusted_users import TRUSTED_USERS
from tradestack.wire import soup
from tradestack.wire.close_reason import CloseReason, decode_close
from tradestack.wire.errors import ProtocolError
from tradestack.wire.service import Service, encode_service
from tradestack.wire.soup import PacketType

# From connect to the answer to the login; a busy server checks one login after the other.
FIRST_LOGIN_TIMEOUT_S = 10.0  # a wrong address is found out by then; a server restarts sooner
LOGIN_DEADLINE_NS = 10 * NANOSECONDS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user and its password; the password is kept out of reprs, which end in logs.

    server_users: the users of this host whose processes may be shown the password, besides that of
    this process. It does not concern servers on other hosts. read_password: returns, before
    each login, the password as its file has it by then; None: it does not change.
    """

    user: str
    password: str
    server_users: tuple[str, ...] = TRUSTED_USERS
    read_password: Callable[[], str] | None = None

    def present_password(self) -> str:
        """Return the password as it is now."""
        return self.password if self.read_password is None else self.read_password()

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r})"


class LoginRejected(Exception):
    """The server answered J."""

    def __init__(self, reason: soup.RejectReason, text: str = "") -> None:
        super().__init__(text or f"login rejected: {reason.name.lower().replace('_', ' ')}")
        self.reason = reason

    @property
    def is_final(self) -> bool:
        """Whether the server refuses until a person has corrected user, password or address."""
        return self.reason is soup.RejectReason.NOT_AUTHORIZED


class WrongPort(LoginRejected):
    """The server serves something else than the client wants."""

    def __init__(self, wanted: Service, address: Address, text: str) -> None:
        super().__init__(
            soup.RejectReason.SESSION_NOT_AVAILABLE,
            f"{wanted.words} at {address}: {text}; check the address",
        )

    @property
    def is_final(self) -> bool:
        """True: the port stays that of something else."""
        return True


class StandingBy(ConnectionError):
    """The server takes no logins, because another one is the primary."""


class NotReached(ConnectionError):
    """No login succeeded in the time that a client waits for its first one."""

    def __init__(self, service: str, servers: str, timeout_s: float, problem: str) -> None:
        super().__init__(
            f"{service} at {servers}: no login within {timeout_s:g} s: {problem}; "
            "check that it runs, and that this is its port"
        )


class SequenceHole(Exception):
    """The server continues after the requested number: the messages between are lost."""

    def __init__(self, session_id: str, wanted: int, offered: int) -> None:
        super().__init__(f"session {session_id}: asked for message {wanted}, got {offered}")
        self.session_id = session_id
        self.wanted = wanted
        self.offered = offered


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A socket whose login was accepted.

    next_sequence: number of the first message that the server will send.
    pending: bytes that arrived after the answer.
    """

    socket: socket.socket
    session_id: str
    next_sequence: int
    pending: bytes

    def log_out(self) -> None:
        """Send O if the socket accepts it, and disconnect."""
        try:
            self.socket.send(soup.LOGOUT_REQUEST)
        except OSError:
            pass  # the server sees the connection end, which means the same
        finally:
            self.socket.close()


async def log_in(
    address: Address,
    credentials: Credentials,
    session_id: str = "",
    sequence: int = 1,
    *,
    service: Service | None = None,
    deadline_ns: int = LOGIN_DEADLINE_NS,
    heartbeat_timeout_ms: int | None = None,
) -> LoggedIn:
    """Connect and log in to a session, to receive it from message `sequence` on.

    session_id "" asks for the current session, sequence 0 for new messages only; service is what
    the server has to serve, None for anything; heartbeat_timeout_ms is the silence that the server
    should accept, None for its own limit. Raises LoginRejected, WrongPort, SequenceHole,
    ProtocolError, TimeoutError, ServerNotTrusted (before the password is sent) or another OSError.
    """
    request = soup.LoginRequest(
        user=credentials.user,
        password=credentials.present_password(),
        session_id=session_id,
        sequence=sequence,
        heartbeat_timeout_ms=heartbeat_timeout_ms,
    )
    async with asyncio.timeout(deadline_ns / NANOSECONDS_PER_SECOND):
        before = listeners_at(address.port)
        connected = await addresses.connect(address)
        try:
            require_trusted_listener(connected, before, credentials.server_users)
            logged_in = await _exchange(connected, request, address, service)
            _check_offer(request, logged_in)
        except BaseException:
            connected.close()
            raise
    return logged_in


async def _exchange(
    connected: socket.socket, request: soup.LoginRequest, address: Address, service: Service | None
) -> LoggedIn:
    loop = asyncio.get_running_loop()
    wanted = b"" if service is None else encode_service(service)
    await loop.sock_sendall(connected, wanted + soup.encode_login_request(request))
    decoder = soup.PacketDecoder()
    while True:
        packet = decoder.next_packet()
        if packet is None:
            data = await loop.sock_recv(connected, soup.PAYLOAD_LENGTH_MAX)
            if not data:
                raise ConnectionResetError("connection closed by server instead of an answer")
            decoder.receive_data(data)
            continue
        match packet.type:
            case PacketType.LOGIN_ACCEPTED:
                accepted = soup.decode_login_accepted(packet.payload)
                return LoggedIn(connected, accepted.session_id, accepted.sequence, decoder.pending)
            case PacketType.LOGIN_REJECTED:
                raise LoginRejected(soup.decode_login_rejected(packet.payload))
            case PacketType.DEBUG:
                _check_remark(packet.payload, address, service)
            case PacketType.SERVER_HEARTBEAT:
                continue
            case _:
                raise ProtocolError(f"packet {chr(packet.type)!r} instead of an answer to login")


def _check_remark(payload: bytes, address: Address, service: Service | None) -> None:
    remark = decode_close(payload)
    if service and remark and remark.reason is CloseReason.WRONG_PORT:
        raise WrongPort(service, address, remark.text)
    if remark and remark.reason is CloseReason.STANDBY:
        raise StandingBy(remark.text)


def _check_offer(request: soup.LoginRequest, logged_in: LoggedIn) -> None:
    if request.session_id and logged_in.session_id != request.session_id:
        raise ProtocolError(f"asked for session {request.session_id}, got {logged_in.session_id}")
    if 0 < request.sequence < logged_in.next_sequence:
        raise SequenceHole(logged_in.session_id, request.sequence, logged_in.next_sequence)
