"""messages → a handler that streams them, packets → what a client was told: for session tests."""

from tradestack.net.server.failed_logins import FAILURES_MAX
from tradestack.wire import soup
from tradestack.wire.soup import Packet, PacketType


def sequenced(payload: bytes) -> Packet:
    """What a client gets of one message."""
    return Packet(PacketType.SEQUENCED_DATA, payload)


def filled(net, *payloads: bytes):
    """A handler whose one stream has these messages."""
    handler = net.handler(net.memory_stream())
    handler.current.append(*payloads)
    return handler


def accepted(answer: Packet) -> soup.LoginAccepted:
    """The fields of what must be an A packet."""
    assert answer.type is PacketType.LOGIN_ACCEPTED
    return soup.decode_login_accepted(answer.payload)


async def rejected(net, running, **login):
    """Whether another connection's login is."""
    async with net.connected(running.address) as client:
        answer = await client.log_in(1, **login)
    return answer.type is PacketType.LOGIN_REJECTED


async def fail(net, running, times=FAILURES_MAX):
    """That many logins with a wrong password."""
    for _ in range(times):
        assert await rejected(net, running, password="wrong")
