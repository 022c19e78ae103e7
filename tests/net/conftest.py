"""A session server on a free loopback port, a stream in memory behind it, and raw clients."""

import asyncio
import contextlib
import inspect
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvloop

from tradestack.domain import fixed_point
from tradestack.domain import order as domain_orders
from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.tick import TickKind
from tradestack.net.addresses import Address
from tradestack.net.client import feed_client, feed_events
from tradestack.net.client.login import Credentials
from tradestack.net.server.connection import Connection
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.outgoing import Stream
from tradestack.net.server.server import DEADLINES_INTERVAL_NS, SessionServer
from tradestack.net.server.users import Users, users_line
from tradestack.runtime.clock import SystemClock
from tradestack.wire import orders as wire_orders
from tradestack.wire import soup
from tradestack.wire.feed import TICK_PACKET_LENGTH, encode_symbol, new_records
from tradestack.wire.soup import PacketType, RejectReason

# What a user's program imports besides the module that the example stands in.
EXAMPLE_IMPORTS = {
    name: value
    for module in (domain_orders, fixed_point, feed_client, feed_events, wire_orders)
    for name, value in vars(module).items()
} | {"SystemClock": SystemClock, "Credentials": Credentials}
TEST_DEADLINE_S = 60  # a test that waits longer than this for its event waits for ever
SESSION = "0ABCDE1234"


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs coroutine tests on uvloop; what was raised in a callback fails the test."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    run_on_uvloop(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


def run_on_uvloop(work: Awaitable[None]) -> None:
    """Runs one coroutine to its end; raises also what callbacks raised."""
    raised: list[dict[str, object]] = []

    async def supervised() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context))
        async with asyncio.timeout(TEST_DEADLINE_S):
            await work

    uvloop.run(supervised())
    for context in raised:
        error = context.get("exception")
        raise error if isinstance(error, BaseException) else AssertionError(context)


@pytest.fixture(scope="session")
def run() -> Callable[[Awaitable[None]], None]:
    """For tests that run several loops, as those of hypothesis."""
    return run_on_uvloop


class FakeClock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now_ns = 1_000 * NANOSECONDS_PER_SECOND

    def wall_ns(self) -> int:
        """The same as the monotonic time."""
        return self.now_ns

    def monotonic_ns(self) -> int:
        """What it was told."""
        return self.now_ns


@dataclass
class MemoryStream:
    """A session's packets in a list."""

    session: str = SESSION
    packets: list[bytes] = field(default_factory=list)
    ended: bool = False

    @property
    def head(self) -> int:
        """How many packets there are."""
        return len(self.packets)

    def append(self, *payloads: bytes) -> None:
        """Adds a sequenced packet for each payload."""
        self.packets += [soup.encode_packet(PacketType.SEQUENCED_DATA, p) for p in payloads]

    def append_ticks(self, count: int) -> None:
        """Adds prices whose values are their sequence numbers."""
        records = new_records(count)
        records["kind"] = int(TickKind.PRICE)
        records["symbol"] = encode_symbol("SPY")
        records["value"] = range(self.head + 1, self.head + 1 + count)
        content = records.tobytes()
        self.packets += [
            content[at : at + TICK_PACKET_LENGTH]
            for at in range(0, len(content), TICK_PACKET_LENGTH)
        ]

    def read(self, sequence: int, bytes_max: int) -> tuple[bytes, int]:
        """Whole packets, at least one."""
        chunk = b""
        while sequence <= self.head:
            packet = self.packets[sequence - 1]
            if chunk and len(chunk) + len(packet) > bytes_max:
                break
            chunk += packet
            sequence += 1
        return chunk, sequence


class Handler:
    """Serves one stream for each session id, and writes down what it is told."""

    def __init__(self, *streams: MemoryStream) -> None:
        self.streams = {stream.session: stream for stream in streams}
        self.current = streams[-1]
        self.joined: list[Connection] = []
        self.left: list[tuple[Connection, str]] = []
        self.received: list[tuple[Connection, bytes]] = []
        self.changed = asyncio.Event()

    def stream_for(self, user: str, session: str) -> Stream | RejectReason:
        """The asked-for stream, or the current one."""
        del user
        known = self.streams.get(session or self.current.session)
        return known if known is not None else RejectReason.SESSION_NOT_AVAILABLE

    def unsequenced_received(self, client: Connection, payload: bytes) -> None:
        """Keeps the message."""
        self.received.append((client, payload))
        self.changed.set()

    def client_joined(self, client: Connection) -> None:
        """Keeps the client."""
        self.joined.append(client)
        self.changed.set()

    def client_left(self, client: Connection, reason: str) -> None:
        """Keeps the reason."""
        self.left.append((client, reason))
        self.changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits until what the handler was told makes the condition true."""
        while not condition():
            self.changed.clear()
            await self.changed.wait()


@dataclass
class RunningServer:
    """A session server that listens."""

    server: SessionServer
    handler: Handler
    address: Address
    clock: Clock
    listener: socket.socket

    def let_time_pass(self, seconds: float) -> None:
        """Moves a fake clock on, in the steps in which the server looks at it."""
        assert isinstance(self.clock, FakeClock)
        for _ in range(int(seconds * NANOSECONDS_PER_SECOND) // DEADLINES_INTERVAL_NS):
            self.clock.now_ns += DEADLINES_INTERVAL_NS
            self.server.check_deadlines(self.clock.now_ns)


class RawClient:
    """A client's socket, spoken to packet by packet."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.decoder = soup.PacketDecoder(65_535)
        self._loop = asyncio.get_running_loop()

    async def send(self, data: bytes) -> None:
        """Sends bytes."""
        await self._loop.sock_sendall(self.socket, data)

    async def send_packet(self, packet_type: PacketType, payload: bytes = b"") -> None:
        """Sends one packet."""
        await self.send(soup.encode_packet(packet_type, payload))

    async def packet(self) -> soup.Packet | None:
        """The next packet, None at the end of the connection."""
        while True:
            packet = self.decoder.next_packet()
            if packet is not None:
                return packet
            try:
                data = await self._loop.sock_recv(self.socket, 65_536)
            except ConnectionResetError:
                return None
            if not data:
                assert not self.decoder.pending, "the connection ended inside a packet"
                return None
            self.decoder.receive_data(data)

    async def packets_to_end(self) -> list[soup.Packet]:
        """All packets until the server closes."""
        packets = []
        while (packet := await self.packet()) is not None:
            packets.append(packet)
        return packets

    async def log_in(
        self, sequence: int = 1, session: str = "", password: str = "secret", user: str = "news"
    ) -> soup.Packet:
        """Logs in, as news; the answer."""
        request = soup.LoginRequest(
            user=user, password=password, session=session, sequence=sequence
        )
        await self.send(soup.encode_login_request(request))
        answer = await self.packet()
        assert answer is not None
        return answer


class Net:
    """What the tests of this folder are made with."""

    credentials = Credentials("news", "secret")
    system_clock = SystemClock()
    memory_stream = MemoryStream
    handler = Handler
    fake_clock = FakeClock

    def __init__(self, directory: Path) -> None:
        self.users_file = directory / "users"
        self.users_file.write_text(
            users_line("news", "secret", salt=b"salt")
            + users_line("Orders", "s3cret", salt=b"other")
        )

    @contextlib.asynccontextmanager
    async def serving(
        self,
        handler: Handler,
        *,
        limits: SessionLimits | None = None,
        clock: Clock | None = None,
        address: Address | None = None,
    ) -> AsyncIterator[RunningServer]:
        """A server, listening."""
        address = address or Address("127.0.0.1", 0)
        listener = socket.create_server((address.host, address.port))
        clock = clock or SystemClock()
        server = SessionServer(
            listener=listener,
            users=Users.load(self.users_file),
            handler=handler,
            limits=limits or SessionLimits(),
            clock=clock,
        )
        server.start()
        bound = Address("127.0.0.1", listener.getsockname()[1])
        try:
            yield RunningServer(server, handler, bound, clock, listener)
        finally:
            await server.close()
            listener.close()

    @contextlib.asynccontextmanager
    async def connected(
        self, address: Address, *, receive_buffer_bytes: int | None = None
    ) -> AsyncIterator[RawClient]:
        """A raw client, connected."""
        connection = socket.socket()
        connection.settimeout(0)
        if receive_buffer_bytes is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        await asyncio.get_running_loop().sock_connect(connection, (address.host, address.port))
        try:
            yield RawClient(connection)
        finally:
            connection.close()

    @contextlib.asynccontextmanager
    async def scripted(
        self, script: Callable[[RawClient], Awaitable[None]]
    ) -> AsyncIterator[Address]:
        """A server that follows a script with each connection, one after the other."""
        loop = asyncio.get_running_loop()
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(0)

        async def serve() -> None:
            while True:
                connection, _ = await loop.sock_accept(listener)
                with connection:
                    await script(RawClient(connection))

        serving = asyncio.create_task(serve())
        try:
            yield Address("127.0.0.1", listener.getsockname()[1])
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            listener.close()

    async def run_example(self, of: type, names: dict[str, object]) -> None:
        """Runs the indented block of a class's docstring as it stands."""
        lines = inspect.cleandoc(of.__doc__ or "").splitlines()
        block = [line for line in lines if not line or line.startswith("    ")]
        source = "async def example():\n" + "\n".join(block)
        namespace = {**vars(inspect.getmodule(of)), **EXAMPLE_IMPORTS, **names}
        exec(compile(source, of.__name__, "exec"), namespace)
        await namespace["example"]()


@pytest.fixture(scope="session")
def net_class() -> type[Net]:
    """For tests that make their own, as those of hypothesis."""
    return Net


@pytest.fixture
def net(tmp_path: Path) -> Net:
    """Servers and clients with the users news (secret) and orders (s3cret)."""
    return Net(tmp_path)
