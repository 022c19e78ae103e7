"""SessionServer: logins, numbers, heartbeats, deadlines, limits."""

from tradestack.wire import soup
from tradestack.wire.soup import PacketType


async def test_streams_from_the_requested_number_and_what_is_appended_later(net):
    """A login for message 2 gets A with 2, message 2, and each later message as it is made."""
    handler = net.handler(net.memory_stream())
    handler.current.append(b"one", b"two")
    async with net.serving(handler) as running, net.connected(running.address) as client:
        answer = await client.log_in(2)
        first = await client.packet()
        handler.current.append(b"three")
        running.server.wake()
        second = await client.packet()

    assert soup.decode_login_accepted(answer.payload) == soup.LoginAccepted("0ABCDE1234", 2)
    assert (first, second) == (
        soup.Packet(PacketType.SEQUENCED_DATA, b"two"),
        soup.Packet(PacketType.SEQUENCED_DATA, b"three"),
    )
