"""ControlServer: calls and text on a real Unix socket, who may change, limits and deadlines."""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tradestack.net.control_connection import ControlLimits
from tradestack.net.control_server import ControlServer, Interface, Method, Peer
from tradestack.wire.varlink import VarlinkError
from tradestack.wire.varlink_idl import IdlError

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

error Refused (why: string)
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
        raise VarlinkError("io.test.Abacus.Refused", {"why": "always"})


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


# ---- Varlink -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "reply"),
    [
        (ADD, ONE),
        ({**ADD, "parameters": {"a": 1, "b": 2}}, {"parameters": {"sum": 3}}),
        ({**ADD, "more": True}, ONE),
        ({**ADD, "parameters": None}, error(f"{SERVICE}.InvalidParameter", parameter="a")),
        (
            {**ADD, "parameters": {"a": 1, "c": 2}},
            error(f"{SERVICE}.InvalidParameter", parameter="c"),
        ),
        ({"method": "io.test.Abacus.Later"}, {"parameters": {"done": True}}),
        ({"method": "io.test.Abacus.Fail"}, error("io.test.Abacus.Refused", why="always")),
        (
            {"method": "io.test.Abacus.Sub"},
            error(f"{SERVICE}.MethodNotFound", method="io.test.Abacus.Sub"),
        ),
        (
            {"method": "io.test.Other.Add"},
            error(f"{SERVICE}.InterfaceNotFound", interface="io.test.Other"),
        ),
        ({"method": "Add"}, error(f"{SERVICE}.InterfaceNotFound", interface="")),
        ({**COUNT, "more": False}, error(f"{SERVICE}.ExpectedMore")),
        (
            {"method": f"{SERVICE}.GetInterfaceDescription", "parameters": {"interface": "a.b"}},
            error(f"{SERVICE}.InterfaceNotFound", interface="a.b"),
        ),
    ],
)
async def test_calls_are_answered(
    tmp_path: Path, call: dict[str, Any], reply: dict[str, Any]
) -> None:
    """Each call gets its one reply, and the connection lives on."""
    async with serving(tmp_path) as running:
        answer = await running.exchange(encoded(call), encoded(ADD))

    assert replies(answer) == [reply, ONE]


async def test_the_service_describes_itself(tmp_path: Path) -> None:
    """GetInfo lists every interface; the description of each is its own text."""
    async with serving(tmp_path) as running, running.connected() as client:
        client.send({"method": f"{SERVICE}.GetInfo"})
        info = (await client.reply())["parameters"]
        texts = {}
        for name in info["interfaces"]:
            parameters = {"interface": name}
            client.send({"method": f"{SERVICE}.GetInterfaceDescription", "parameters": parameters})
            texts[name] = (await client.reply())["parameters"]["description"]

    assert info["product"] == "test abacus"
    assert texts.keys() == {"io.test.Abacus", SERVICE}
    assert texts["io.test.Abacus"] == DESCRIPTION
    assert "method GetInfo()" in texts[SERVICE]


async def test_a_stream_continues_until_its_last_reply(tmp_path: Path) -> None:
    """Each item is sent with `continues`; the end is an empty reply without."""
    async with serving(tmp_path) as running:
        answer = await running.exchange(encoded(COUNT), encoded(ADD))

    assert replies(answer) == [
        {"parameters": {"numbers": [0]}, "continues": True},
        {"parameters": {"numbers": [1]}, "continues": True},
        {"parameters": {"numbers": []}},
        ONE,
    ]


async def test_a_stream_item_does_not_wait_for_the_next(tmp_path: Path) -> None:
    """The first item of a stream that has no second comes at once."""
    async with serving(tmp_path) as running, running.connected() as client:
        client.send({**COUNT, "parameters": {}})

        assert await client.reply() == {"parameters": {"numbers": [0]}, "continues": True}


async def test_a_stream_ends_with_its_reader(tmp_path: Path) -> None:
    """The generator of a peer that has gone is closed, though it has nothing to send."""
    async with serving(tmp_path) as running:
        async with running.connected() as client:
            client.send({**COUNT, "parameters": {}})
            await client.reply()

        await running.abacus.streams_ended.wait()


async def test_a_peer_that_goes_before_its_answer_ends_nothing_else(tmp_path: Path) -> None:
    """Its connection was reset, as it left a reply unread, and closed while we made the next."""
    contexts: list[dict[str, Any]] = []
    async with serving(tmp_path) as running:
        asyncio.get_running_loop().set_exception_handler(lambda _, it: contexts.append(it))
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(str(running.path))
        peer.sendall(encoded(ADD) + encoded({"method": "io.test.Abacus.Hold"}))
        await running.abacus.holding.wait()
        peer.close()
        assert replies(await running.exchange(encoded(ADD))) == [ONE]  # the loop has seen the reset
        running.abacus.released.set()
        assert replies(await running.exchange(encoded(ADD))) == [ONE]

    assert contexts == []


async def test_a_stream_survives_the_half_close_of_its_reader(tmp_path: Path) -> None:
    """`nc -N` ends its side before the first reply; a stream goes on until it closes."""
    async with serving(tmp_path) as running, running.connected() as client:
        client.send({**COUNT, "parameters": {"to": 1000}})
        client.writer.write_eof()

        answer = await client.reader.read()

    assert len(replies(answer)) == 1001


async def test_oneway_calls_are_carried_out_and_not_answered(tmp_path: Path) -> None:
    """Neither a result nor an error nor a stream is sent."""
    async with serving(tmp_path) as running:
        answer = await running.exchange(
            encoded({**SET, "oneway": True}),
            encoded({"method": "io.test.Abacus.Fail", "oneway": True}),
            encoded({"method": "io.test.Abacus.Count", "oneway": True}),
            encoded(ADD),
        )

        assert replies(answer) == [ONE]
        assert running.abacus.value == "x"


async def test_pipelined_calls_are_answered_in_order(tmp_path: Path) -> None:
    """Calls that come in one piece get their replies in the order of asking."""
    calls = [{**ADD, "parameters": {"a": n}} for n in range(50)]
    async with serving(tmp_path) as running:
        answer = await running.exchange(b"".join(map(encoded, calls)))

    assert replies(answer) == [{"parameters": {"sum": n}} for n in range(50)]


@given(st.data())
def test_cutting_never_matters(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """However a conversation is cut into pieces, it is answered in the same way."""
    said = encoded(ADD) + encoded(COUNT) + encoded({"method": "no"}) + encoded(ADD)
    cuts = sorted(data.draw(st.lists(st.integers(1, len(said)), max_size=6)))
    chunks = [said[a:b] for a, b in zip([0, *cuts], [*cuts, len(said)], strict=True)]

    async def converse() -> tuple[bytes, bytes]:
        async with serving(tmp_path_factory.mktemp("cut")) as running:
            return await running.exchange(said), await running.exchange(*chunks)

    whole, cut = asyncio.run(converse())

    assert len(replies(whole)) == 6
    assert cut == whole


@given(st.binary(min_size=1, max_size=100))
def test_garbage_ends_only_its_own_connection(
    tmp_path_factory: pytest.TempPathFactory, garbage: bytes
) -> None:
    """Whatever one peer sends, another one is answered before, during and after."""

    async def converse() -> list[dict[str, Any]]:
        directory = tmp_path_factory.mktemp("garbage")
        async with serving(directory) as running, running.connected() as good:
            good.send(ADD)
            before = await good.reply()
            await running.exchange(b"{" + garbage + b"\0")
            await running.exchange(garbage)
            good.send(ADD)
            return [before, await good.reply(), *replies(await running.exchange(encoded(ADD)))]

    assert asyncio.run(converse()) == [ONE, ONE, ONE]


async def test_what_is_no_call_is_told_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The peer reads why, the log has one line with its uid, the calls before are answered."""
    async with serving(tmp_path) as running:
        answer = await running.exchange(encoded(ADD) + b"{nonsense\0" + encoded(ADD))

    assert answer.startswith(b'{"parameters":{"sum":1}}\0error: not a Varlink call')
    assert answer.endswith(b"\n")
    (record,) = caplog.records
    assert f"uid {os.getuid()}" in record.getMessage()


# ---- text ----------------------------------------------------------------------------------


@pytest.mark.parametrize("line", [b"stats\n", b"stats", b" stats \r\n", b"stats\nhelp\n"])
async def test_a_line_of_text_is_answered_and_the_connection_closed(
    tmp_path: Path, line: bytes
) -> None:
    """With or without its end, the first line is the command."""
    async with serving(tmp_path) as running:
        assert await running.exchange(line) == b"sum: 0\n"


async def test_text_is_answered_before_the_half_close(tmp_path: Path) -> None:
    """`nc -U` without -N, or a person at a keyboard, does not have to end the input."""
    async with serving(tmp_path) as running, running.connected() as client:
        client.writer.write(b"he")
        await client.writer.drain()
        client.writer.write(b"lp\n")

        assert await client.reader.read() == b"commands: help, stats\n"


async def test_an_unknown_command_is_told_what_there_is(tmp_path: Path) -> None:
    """Control characters do not come back raw."""
    async with serving(tmp_path) as running:
        answer = await running.exchange(b"sta\x1bts\xff\n")

    assert answer.startswith(b"error: no command 'sta\\x1bts")
    assert b"break, help, stats" in answer


async def test_json_without_its_nul_gets_a_hint(tmp_path: Path) -> None:
    """After the half-close, and after what was complete has been answered."""
    async with serving(tmp_path) as running:
        answer = await running.exchange(encoded(ADD) + b'{"method":"io.test.Abacus.Add"}\n')

    assert answer.startswith(b'{"parameters":{"sum":1}}\0error: a Varlink message ends with a NUL')


async def test_json_without_its_nul_gets_a_hint_at_the_deadline(tmp_path: Path) -> None:
    """A peer that keeps its side open is told, too, however often it sends a byte."""
    limits = ControlLimits(request_deadline_s=0.05, idle_deadline_s=60.0, linger_s=0.0)
    async with serving(tmp_path, limits) as running, running.connected() as client:
        client.writer.write(b'{"method":')

        answer = await client.reader.read()

    assert answer.startswith(b"error: a Varlink message ends with a NUL")


# ---- limits --------------------------------------------------------------------------------


async def test_silence_has_a_deadline(tmp_path: Path) -> None:
    """Who says nothing is disconnected; who has said something may think for longer."""
    limits = ControlLimits(request_deadline_s=0.05, idle_deadline_s=60.0)
    async with serving(tmp_path, limits) as running, running.connected() as talker:
        talker.send(ADD)
        first = await talker.reply()
        async with running.connected() as silent:
            assert await silent.reader.read() == b""
        talker.send(ADD)

        assert [first, await talker.reply()] == [ONE, ONE]


async def test_an_idle_connection_is_closed(tmp_path: Path) -> None:
    """After its last call a connection does not stay for ever."""
    limits = ControlLimits(idle_deadline_s=0.05)
    async with serving(tmp_path, limits) as running, running.connected() as client:
        client.send(ADD)
        await client.reply()

        assert await client.reader.read() == b""


async def test_a_call_may_be_as_long_as_the_limit_and_no_longer(tmp_path: Path) -> None:
    """One byte more ends the connection with the reason."""
    size = len(encoded(ADD)) - 1
    async with serving(tmp_path, ControlLimits(request_size_max=size)) as running:
        fits = await running.exchange(encoded(ADD))
        too_long = await running.exchange(b" ".join([b"{", encoded(ADD)[1:]]))

    assert replies(fits) == [ONE]
    assert too_long == b"error: a message is longer than %d bytes\n" % size


async def test_a_command_has_a_limit(tmp_path: Path) -> None:
    """A text without end is not collected."""
    async with serving(tmp_path) as running:
        answer = await running.exchange(b"x" * 10_000)

    assert answer.startswith(b"error: a command is longer than")


async def test_connections_have_a_limit(tmp_path: Path) -> None:
    """One too many is told so at once; when another has left there is room again."""
    limits = ControlLimits(connections_max=1)
    too_many = error("io.tradestack.Daemon.TooMany", what="connections", limit=1)
    async with serving(tmp_path, limits) as running:
        async with running.connected() as first:
            first.send(ADD)
            await first.reply()
            async with running.connected() as second:
                assert await second.reply() == too_many
            first.writer.write_eof()
            await first.reader.read()
        answer = await running.exchange(encoded(ADD))
        while replies(answer) == [too_many]:  # the first one's end is being noticed
            answer = await running.exchange(encoded(ADD))

    assert replies(answer) == [ONE]


async def test_streams_have_a_limit(tmp_path: Path) -> None:
    """A stream too many is refused; other calls are not."""
    limits = ControlLimits(streams_max=1)
    too_many = error("io.tradestack.Daemon.TooMany", what="streams", limit=1)
    async with (
        serving(tmp_path, limits) as running,
        running.connected() as first,
        running.connected() as second,
    ):
        first.send({**COUNT, "parameters": {}})
        await first.reply()
        second.send(COUNT, ADD)

        assert [await second.reply(), await second.reply()] == [too_many, ONE]


async def test_a_peer_that_takes_no_bytes_is_disconnected(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A stream into a full socket ends at the deadline, with one log line."""
    limits = ControlLimits(reply_deadline_s=0.05)
    async with serving(tmp_path, limits) as running, running.connected() as client:
        client.writer.transport.pause_reading()
        client.send({**COUNT, "parameters": {"to": 10**9}})

        await running.abacus.streams_ended.wait()
        while not caplog.records:
            await asyncio.sleep(0)

    (record,) = caplog.records
    assert "takes no bytes" in record.getMessage()


# ---- who may change something --------------------------------------------------------------


async def test_a_change_is_logged_with_its_caller(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The handler and the log know uid and pid as the kernel does."""
    caplog.set_level(logging.INFO)
    async with serving(tmp_path) as running:
        answer = await running.exchange(encoded(SET))

        (caller,) = running.abacus.callers
    assert replies(answer) == [{"parameters": {}}]
    assert (caller.pid, caller.uid, caller.gid) == (os.getpid(), os.getuid(), os.getgid())
    assert set(caller.groups) == set(os.getgroups())
    (record,) = caplog.records
    assert f"method=io.test.Abacus.Set uid={os.getuid()} peer_pid={os.getpid()}" in (
        record.getMessage()
    )


ASK_AS = """\
import os, socket, sys
path, uid, gid, groups = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
os.setgroups([int(group) for group in groups.split()])
os.setgid(gid)
os.setuid(uid)
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(path)
    connection.sendall(sys.stdin.buffer.read())
    connection.shutdown(socket.SHUT_WR)
    while data := connection.recv(65536):
        sys.stdout.buffer.write(data)
"""


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that everybody can reach; pytest's own are closed."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize(
    ("gid", "groups", "may"),
    [(NOBODY, "", False), (4242, "", True), (NOBODY, "7 4242", True), (NOBODY, "7", False)],
)
async def test_changes_are_for_the_group_of_the_socket(
    open_directory: Path, gid: int, groups: str, may: bool
) -> None:
    """Main and supplementary groups count; an outsider may ask but not change."""
    async with serving(open_directory) as running:
        os.chown(running.path, 0, 4242)
        running.path.chmod(0o666)
        arguments = [str(running.path), str(NOBODY), str(gid), groups]
        process = await asyncio.create_subprocess_exec(
            "/usr/bin/python3", "-c", ASK_AS, *arguments, stdin=-1, stdout=-1
        )
        answer, _ = await process.communicate(encoded(SET) + encoded(ADD))

        denied = error(f"{SERVICE}.PermissionDenied")
        assert replies(answer) == [{"parameters": {}} if may else denied, ONE]
        assert running.abacus.value == ("x" if may else "")


# ---- the listener --------------------------------------------------------------------------


async def test_close_leaves_the_path_to_who_bound_it(tmp_path: Path) -> None:
    """systemd's socket must be there for the next start; open connections end."""
    async with serving(tmp_path) as running, running.connected() as client:
        client.send(ADD)
        await client.reply()

        await running.server.close()

        assert await client.reader.read() == b""
        assert running.path.is_socket()


async def test_the_backlog_stays_as_it_was(tmp_path: Path) -> None:
    """As many connections wait as the listener was told, not asyncio's hundred."""
    async with serving(tmp_path, backlog=0) as running:
        waiting = [socket.socket(socket.AF_UNIX) for _ in range(3)]
        refused = 0
        for connection in waiting:
            connection.settimeout(0)
            try:
                connection.connect(str(running.path))  # the loop does not run: nobody accepts
            except BlockingIOError:
                refused += 1
            connection.close()

    assert refused > 0


# ---- interfaces ----------------------------------------------------------------------------


def test_text_and_handlers_must_match() -> None:
    """A method without a handler, and a handler without a method, are found at construction."""
    text = "interface a.b\nmethod X() -> ()\nmethod Y() -> ()\n"

    def handler(_parameters: dict[str, Any], _peer: Peer) -> dict[str, Any]:
        return {}

    with pytest.raises(ValueError, match=r"\['Y', 'Z'\]"):
        Interface("a.b", text, {"X": Method(handler), "Z": Method(handler)})
    with pytest.raises(ValueError, match=r"a\.c is described as a\.b"):
        Interface("a.c", text, {})
    with pytest.raises(IdlError):
        Interface("a.b", text + "method", {})


async def test_a_faulty_handler_is_not_hidden(tmp_path: Path) -> None:
    """Our own mistake reaches the loop's exception handler, which decides for the daemon."""
    contexts: list[dict[str, Any]] = []
    async with serving(tmp_path) as running:
        asyncio.get_running_loop().set_exception_handler(lambda _, it: contexts.append(it))
        answer = await running.exchange(b"break\n")
        while not contexts:
            await asyncio.sleep(0)

    assert answer == b""
    assert isinstance(contexts[0]["exception"], ZeroDivisionError)


# ---- independent clients -------------------------------------------------------------------


VARLINK_CLIENT = """\
import sys, varlink
address = "unix:" + sys.argv[1]
with varlink.Client.new_with_address(address) as client, client.open("io.test.Abacus") as abacus:
    assert abacus.Add(2, 3) == {"sum": 5}
    assert [reply["numbers"] for reply in abacus.Count(2, _more=True)] == [[0], [1], []]
    abacus.Set("x", _oneway=True)
    try:
        abacus.Fail()
    except varlink.VarlinkError as error:
        assert error.error() == "io.test.Abacus.Refused", error.error()
        assert error.parameters() == {"why": "always"}
    else:
        sys.exit("no error")
    assert sorted(client.get_interfaces()) == ["io.test.Abacus", "org.varlink.service"]
"""


async def test_the_varlink_package_understands_us(tmp_path: Path) -> None:
    """PyPI's varlink introspects, calls, streams, and reads errors."""
    async with serving(tmp_path) as running:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-W", "ignore", "-c", VARLINK_CLIENT, str(running.path), stderr=-1
        )
        _, complaints = await process.communicate()

        assert (process.returncode, complaints) == (0, b"")
        assert running.abacus.value == "x"


async def test_netcat_reads_our_text(tmp_path: Path) -> None:
    """The line of the README: printf 'stats\\n' | nc -U -N SOCKET."""
    if shutil.which("nc") is None and not os.environ.get("CI"):
        pytest.skip("nc (netcat-openbsd) is not installed")
    async with serving(tmp_path) as running:
        process = await asyncio.create_subprocess_exec(
            "nc", "-U", "-N", str(running.path), stdin=-1, stdout=-1
        )
        answer, _ = await process.communicate(b"stats\n")

    assert (process.returncode, answer) == (0, b"sum: 0\n")
