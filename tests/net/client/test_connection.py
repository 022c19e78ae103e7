"""SoupConnection: receiving, heartbeats, silence, close reasons, messages that wait."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from tests.kit.clock import FakeClock
from tests.kit.net import Net
from tests.kit.raw_client import RawClient
from tests.net.client.receiver import Receiver
from tradestack.domain.clock import Clock
from tradestack.net.addresses import Address
from tradestack.net.client.connection import ConnectionLimits, OutgoingFull, SoupConnection
from tradestack.net.client.login import log_in
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason, encode_close
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import Packet, PacketType

ACCEPTED = soup.encode_login_accepted(soup.LoginAccepted("0ABCDE1234", 7))
STEP_NS = 250_000_000


@contextlib.asynccontextmanager
async def connection_to(
    net: Net,
    address: Address,
    receiver: Receiver,
    *,
    clock: Clock | None = None,
    limits: ConnectionLimits | None = None,
) -> AsyncIterator[SoupConnection]:
    """A SoupConnection to the server under test."""
    logged_in = await log_in(address, net.credentials, sequence=7)
    connection = SoupConnection(
        logged_in,
        receiver,
        clock=clock or net.system_clock,
        limits=limits or ConnectionLimits(),
    )
    try:
        yield connection
    finally:
        connection.close()


def let_time_pass(connection: SoupConnection, clock: FakeClock, seconds: float) -> None:
    """Advance a fake clock in the steps in which the connection checks its deadlines."""
    for _ in range(int(seconds * 4)):
        clock.now_ns += STEP_NS
        connection.check_deadlines(clock.now_ns)


@pytest.mark.parametrize("cut", [1, 2, 3, 20, 33, 34, 40])
async def test_what_follows_the_answer_is_delivered_however_it_is_cut(net: Net, cut: int) -> None:
    """Bytes after A in the same segment reach the listener, once and in order."""
    receiver = Receiver()
    stream = ACCEPTED + b"abcdefghij"

    async def script(peer: RawClient) -> None:
        await peer.packet()
        await peer.send(stream[:cut])
        await asyncio.sleep(0)
        await peer.send(stream[cut:])
        await peer.packet()

    async with net.scripted(script) as address, connection_to(net, address, receiver):
        await receiver.until(lambda: len(receiver.data) >= 10)

    assert receiver.data == b"abcdefghij"


async def test_an_idle_client_sends_r_every_second(net: Net) -> None:
    """One R for each second in which nothing else was sent."""
    clock, got = net.fake_clock(), []

    async def script(peer: RawClient) -> None:
        await peer.packet()
        await peer.send(ACCEPTED)
        got.extend(await peer.packets_to_end())

    receiver = Receiver()
    async with (
        net.scripted(script) as address,
        connection_to(net, address, receiver, clock=clock) as connection,
    ):
        let_time_pass(connection, clock, 2)
        connection.send_unsequenced(b"order")
        let_time_pass(connection, clock, 0.75)
        let_time_pass(connection, clock, 0.25)
        connection.close()
        while not got:
            await asyncio.sleep(0)

    heartbeat = Packet(PacketType.CLIENT_HEARTBEAT, b"")
    order = Packet(PacketType.UNSEQUENCED_DATA, b"order")
    assert receiver.heartbeats == 3
    assert got == [heartbeat] * 2 + [order, heartbeat, Packet(PacketType.LOGOUT_REQUEST, b"")]


async def test_a_silent_server_is_closed_after_15_seconds(net: Net) -> None:
    """Any byte restarts the count; while reading is paused nothing is counted."""
    clock, receiver = net.fake_clock(), Receiver()
    speak = asyncio.Event()

    async def script(peer: RawClient) -> None:
        await peer.packet()
        await peer.send(ACCEPTED)
        await speak.wait()
        await peer.send(soup.SERVER_HEARTBEAT)
        await peer.packets_to_end()

    async with (
        net.scripted(script) as address,
        connection_to(net, address, receiver, clock=clock) as connection,
    ):
        let_time_pass(connection, clock, 14.75)
        speak.set()
        await receiver.until(lambda: bool(receiver.data))
        let_time_pass(connection, clock, 14.75)
        connection.pause_reading()
        let_time_pass(connection, clock, 60)
        connection.resume_reading()
        let_time_pass(connection, clock, 14.5)
        clock.now_ns += 3600 * 10**9  # the machine slept
        connection.check_deadlines(clock.now_ns)
        assert receiver.closed == []
        let_time_pass(connection, clock, 0.25)

    assert receiver.closed == [Close(CloseReason.SERVER_SILENT, "server silent for 15 s")]


async def test_a_lost_connection_is_reported_once(net: Net) -> None:
    """Sending on it is not an error: the message is discarded."""
    receiver = Receiver()

    async def script(peer: RawClient) -> None:
        await peer.packet()
        await peer.send(ACCEPTED)

    async with net.scripted(script) as address, connection_to(net, address, receiver) as connection:
        await receiver.until(lambda: bool(receiver.closed))
        connection.send_unsequenced(b"late")
        connection.close()

    assert len(receiver.closed) == 1


async def test_a_close_by_the_client_is_not_called_back(net: Net) -> None:
    """The caller knows that it has closed."""
    receiver = Receiver()

    async def script(peer: RawClient) -> None:
        await peer.packet()
        await peer.send(ACCEPTED)
        await peer.packets_to_end()

    async with net.scripted(script) as address, connection_to(net, address, receiver):
        pass

    assert receiver.closed == []


async def test_a_protocol_error_of_the_listener_closes_the_connection(net: Net) -> None:
    """A packet that cannot be decoded is the server's fault."""
    receiver = Receiver()

    def refuse(data: memoryview) -> None:
        raise ProtocolError("nonsense")

    receiver.on_data = refuse

    async def script(peer: RawClient) -> None:
        await peer.packet()
        await peer.send(ACCEPTED + b"x")
        await peer.packets_to_end()

    async with net.scripted(script) as address, connection_to(net, address, receiver):
        await receiver.until(lambda: bool(receiver.closed))

    assert receiver.closed == [
        Close(CloseReason.PROTOCOL_VIOLATION, "protocol violation: nonsense")
    ]


async def test_unsent_messages_are_bounded_and_room_is_announced(net: Net) -> None:
    """OutgoingFull bounds the memory; on_room follows when everything is sent, once."""
    receiver, got = Receiver(), []
    read_on = asyncio.Event()

    async def script(peer: RawClient) -> None:
        await peer.packet()
        await peer.send(ACCEPTED)
        await read_on.wait()
        got.extend(await peer.packets_to_end())

    async with net.scripted(script) as address, connection_to(net, address, receiver) as connection:
        sent = 0
        with contextlib.suppress(OutgoingFull):
            while True:
                connection.send_unsequenced(b"%06d" % sent + bytes(10_000))
                sent += 1
        assert 0 < len(connection._outgoing) <= ConnectionLimits().outgoing_bytes_max
        read_on.set()
        await receiver.until(lambda: receiver.roomy > 0)
        connection.close()
        while not got:
            await asyncio.sleep(0)

    numbers = [int(p.payload[:6]) for p in got if p.type is PacketType.UNSEQUENCED_DATA]
    assert numbers == list(range(sent))


@pytest.mark.parametrize(
    ("remark", "expected"),
    [
        (b"", Close(CloseReason.CONNECTION_LOST, "connection closed by server")),
        (
            encode_close(Close(CloseReason.REPLACED, "by a newer login")),
            Close(CloseReason.REPLACED, "connection closed by server (REPLACED by a newer login)"),
        ),
        (
            b"words of a foreign server",
            Close(
                CloseReason.CONNECTION_LOST,
                "connection closed by server (words of a foreign server)",
            ),
        ),
    ],
)
async def test_the_servers_code_is_the_close_reason(
    net: Net, remark: bytes, expected: Close
) -> None:
    """The code of its last debug packet decides; other texts are shown and not acted on."""
    receiver = Receiver()

    async def script(peer: RawClient) -> None:
        await peer.packet()
        await peer.send(ACCEPTED)
        await receiver.ready.wait()
        if remark:
            await peer.send(soup.encode_packet(PacketType.DEBUG, remark))

    async with net.scripted(script) as address, connection_to(net, address, receiver) as connection:
        receiver.decode_for(connection)
        receiver.ready.set()
        await receiver.until(lambda: bool(receiver.closed))

    assert receiver.closed == [expected]


async def test_the_end_of_a_session_is_a_close_reason(net: Net) -> None:
    """Z closes the connection; nothing else is called back."""
    receiver = Receiver()

    async def script(peer: RawClient) -> None:
        await peer.packet()
        await peer.send(ACCEPTED)
        await receiver.ready.wait()
        await peer.send(soup.END_OF_SESSION)
        await peer.packets_to_end()

    async with net.scripted(script) as address, connection_to(net, address, receiver) as connection:
        receiver.decode_for(connection)
        receiver.ready.set()
        await receiver.until(lambda: bool(receiver.closed))

    assert receiver.closed == [Close(CloseReason.SESSION_ENDED, "session ended")]
