"""Handlers with a filled stream, and checks of what a client received, for tests of sessions."""

from typing import Any

from tests.kit.net import Handler, Net, RunningServer
from tradestack.wire import soup
from tradestack.wire.soup import Packet, PacketType


def sequenced(payload: bytes) -> Packet:
    """Return the packet that a client gets for one message."""
    return Packet(PacketType.SEQUENCED_DATA, payload)


def filled(net: Net, *payloads: bytes) -> Handler:
    """Return a handler whose one stream has these messages."""
    handler = net.handler(net.memory_stream())
    handler.current.append(*payloads)
    return handler


def accepted(answer: Packet) -> soup.LoginAccepted:
    """Return the fields of a packet that must be A."""
    assert answer.type is PacketType.LOGIN_ACCEPTED
    return soup.decode_login_accepted(answer.payload)


async def rejected(net: Net, running: RunningServer, **login: Any) -> bool:
    """Return whether the login of another connection is rejected."""
    async with net.connected(running.address) as client:
        answer = await client.log_in(1, **login)
    return answer.type is PacketType.LOGIN_REJECTED


async def fail(net: Net, running: RunningServer, times: int) -> None:
    """Make that many logins with a wrong password."""
    for _ in range(times):
        assert await rejected(net, running, password="wrong")
