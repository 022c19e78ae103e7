"""ControlServer: calls, streams and their ends, on real sockets."""

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.net.abacus import (
    ADD,
    COUNT,
    ONE,
    SERVICE,
    SET,
    encoded,
    error,
    replies,
    serving,
)


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
        ({"method": "io.test.Abacus.Fail"}, error("io.test.Abacus.Rejection", why="always")),
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
    """Each call gets its one reply, and the connection goes on."""
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
    assert "method Add(a: int, b: ?int) -> (sum: int)" in texts["io.test.Abacus"]
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
    """The generator is closed when the peer has gone, even if it has nothing to send."""
    async with serving(tmp_path) as running:
        async with running.connected() as client:
            client.send({**COUNT, "parameters": {}})
            await client.reply()

        await running.abacus.streams_ended.wait()


async def test_a_peer_that_leaves_before_its_reply_ends_nothing_else(tmp_path: Path) -> None:
    """Its connection is reset, for an unread reply, while the next reply is made."""
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


async def test_invalid_call_is_answered_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The peer gets the reason, the log one line with its uid; earlier calls are answered."""
    async with serving(tmp_path) as running:
        answer = await running.exchange(encoded(ADD) + b"{nonsense\0" + encoded(ADD))

    assert answer.startswith(b'{"parameters":{"sum":1}}\0error: not a Varlink call')
    assert answer.endswith(b"\n")
    (record,) = caplog.records
    assert f"uid {os.getuid()}" in record.getMessage()


async def test_close_leaves_the_path_to_its_owner(tmp_path: Path) -> None:
    """systemd's socket must be there for the next start; open connections end."""
    async with serving(tmp_path) as running, running.connected() as client:
        client.send(ADD)
        await client.reply()

        await running.server.close()

        assert await client.reader.read() == b""
        assert running.path.is_socket()


async def test_the_backlog_stays_as_it_was(tmp_path: Path) -> None:
    """The queue has the length of the listener's backlog, not asyncio's hundred."""
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


async def test_a_faulty_handler_is_not_hidden(tmp_path: Path) -> None:
    """A fault of ours reaches the loop's exception handler, which ends the daemon."""
    contexts: list[dict[str, Any]] = []
    async with serving(tmp_path) as running:
        asyncio.get_running_loop().set_exception_handler(lambda _, it: contexts.append(it))
        answer = await running.exchange(b"break\n")
        while not contexts:
            await asyncio.sleep(0)

    assert answer == b""
    assert isinstance(contexts[0]["exception"], ZeroDivisionError)


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
        assert error.error() == "io.test.Abacus.Rejection", error.error()
        assert error.parameters() == {"why": "always"}
    else:
        sys.exit("no error")
    assert sorted(client.get_interfaces()) == ["io.test.Abacus", "org.varlink.service"]
"""


async def test_a_foreign_client_is_served(tmp_path: Path) -> None:
    """PyPI's varlink introspects, calls, streams, and reads errors."""
    async with serving(tmp_path) as running:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-W", "ignore", "-c", VARLINK_CLIENT, str(running.path), stderr=-1
        )
        _, complaints = await process.communicate()

        assert (process.returncode, complaints) == (0, b"")
        assert running.abacus.value == "x"
