"""A service with every kind of method behind a control socket, and its clients."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec

from tradestack.net.control.connection import ControlLimits
from tradestack.net.control.interface import Interface, Method, Peer
from tradestack.net.control.server import ControlServer
from tradestack.runtime.clock import SystemClock
from tradestack.wire.varlink import declared_error

NAME = "io.test.Abacus"


class Terms(msgspec.Struct, frozen=True):
    """Two numbers."""

    a: int
    b: int | None = None


class Sum(msgspec.Struct, frozen=True):
    """Their sum."""

    sum: int


class Limit(msgspec.Struct, frozen=True):
    """Where to end."""

    to: int | None = None


class Numbers(msgspec.Struct, frozen=True):
    """Some numbers."""

    numbers: list[int] = []


class Value(msgspec.Struct, frozen=True):
    """A value."""

    value: str


class Done(msgspec.Struct, frozen=True):
    """The end."""

    done: bool


class Rejection(msgspec.Struct, frozen=True):
    """A call is refused."""

    why: str


SERVICE = "org.varlink.service"


ADD = {"method": "io.test.Abacus.Add", "parameters": {"a": 1}}


COUNT = {"method": "io.test.Abacus.Count", "parameters": {"to": 2}, "more": True}


SET = {"method": "io.test.Abacus.Set", "parameters": {"value": "x"}}


HOLD = {"method": "io.test.Abacus.Hold"}


ONE = {"parameters": {"sum": 1}}


NOBODY = 65534


class Abacus:
    """The handlers."""

    def __init__(self) -> None:
        self.value = ""
        self.callers: list[Peer] = []
        self.streams_ended = asyncio.Event()
        self.holding = asyncio.Event()
        self.released = asyncio.Event()

    def interface(self) -> Interface:
        """The interface with all of them."""
        return Interface(
            NAME,
            "For these tests.",
            [
                Method.of(self.add),
                Method.of(self.count),
                Method.of(self.set, changes=True),
                Method.of(self.later),
                Method.of(self.hold),
                Method.of(self.fail),
            ],
            (Rejection,),
        )

    def add(self, parameters: Terms) -> Sum:
        """Add."""
        return Sum(parameters.a + (parameters.b or 0))

    async def count(self, parameters: Limit) -> AsyncIterator[Numbers]:
        """Count up to `to`, or forever."""
        try:
            for number in range(parameters.to or 1):
                yield Numbers([number])
            if parameters.to is None:
                await asyncio.Event().wait()
        finally:
            self.streams_ended.set()

    def set(self, parameters: Value, peer: Peer) -> None:
        """Remember a value."""
        self.value = parameters.value
        self.callers.append(peer)

    async def later(self) -> Done:
        """Take a moment."""
        await asyncio.sleep(0)
        return Done(done=True)

    async def hold(self) -> None:
        """Take as long as the test wants."""
        self.holding.set()
        await self.released.wait()

    def fail(self) -> None:
        """Refuse."""
        raise declared_error(NAME, Rejection("always"))


class Running:
    """A server that listens."""

    def __init__(self, path: Path, abacus: Abacus, server: ControlServer) -> None:
        self.path = path
        self.abacus = abacus
        self.server = server

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator["RawClient"]:
        reader, writer = await asyncio.open_unix_connection(str(self.path))
        try:
            yield RawClient(reader, writer)
        finally:
            writer.close()

    async def exchange(self, *chunks: bytes) -> bytes:
        """Sends the chunks one by one, ends its side, and returns all that comes back."""
        async with self.connected() as client:
            for chunk in chunks:
                client.writer.write(chunk)
                await client.writer.drain()
            client.writer.write_eof()
            return await client.reader.read()


class RawClient:
    """Messages as they are."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, *calls: dict[str, Any]) -> None:
        self.writer.write(b"".join(encoded(call) for call in calls))

    async def reply(self) -> dict[str, Any]:
        reply: dict[str, Any] = json.loads((await self.reader.readuntil(b"\0"))[:-1])
        return reply


@contextlib.asynccontextmanager
async def serving(
    directory: Path, limits: ControlLimits | None = None, *, backlog: int = 16
) -> AsyncIterator[Running]:
    """An abacus behind a control socket."""
    path = directory / "control.sock"
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(backlog)
    abacus = Abacus()
    commands = {
        "stats": lambda: "sum: 0\n",
        "help": lambda: "commands: help, stats\n",
        "break": lambda: str(1 / 0),
    }
    server = ControlServer(
        listener,
        [abacus.interface()],
        commands,
        clock=SystemClock(),
        product="test abacus",
        limits=limits,
    )
    await server.start()
    try:
        yield Running(path, abacus, server)
    finally:
        await server.close()


def encoded(call: dict[str, Any]) -> bytes:
    return json.dumps(call).encode() + b"\0"


def replies(answer: bytes) -> list[dict[str, Any]]:
    """All messages of an answer; each must be complete."""
    *messages, rest = answer.split(b"\0")
    assert rest == b""
    return [json.loads(message) for message in messages]


def error(name: str, **parameters: object) -> dict[str, Any]:
    return {"error": name, "parameters": parameters}
