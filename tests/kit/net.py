"""A session server on a free loopback port, a stream in memory behind it, and raw clients."""

import asyncio
import contextlib
import inspect
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.kit.clock import FakeClock
from tests.kit.raw_client import RawClient
from tradestack.domain import fixed_point
from tradestack.domain import order as domain_orders
from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.tick import TickKind
from tradestack.net.addresses import Address
from tradestack.net.client import feed_client, feed_events
from tradestack.net.client.login import Credentials
from tradestack.net.server.connection import Connection
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.refusal import Answer
from tradestack.net.server.session_server import DEADLINES_INTERVAL_NS, SessionServer
from tradestack.net.server.users import Users, users_line
from tradestack.runtime.clock import SystemClock
from tradestack.wire import orders as wire_orders
from tradestack.wire import soup
from tradestack.wire.close_reason import Close
from tradestack.wire.feed import TICK_PACKET_LENGTH, encode_symbol, new_records
from tradestack.wire.soup import PacketType, RejectReason

# What a user's program imports besides the module that contains the example.
EXAMPLE_IMPORTS = {
    name: value
    for module in (domain_orders, fixed_point, feed_client, feed_events, wire_orders)
    for name, value in vars(module).items()
} | {"SystemClock": SystemClock, "Credentials": Credentials}
SESSION = "0ABCDE1234"


@dataclass
class MemoryStream:
    """A session's packets in a list."""

    session_id: str = SESSION
    packets: list[bytes] = field(default_factory=list)
    ended: bool = False

    @property
    def head(self) -> int:
        """The number of packets."""
        return len(self.packets)

    def append(self, *payloads: bytes) -> None:
        """Add a sequenced packet for each payload."""
        self.packets += [soup.encode_packet(PacketType.SEQUENCED_DATA, p) for p in payloads]

    def append_ticks(self, count: int) -> None:
        """Add prices whose values are their sequence numbers."""
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
        """Return whole packets, at least one."""
        chunk = b""
        while sequence <= self.head:
            packet = self.packets[sequence - 1]
            if chunk and len(chunk) + len(packet) > bytes_max:
                break
            chunk += packet
            sequence += 1
        return chunk, sequence


class Handler:
    """Serves one stream for each session id, and records what the server reports."""

    def __init__(self, *streams: MemoryStream) -> None:
        self.streams = {stream.session_id: stream for stream in streams}
        self.current = streams[-1]
        self.joined: list[Connection] = []
        self.left: list[tuple[Connection, Close]] = []
        self.received: list[tuple[Connection, bytes]] = []
        self.changed = asyncio.Event()
        self.on_message: Callable[[Connection, bytes], None] = self.keep

    def stream_for(self, user: str, session_id: str, sequence: int) -> Answer:
        """Return the requested stream, or the current one."""
        del user, sequence
        stream = self.streams.get(session_id or self.current.session_id)
        return stream if stream is not None else RejectReason.SESSION_NOT_AVAILABLE

    @property
    def messages(self) -> "Handler":
        """This handler."""
        return self

    def unsequenced_received(self, connection: Connection, payload: bytes) -> None:
        """Do what the test has set `on_message` to; at first, keep the message."""
        self.on_message(connection, payload)

    def keep(self, connection: Connection, payload: bytes) -> None:
        """Keep the message."""
        self.received.append((connection, payload))
        self.changed.set()

    def client_joined(self, connection: Connection) -> None:
        """Keep the connection."""
        self.joined.append(connection)
        self.changed.set()

    def client_left(self, connection: Connection, close: Close) -> None:
        """Keep the connection and why it closed."""
        self.left.append((connection, close))
        self.changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something that the server reports makes the condition true."""
        while not condition():
            self.changed.clear()
            await self.changed.wait()

    async def until_received(self, count: int) -> None:
        """Wait until exactly this many messages were received."""
        await self.until(lambda: len(self.received) == count)


@dataclass
class RunningServer:
    """A session server that listens."""

    server: SessionServer
    handler: Handler
    address: Address
    clock: Clock
    listener: socket.socket

    def let_time_pass(self, seconds: float) -> None:
        """Advance a fake clock in the steps at which the server checks deadlines."""
        assert isinstance(self.clock, FakeClock)
        for _ in range(int(seconds * NANOSECONDS_PER_SECOND) // DEADLINES_INTERVAL_NS):
            self.clock.now_ns += DEADLINES_INTERVAL_NS
            self.server.check_deadlines(self.clock.now_ns)


class Net:
    """Makes the servers and clients of the tests of this folder."""

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
        """Run a listening server."""
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
        """Connect a raw client."""
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
        """Run a server that follows a script with each connection, one after the other."""
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
        """Run the indented block of a class's docstring unchanged."""
        lines = inspect.cleandoc(of.__doc__ or "").splitlines()
        block = [line for line in lines if not line or line.startswith("    ")]
        source = "async def example():\n" + "\n".join(block)
        namespace = {**vars(inspect.getmodule(of)), **EXAMPLE_IMPORTS, **names}
        exec(compile(source, of.__name__, "exec"), namespace)
        await namespace["example"]()
