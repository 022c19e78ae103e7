"""SoupConnection: login, heartbeats, silence, what waits to be sent."""

import asyncio
import contextlib

import pytest

from tradestack.net.client import login as soup_client
from tradestack.net.client.connection import ConnectionLimits, OutgoingFull
from tradestack.net.client.login import LoginRejected
from tradestack.wire import soup
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import Packet, PacketType, RejectReason

LOGIN = soup.LoginRequest(user="news", password="secret", sequence=7)
ACCEPTED = soup.encode_login_accepted(soup.LoginAccepted("0ABCDE1234", 7))
STEP_NS = 250_000_000


class Receiver:
    """Writes down what a connection calls back."""

    def __init__(self) -> None:
        self.data = b""
        self.closed: list[str] = []
        self.roomy = 0
        self.changed = asyncio.Event()

    def on_data(self, data: memoryview) -> None:
        """Copies, for the view ends with the call."""
        self.data += bytes(data)
        self.changed.set()

    def on_closed(self, reason: str) -> None:
        """Keeps the reason."""
        self.closed.append(reason)
        self.changed.set()

    def on_room(self) -> None:
        """Counts."""
        self.roomy += 1
        self.changed.set()

    async def until(self, condition) -> None:
        """Waits until a call back makes the condition true."""
        while not condition():
            self.changed.clear()
            await self.changed.wait()


@contextlib.asynccontextmanager
async def connection_to(net, address, receiver, *, clock=None, limits=None):
    """A SoupConnection to the server under test."""
    connection = await soup_client.log_in(
        address,
        LOGIN,
        on_data=receiver.on_data,
        on_closed=receiver.on_closed,
        on_room=receiver.on_room,
        clock=clock or net.system_clock,
        limits=limits,
    )
    try:
        yield connection
    finally:
        connection.close()


def let_time_pass(connection, clock, seconds: float) -> None:
    """Moves a fake clock on, in the steps in which the connection looks at it."""
    for _ in range(int(seconds * 4)):
        clock.now_ns += STEP_NS
        connection.check_deadlines(clock.now_ns)


async def test_the_login_is_47_bytes_right_justified(net):
    """Golden bytes of what leaves us: every server reads it."""
    sent = []

    async def script(peer) -> None:
        sent.append(await peer.packet())
        await peer.send(ACCEPTED)
        await peer.packet()

    async with net.scripted(script) as address, connection_to(net, address, Receiver()) as c:
        assert (c.session, c.next_sequence) == ("0ABCDE1234", 7)

    fields = b"news  secret    " + b" " * 10 + b" " * 19 + b"7"
    assert sent == [Packet(PacketType.LOGIN_REQUEST, fields)]


@pytest.mark.parametrize("cut", [1, 2, 3, 20, 33, 34, 40])
async def test_what_follows_the_answer_is_delivered_however_it_is_cut(net, cut):
    """Bytes after A in the same segment reach the receiver, once and in order."""
    receiver = Receiver()
    stream = ACCEPTED + b"abcdefghij"

    async def script(peer) -> None:
        await peer.packet()
        await peer.send(stream[:cut])
        await asyncio.sleep(0)
        await peer.send(stream[cut:])
        await peer.packet()

    async with net.scripted(script) as address, connection_to(net, address, receiver):
        await receiver.until(lambda: len(receiver.data) >= 10)

    assert receiver.data == b"abcdefghij"


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (soup.encode_login_rejected(RejectReason.NOT_AUTHORIZED), LoginRejected),
        (soup.encode_packet(PacketType.LOGIN_ACCEPTED, b"short"), ProtocolError),
        (soup.encode_packet(PacketType.SEQUENCED_DATA, b"x"), ProtocolError),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", ProtocolError),
        (b"\x00\x1fA", ConnectionResetError),
        (b"", ConnectionResetError),
    ],
)
async def test_a_login_that_fails_says_how(net, answer, failure):
    """And leaves no socket behind (an unclosed one would fail this test)."""

    async def script(peer) -> None:
        await peer.packet()
        await peer.send(answer)

    async with net.scripted(script) as address:
        with pytest.raises(failure):
            async with connection_to(net, address, Receiver()):
                pass


async def test_a_server_that_never_answers_is_given_up(net):
    """After the login deadline."""

    async def script(peer) -> None:
        await peer.packets_to_end()

    limits = ConnectionLimits(login_deadline_ns=50_000_000)
    async with net.scripted(script) as address:
        with pytest.raises(TimeoutError):
            async with connection_to(net, address, Receiver(), limits=limits):
                pass


async def test_an_idle_client_says_r_every_second(net):
    """One R for each second in which nothing else was sent."""
    clock, got = net.fake_clock(), []

    async def script(peer) -> None:
        await peer.packet()
        await peer.send(ACCEPTED)
        got.extend(await peer.packets_to_end())

    async with (
        net.scripted(script) as address,
        connection_to(net, address, Receiver(), clock=clock) as connection,
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
    assert got == [heartbeat] * 2 + [order, heartbeat, Packet(PacketType.LOGOUT_REQUEST, b"")]


async def test_a_silent_server_is_given_up_after_15_seconds(net):
    """Any byte is a sign of life; a paused connection blames nobody."""
    clock, receiver = net.fake_clock(), Receiver()
    speak = asyncio.Event()

    async def script(peer) -> None:
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

    assert receiver.closed == ["server silent for 15 s"]


async def test_a_closed_connection_is_told_once(net):
    """And sending on it is no error: the message is lost with it."""
    receiver = Receiver()

    async def script(peer) -> None:
        await peer.packet()
        await peer.send(ACCEPTED)

    async with net.scripted(script) as address, connection_to(net, address, receiver) as connection:
        await receiver.until(lambda: bool(receiver.closed))
        connection.send_unsequenced(b"late")
        connection.close()

    assert len(receiver.closed) == 1


async def test_our_own_close_is_not_called_back(net):
    """Whoever closes knows it."""
    receiver = Receiver()

    async def script(peer) -> None:
        await peer.packet()
        await peer.send(ACCEPTED)
        await peer.packets_to_end()

    async with net.scripted(script) as address, connection_to(net, address, receiver):
        pass

    assert receiver.closed == []


async def test_a_receiver_that_meets_a_violation_ends_the_connection(net):
    """A ProtocolError of the receiver is the server's fault."""
    receiver = Receiver()

    def refuse(data: memoryview) -> None:
        raise ProtocolError("nonsense")

    receiver.on_data = refuse

    async def script(peer) -> None:
        await peer.packet()
        await peer.send(ACCEPTED + b"x")
        await peer.packets_to_end()

    async with net.scripted(script) as address, connection_to(net, address, receiver):
        await receiver.until(lambda: bool(receiver.closed))

    assert receiver.closed == ["protocol violation: nonsense"]


async def test_what_the_server_does_not_take_has_a_limit_and_then_room_again(net):
    """OutgoingFull instead of growing memory; on_room when all is out; nothing lost or doubled."""
    receiver, got = Receiver(), []
    read_on = asyncio.Event()

    async def script(peer) -> None:
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


def test_credentials_and_requests_do_not_show_the_password(net):
    """Reprs end in logs."""
    assert "secret" not in repr(net.credentials) + repr(LOGIN)
