"""One connection of the session server: messages, pauses, violations, logout."""

import logging
from functools import partial

import pytest

from tests.kit.net import Net
from tests.net.streamed import accepted, filled, sequenced
from tradestack.net.server.connection import Connection
from tradestack.net.server.limits import SessionLimits
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import Packet, PacketType


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x00\x00L",
        b"\xff\xffL",
        soup.encode_packet(PacketType.CLIENT_HEARTBEAT),
        soup.encode_packet(PacketType.UNSEQUENCED_DATA, b"{}"),
        soup.encode_packet(PacketType.LOGIN_REQUEST, b"news"),
        soup.encode_packet(PacketType.LOGIN_REQUEST, b"news  secret    " + b"x" * 30),
    ],
)
async def test_anything_but_a_login_ends_the_connection_with_one_line(
    net: Net, caplog: pytest.LogCaptureFixture, data: bytes
) -> None:
    """Only that connection ends, and the log has one line about it."""
    caplog.set_level(logging.INFO)
    async with net.serving(filled(net)) as running, net.connected(running.address) as client:
        await client.send(data)
        packets = await client.packets_to_end()

    assert packets == []
    assert len(caplog.messages) == 1
    assert "protocol violation" in caplog.messages[0]


@pytest.mark.parametrize(
    "packet",
    [
        soup.encode_packet(PacketType.SERVER_HEARTBEAT),
        soup.encode_packet(PacketType.END_OF_SESSION),
        soup.encode_packet(PacketType.SEQUENCED_DATA, b"x"),
        soup.encode_login_request(soup.LoginRequest(user="news", password="secret")),
        b"\x00\x01?",
        b"\x00\x00U",
        b"\x10\x00U",
    ],
)
async def test_a_wrong_packet_ends_its_session_alone(
    net: Net, caplog: pytest.LogCaptureFixture, packet: bytes
) -> None:
    """Others are still served; one log line names the fault; the handler is called once."""
    handler = filled(net)
    limits = SessionLimits(packet_length_max=4096)
    async with (
        net.serving(handler, limits=limits) as running,
        net.connected(running.address) as wrong,
        net.connected(running.address) as other,
    ):
        await wrong.log_in(1)
        await other.log_in(1)
        caplog.clear()
        await wrong.send(packet)
        ending = await wrong.packets_to_end()
        handler.current.append(b"one")
        running.server.scheduler.wake()
        assert await other.packet() == sequenced(b"one")

        assert [client.user for client, _ in handler.left] == ["news"]
        assert running.server.violations_total == 1
    assert [packet.type for packet in ending] == [PacketType.DEBUG]
    assert sum("protocol violation" in text for text in caplog.messages) == 1


async def test_a_violation_that_the_handler_finds_ends_the_connection(net: Net) -> None:
    """A ProtocolError of the handler is the client's fault: it gets code and text."""
    handler = filled(net)

    def refuse(client: object, payload: bytes) -> None:
        raise ProtocolError("order message is not JSON")

    handler.on_message = refuse
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.log_in(1)
        await client.send_packet(PacketType.UNSEQUENCED_DATA, b"nonsense")
        ending = await client.packets_to_end()

    assert ending == [Packet(PacketType.DEBUG, b"PROTOCOL_VIOLATION order message is not JSON")]


async def test_debug_packets_are_ignored_before_and_after_the_login(net: Net) -> None:
    """'+' may come at any time."""
    handler = filled(net)
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.send_packet(PacketType.DEBUG, b"hello")
        answer = await client.log_in(1)
        await client.send_packet(PacketType.DEBUG, b"x" * 500)
        await client.send_packet(PacketType.UNSEQUENCED_DATA, b"order")
        await handler.until(lambda: bool(handler.received))

    assert accepted(answer).sequence == 1
    assert handler.received[0][1] == b"order"


async def test_a_logout_closes_the_connection(net: Net) -> None:
    """O is answered by the close, and the handler gets the reason."""
    handler = filled(net)
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.log_in(1)
        await client.send_packet(PacketType.LOGOUT_REQUEST)
        await handler.until(lambda: bool(handler.left))

        assert handler.left[0][1] == Close(CloseReason.LOGGED_OUT, "logged out")
        assert list(running.server.connections) == []


async def test_unsequenced_messages_reach_the_client_beside_the_stream(net: Net) -> None:
    """They take no number: the stream continues as without them."""
    handler = filled(net, b"one")
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.log_in(1)
        first = await client.packet()
        handler.joined[0].send_unsequenced(b"not now")
        beside = await client.packet()
        handler.current.append(b"two")
        running.server.scheduler.wake()
        second = await client.packet()

    assert (first, second) == (sequenced(b"one"), sequenced(b"two"))
    assert beside == Packet(PacketType.UNSEQUENCED_DATA, b"not now")


async def test_a_client_that_leaves_unsequenced_messages_unread_is_disconnected(net: Net) -> None:
    """Beyond the limit of their buffer the connection is closed."""
    handler = filled(net)
    limits = SessionLimits(unsequenced_bytes_max=1000)
    async with net.serving(handler, limits=limits) as running, net.connected(running.address) as c:
        await c.log_in(1)
        for _ in range(11):
            handler.joined[0].send_unsequenced(b"x" * 97)

        text = "more than 1000 bytes of unsequenced messages unread"
        assert handler.left[0][1] == Close(CloseReason.UNSEQUENCED_UNREAD, text)


async def test_a_replaced_client_is_drained_of_what_it_had_delivered_and_no_more(net: Net) -> None:
    """In turns; what is sent after the other login is not handled, and the code tells why."""
    handler = filled(net)
    limits = SessionLimits(connections_per_user_max=1, turn_packets_max=10, pass_packets_max=10)
    messages = [b"%d" % number for number in range(5_000)]
    packets = [soup.encode_packet(PacketType.UNSEQUENCED_DATA, text) for text in messages]
    async with (
        net.serving(handler, limits=limits) as running,
        net.connected(running.address) as client,
        net.connected(running.address) as again,
    ):
        await client.log_in(1)
        served = handler.joined[0]
        keep = handler.on_message
        sizes: list[int] = []

        def keep_and_send_more(connection: Connection, payload: bytes) -> None:
            """Let one more arrive for each that is handled, as a client does that never stops."""
            keep(connection, payload)
            sizes.append(len(handler.received))
            client.socket.send(soup.encode_packet(PacketType.UNSEQUENCED_DATA, b"late"))

        served._inbox._deliver = partial(keep_and_send_more, served)
        client.socket.send(b"".join(packets))
        served.replace()
        answer = await again.log_in(1)
        ending = await client.packet()

    assert accepted(answer).sequence == 1
    assert [payload for _, payload in handler.received][:5_000] == messages
    assert len(handler.received) == 5_000
    assert ending == Packet(PacketType.DEBUG, b"REPLACED the user has logged in again")


async def test_nothing_is_handled_after_the_handler_has_closed_the_connection(net: Net) -> None:
    """What the client had sent after that message is dropped."""
    handler = filled(net)
    close = Close(CloseReason.SERVER_STOPPING, "enough")

    def keep_and_close(connection: Connection, payload: bytes) -> None:
        handler.received.append((connection, payload))
        connection.close(close)

    handler.on_message = keep_and_close
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.log_in(1)
        await client.send(soup.encode_packet(PacketType.UNSEQUENCED_DATA, b"x") * 3)
        await handler.until(lambda: bool(handler.left))

    assert len(handler.received) == 1
