"""address, login → a SoupConnection, or why the server does not let us in."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.net import addresses
from tradestack.net.addresses import Address
from tradestack.net.client.connection import ConnectionLimits, SoupConnection
from tradestack.wire import soup
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import PacketType


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who logs in; the password is kept out of reprs, which end in logs."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r})"


class LoginRejected(Exception):
    """The server answered J."""

    def __init__(self, reason: soup.RejectReason) -> None:
        super().__init__(f"login rejected: {reason.name.lower().replace('_', ' ')}")
        self.reason = reason


class SequenceHole(Exception):
    """The server goes on later than was asked for: messages between are lost to us."""

    def __init__(self, session: str, wanted: int, offered: int) -> None:
        super().__init__(f"session {session}: asked for message {wanted}, got {offered}")
        self.session = session
        self.wanted = wanted
        self.offered = offered


async def log_in(
    address: Address,
    login: soup.LoginRequest,
    *,
    on_data: Callable[[memoryview], None],
    on_closed: Callable[[str], None],
    on_room: Callable[[], None] = lambda: None,
    clock: Clock,
    limits: ConnectionLimits | None = None,
) -> SoupConnection:
    """Connects and logs in; nothing is called back before this has returned.

    The callbacks are SoupConnection's. Raises LoginRejected, ProtocolError, TimeoutError, or
    another OSError.
    """
    limits = limits or ConnectionLimits()
    async with asyncio.timeout(limits.login_deadline_ns / NANOSECONDS_PER_SECOND):
        connected = await addresses.connect(address)
        try:
            accepted, rest = await _exchange(connected, login)
        except BaseException:
            connected.close()
            raise
    connection = SoupConnection(
        connected,
        accepted,
        on_data=on_data,
        on_closed=on_closed,
        on_room=on_room,
        clock=clock,
        limits=limits,
    )
    asyncio.get_running_loop().call_soon(connection.begin, rest)
    return connection


async def _exchange(
    connection: socket.socket, login: soup.LoginRequest
) -> tuple[soup.LoginAccepted, bytes]:
    """Sends L, awaits A; what came after it is returned too."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(connection, soup.encode_login_request(login))
    decoder = soup.PacketDecoder()
    while True:
        packet = decoder.next_packet()
        if packet is None:
            data = await loop.sock_recv(connection, soup.PAYLOAD_LENGTH_MAX)
            if not data:
                raise ConnectionResetError("connection closed by server instead of an answer")
            decoder.receive_data(data)
            continue
        match packet.type:
            case PacketType.LOGIN_ACCEPTED:
                return soup.decode_login_accepted(packet.payload), decoder.pending
            case PacketType.LOGIN_REJECTED:
                raise LoginRejected(soup.decode_login_rejected(packet.payload))
            case PacketType.DEBUG | PacketType.SERVER_HEARTBEAT:
                continue
            case _:
                raise ProtocolError(f"packet {chr(packet.type)!r} instead of an answer to login")
