"""One connection of the session server: rates, unread answers, malformed messages."""

from functools import partial

from tests.kit.net import Net
from tests.net.streamed import filled
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.allowance import Rate
from tradestack.net.server.connection import Connection
from tradestack.net.server.limits import SessionLimits
from tradestack.wire import soup
from tradestack.wire.soup import Packet, PacketType


async def test_heartbeats_beyond_their_rate_are_a_violation(net: Net) -> None:
    """A flood of packets that ask for nothing ends the connection, with the reason."""
    handler, clock = filled(net), net.fake_clock()
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address) as client,
    ):
        await client.log_in(1)
        rate = running.server.limits.control
        await client.send(soup.CLIENT_HEARTBEAT * rate.burst)
        await client.send_packet(PacketType.UNSEQUENCED_DATA, b"order")
        await handler.until(lambda: bool(handler.received))
        await client.send(soup.encode_packet(PacketType.DEBUG))
        ending = await client.packets_to_end()

    text = b"PROTOCOL_VIOLATION more than 100 heartbeats a second"
    assert ending == [Packet(PacketType.DEBUG, text)]


async def test_messages_beyond_their_rate_wait_in_the_socket(net: Net) -> None:
    """They are handled as the rate allows, in order, and none is lost."""
    handler, clock = filled(net), net.fake_clock()
    limits = SessionLimits(messages=Rate(per_second=100, burst=2))
    messages = [b"%d" % number for number in range(10)]
    async with (
        net.serving(handler, limits=limits, clock=clock) as running,
        net.connected(running.address) as client,
        net.connected(running.address) as other,
    ):
        await client.log_in(1)
        await client.send(
            b"".join(soup.encode_packet(PacketType.UNSEQUENCED_DATA, text) for text in messages)
        )
        for count in range(2, 11, 2):
            await handler.until_received(count)
            await other.log_in(1, user="orders", password="s3cret") if count == 2 else None
            assert len(handler.received) == count
            clock.now_ns += 2 * NANOSECONDS_PER_SECOND // 100

    assert [payload for _, payload in handler.received] == messages


async def test_a_client_that_reads_no_answers_is_not_read(net: Net) -> None:
    """It is read again when it has taken them; a thousand answers come for a thousand messages."""
    handler = filled(net)
    limits = SessionLimits(unsequenced_bytes_max=64 * 4 * 512)
    text = b"x" * 500

    def refuse(connection: Connection, payload: bytes) -> None:
        connection.send_unsequenced(text)

    handler.on_message = refuse
    async with net.serving(handler, limits=limits) as running, net.connected(running.address) as c:
        await c.log_in(1)
        await c.send(soup.encode_packet(PacketType.UNSEQUENCED_DATA, b"{}") * 10_000)
        answers = [await c.packet() for _ in range(10_000)]

    assert answers == [Packet(PacketType.UNSEQUENCED_DATA, text)] * 10_000


async def test_a_flood_of_one_client_delays_others_by_a_turn(net: Net) -> None:
    """Whatever one has sent, the message of another is handled in the next pass."""
    handler = filled(net)
    limits = SessionLimits(turn_packets_max=10, pass_packets_max=20)
    packet = soup.encode_packet(PacketType.UNSEQUENCED_DATA, b"flood")
    async with (
        net.serving(handler, limits=limits) as running,
        net.connected(running.address) as flood,
        net.connected(running.address) as quiet,
    ):
        await flood.log_in(1)
        await quiet.log_in(1, user="orders", password="s3cret")
        keep = handler.on_message

        def keep_and_answer(connection: Connection, payload: bytes) -> None:
            keep(connection, payload)
            if len(handler.received) == 1:
                quiet.socket.send(soup.encode_packet(PacketType.UNSEQUENCED_DATA, b"quiet"))

        handler.joined[0]._inbox._deliver = partial(keep_and_answer, handler.joined[0])
        await flood.send(packet * 1_000)
        await handler.until(lambda: len(handler.received) == 1_001)

    place = [payload for _, payload in handler.received].index(b"quiet")
    assert place <= 2 * limits.pass_packets_max


async def test_malformed_messages_beyond_their_limit_are_a_violation(net: Net) -> None:
    """Each one that the handler counts; the connection ends with the reason."""
    handler = filled(net)
    handler.on_message = lambda connection, _: connection.count_malformed()
    limits = SessionLimits(malformed_messages_max=3)
    async with net.serving(handler, limits=limits) as running, net.connected(running.address) as c:
        await c.log_in(1)
        await c.send(soup.encode_packet(PacketType.UNSEQUENCED_DATA, b"{}") * 3)
        await c.send_packet(PacketType.UNSEQUENCED_DATA, b"{}")
        ending = await c.packets_to_end()

    text = b"PROTOCOL_VIOLATION more than 3 malformed messages"
    assert ending == [Packet(PacketType.DEBUG, text)]
