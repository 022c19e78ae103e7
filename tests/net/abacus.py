"""calls → answers: a service with every kind of method behind a control socket, and its clients."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tradestack.net.control.connection import ControlLimits
from tradestack.net.control.server import ControlServer, Interface, Method, Peer
from tradestack.wire.varlink import VarlinkError

DESCRIPTION = """\
# For these tests.
interface io.test.Abacus

# Adds.
method Add(a: int, b: ?int) -> (sum: int)
# Counts up to `to`, or for ever.
method Count(to: ?int) -> (numbers: []int)
# Remembers a value.
method Set(value: string) -> ()
# Takes a moment.
method Later() -> (done: bool)
# Takes as long as the test wants.
method Hold() -> ()
# Refuses.
method Fail() -> ()

error Rejection (why: string)
"""


SERVICE = "org.varlink.service"


ADD = {"method": "io.test.Abacus.Add", "parameters": {"a": 1}}


COUNT = {"method": "io.test.Abacus.Count", "parameters": {"to": 2}, "more": True}


SET = {"method": "io.test.Abacus.Set", "parameters": {"value": "x"}}


ONE = {"parameters": {"sum": 1}}


NOBODY = 65534


class Abacus:
    """What the interface does."""

    def __init__(self) -> None:
        self.value = ""
        self.callers: list[Peer] = []
        self.streams_ended = asyncio.Event()
        self.holding = asyncio.Event()
        self.released = asyncio.Event()

    def interface(self) -> Interface:
        return Interface(
            "io.test.Abacus",
            DESCRIPTION,
            {
                "Add": Method(self.add),
                "Count": Method(self.count),
                "Set": Method(self.set, changes=True),
                "Later": Method(self.later),
                "Hold": Method(self.hold),
                "Fail": Method(self.fail),
            },
        )

    def add(self, parameters: dict[str, Any], _peer: Peer) -> dict[str, Any]:
        return {"sum": parameters["a"] + (parameters.get("b") or 0)}

    async def count(self, parameters: dict[str, Any], _peer: Peer) -> AsyncIterator[dict[str, Any]]:
        try:
            for number in range(parameters.get("to") or 1):
                yield {"numbers": [number]}
            if parameters.get("to") is None:
                await asyncio.Event().wait()
        finally:
            self.streams_ended.set()

    def set(self, parameters: dict[str, Any], peer: Peer) -> dict[str, Any]:
        self.value = parameters["value"]
        self.callers.append(peer)
        return {}

    async def later(self, _parameters: dict[str, Any], _peer: Peer) -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"done": True}

    async def hold(self, _parameters: dict[str, Any], _peer: Peer) -> dict[str, Any]:
        self.holding.set()
        await self.released.wait()
        return {}

    def fail(self, _parameters: dict[str, Any], _peer: Peer) -> dict[str, Any]:
        raise VarlinkError("io.test.Abacus.Rejection", {"why": "always"})


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
        listener, [abacus.interface()], commands, product="test abacus", limits=limits
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
