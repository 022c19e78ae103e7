"""The corpus on real sockets: a bad connection ends alone, with one log line."""

import asyncio
import contextlib
import json
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.fuzz.corpus import load_corpus
from tests.fuzz.log_lines import logged
from tests.fuzz.pieces import CUTS_LENGTH
from tests.fuzz.target import assert_one_line
from tests.fuzz.targets import control
from tests.fuzz.targets import soup as soup_targets
from tests.fuzz.targets.control import LIMITS
from tests.fuzz.targets.varlink import FORMS
from tests.kit.asyncio_runner import run_on_uvloop
from tests.kit.net import Handler, MemoryStream, Net, RunningServer
from tests.kit.raw_client import RawClient
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net import line_limit
from tradestack.net.addresses import Address
from tradestack.net.allowance import Rate
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_listener import FeedListener
from tradestack.net.client.login import LoginRejected, SequenceHole
from tradestack.net.client.order_client import OrderClient
from tradestack.net.client.order_listener import OrderListener
from tradestack.net.control.server import ControlServer
from tradestack.net.server.connection import Connection
from tradestack.net.server.limits import SessionLimits
from tradestack.runtime.clock import SystemClock
from tradestack.wire import soup
from tradestack.wire.close_reason import Close
from tradestack.wire.orders import MESSAGE_LENGTH_MAX, InvalidOrder, decode_client_message
from tradestack.wire.soup import PacketType
from tradestack.wire.varlink import Call, encode_call

LINES_OF_A_CONNECTION_MAX = 3  # connected, protocol violation, lost

PING = b"ping"
GET_INFO = encode_call(Call("org.varlink.service.GetInfo", {}))


class Echo(Handler):
    """A handler that returns pings and decodes everything else as an order."""

    def unsequenced_received(self, client: Connection, payload: bytes) -> None:
        if payload == PING:
            client.send_unsequenced(payload)
            return
        with contextlib.suppress(InvalidOrder):
            decode_client_message(payload)


@pytest.fixture
def net(tmp_path: Path) -> Net:
    """Servers and clients, as in tests/net."""
    return Net(tmp_path)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The lines that are logged at level INFO and above, however many."""
    monkeypatch.setattr(line_limit, "LINES", Rate(per_second=1_000_000, burst=1_000_000))
    with caplog.at_level(logging.INFO), logged() as lines:
        yield lines


async def _bad_session(connection: RawClient, stream: bytes) -> None:
    """Send the stream, shut down the sending side, and read to the end."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(ConnectionError):
        await loop.sock_sendall(connection.socket, stream)
        connection.socket.shutdown(socket.SHUT_WR)
    with contextlib.suppress(OSError):
        while await loop.sock_recv(connection.socket, 65_536):
            pass


async def _ping(healthy: RawClient) -> None:
    """Check that the healthy client gets its answer, heartbeats aside."""
    await healthy.send_packet(PacketType.UNSEQUENCED_DATA, PING)
    while (packet := await healthy.packet()) is not None:
        if packet.type is PacketType.UNSEQUENCED_DATA:
            assert packet.payload == PING
            return
    raise AssertionError("the healthy client was disconnected")


async def _attack(
    net: Net, running: RunningServer, healthy: RawClient, before: bytes, stream: bytes
) -> None:
    async with net.connected(running.address) as connection:
        await _bad_session(connection, before + stream)
    await _ping(healthy)


@contextlib.asynccontextmanager
async def _serving(net: Net) -> AsyncIterator[tuple[RunningServer, RawClient]]:
    handler = Echo(MemoryStream())
    limits = SessionLimits(packet_length_max=soup.HEADER_LENGTH + MESSAGE_LENGTH_MAX)
    async with (
        net.serving(handler, limits=limits) as running,
        net.connected(running.address) as healthy,
    ):
        assert (await healthy.log_in()).type is PacketType.LOGIN_ACCEPTED
        await _ping(healthy)
        yield running, healthy


def test_bad_bytes_before_the_login_are_logged_once(net: Net, lines: list[str]) -> None:
    """A violation or a rejected login is logged once, a mere disconnect not at all."""

    async def attack() -> None:
        async with _serving(net) as (running, healthy):
            for content in load_corpus("soup_server"):
                stream = content[CUTS_LENGTH:]
                heard = soup_targets._heard_by_server([stream])
                # Forget failed logins: after too many of them, not each is logged.
                running.server.users = running.server.users
                asked = any(packet[2] == PacketType.LOGIN_REQUEST for packet in heard.packets)
                lines.clear()
                await _attack(net, running, healthy, b"", stream)
                assert len(_without_logins(lines)) == bool(asked or heard.fault), stream

    run_on_uvloop(attack())


@pytest.mark.parametrize("name", ["soup_server", "soup_client", "feed", "order_intake"])
def test_bad_bytes_after_the_login_end_one_session(name: str, net: Net, lines: list[str]) -> None:
    """The end is logged in one line, whether or not it was a violation."""
    login = soup.encode_login_request(soup.LoginRequest(user="orders", password="s3cret"))

    async def attack() -> None:
        async with _serving(net) as (running, healthy):
            for content in load_corpus(name):
                stream = content[CUTS_LENGTH:]
                if name == "order_intake":
                    stream = _as_messages(content)
                lines.clear()
                await _attack(net, running, healthy, login, stream)
                assert len(lines) - len(_without_logins(lines)) == 1
                assert len(_without_logins(lines)) == 1, stream

    run_on_uvloop(attack())


def _without_logins(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith("client logged in")]


def _as_messages(content: bytes) -> bytes:
    return b"".join(
        soup.encode_packet(PacketType.UNSEQUENCED_DATA, line) for line in content.split(b"\n")
    )


@pytest.mark.parametrize(
    ("kind", "name"),
    [(FeedClient, "feed"), (OrderClient, "soup_client"), (FeedClient, "soup_client")],
)
def test_bad_bytes_of_a_server_end_the_clients_connection(
    kind: type[FeedClient | OrderClient], name: str, net: Net, lines: list[str]
) -> None:
    """The reason is given once, in one line, and a violation is logged once."""
    accepted = soup.encode_login_accepted(soup.LoginAccepted("0ABCDE1234", 1))
    answers = [accepted + content[CUTS_LENGTH:] for content in load_corpus(name)]
    if name == "soup_client":
        answers += [content[CUTS_LENGTH:] for content in load_corpus(name)]
    answers.append(accepted + soup.encode_packet(PacketType.DEBUG, b"why\nnot\x1b[1m"))
    pending = iter(answers)

    async def answer(client: RawClient) -> None:
        await client.packet()
        await _bad_session(client, next(pending))

    async def attack() -> None:
        async with net.scripted(answer) as address:
            for _ in answers:
                lines.clear()
                await _listen(kind, address, net)
                for line in lines:
                    assert_one_line(line)
                assert sum(line.startswith("protocol violation") for line in lines) <= 1
                assert len(lines) <= LINES_OF_A_CONNECTION_MAX

    run_on_uvloop(attack())


class _OneAttempt(Backoff):
    """Ends a client's first attempt, successful or not, with a wait that nobody awaits."""

    def __init__(self) -> None:
        super().__init__()
        self.is_over = asyncio.Event()

    def next_delay_ns(self) -> int:
        """Count the attempt; delay the next one for an hour."""
        self.is_over.set()
        return 3600 * NANOSECONDS_PER_SECOND


class _FeedCloses(FeedListener):
    """Checks what is shown to people of each close."""

    def on_disconnected(self, close: Close) -> None:
        """Check the text."""
        assert_one_line(str(close))


class _OrderCloses(OrderListener):
    """Checks the same of an order session."""

    def on_disconnected(self, close: Close) -> None:
        """Check the text."""
        assert_one_line(str(close))


async def _listen(kind: type[FeedClient | OrderClient], address: Address, net: Net) -> None:
    """Run a client until its first connection is over, one way or the other."""
    backoff = _OneAttempt()
    client = kind(address, net.credentials, clock=net.system_clock, backoff=backoff)
    if isinstance(client, FeedClient):
        task = asyncio.create_task(client.run(_FeedCloses()))
    else:
        task = asyncio.create_task(client.run(_OrderCloses()))
    over = asyncio.create_task(backoff.is_over.wait())
    await asyncio.wait({task, over}, return_when=asyncio.FIRST_COMPLETED)
    over.cancel()
    task.cancel()
    (outcome,) = await asyncio.gather(task, return_exceptions=True)
    if isinstance(outcome, LoginRejected | SequenceHole):
        assert_one_line(str(outcome))


def test_bad_bytes_to_a_control_socket_are_logged_once(tmp_path: Path, lines: list[str]) -> None:
    """A peer that breaks the protocol is disconnected; the calls of others are answered."""
    attacks = [(content, _fault_of(content)) for content in [*load_corpus("control"), b"x" * 2_000]]
    path = tmp_path / "control.sock"

    async def attack() -> None:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen()
        server = ControlServer(
            listener, [FORMS], control.TEXT_COMMANDS, clock=SystemClock(), limits=LIMITS
        )
        await server.start()
        reader, writer = await asyncio.open_unix_connection(path)
        for content, fault in attacks:
            lines.clear()
            await _bad_control_session(path, content)
            writer.write(GET_INFO)
            assert "parameters" in json.loads((await reader.readuntil(b"\0"))[:-1])
            assert [line for line in lines if not line.startswith("changed by")] == (
                [line for line in lines if fault and line.endswith(fault)][:1]
            )
            assert bool(fault) == any(line.startswith("protocol violation") for line in lines)
        writer.close()
        await server.close()

    run_on_uvloop(attack())


def _fault_of(content: bytes) -> str | None:
    return control._loop().run_until_complete(control._serve(content))[1]


async def _bad_control_session(path: Path, content: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    with contextlib.suppress(ConnectionError):
        writer.write(content)
        writer.write_eof()
        while await reader.read(65_536):
            pass
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
