"""ControlServer: deadlines and limits, on real sockets."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.net.abacus import (
    ADD,
    COUNT,
    HOLD,
    ONE,
    SET,
    encoded,
    error,
    replies,
    serving,
)
from tradestack.net.allowance import Allowance
from tradestack.net.control.connection import ControlLimits
from tradestack.net.line_limit import LINES


async def test_silence_has_a_deadline(tmp_path: Path) -> None:
    """A silent peer is disconnected; between calls there is more time."""
    limits = ControlLimits(request_deadline_s=0.05, idle_deadline_s=60.0)
    async with serving(tmp_path, limits) as running, running.connected() as talker:
        talker.send(ADD)
        first = await talker.reply()
        async with running.connected() as silent:
            assert await silent.reader.read() == b""
        talker.send(ADD)

        assert [first, await talker.reply()] == [ONE, ONE]


async def test_an_idle_connection_is_closed(tmp_path: Path) -> None:
    """It ends some time after its last call."""
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
    """A line without end is not buffered."""
    async with serving(tmp_path) as running:
        answer = await running.exchange(b"x" * 10_000)

    assert answer.startswith(b"error: a command is longer than")


async def test_connections_have_a_limit(tmp_path: Path) -> None:
    """One too many gets an error at once; when another has left there is room again."""
    limits = ControlLimits(connections_max=1)
    too_many = error("io.tradestack.Daemon.TooMany", what="connections", limit=1)
    async with serving(tmp_path, limits) as running:
        async with running.connected() as first:
            first.send(HOLD)
            await running.abacus.holding.wait()
            async with running.connected() as second:
                assert await second.reply() == too_many
            running.abacus.released.set()
            await first.reply()
        assert replies(await running.exchange(encoded(ADD))) == [ONE]


async def test_an_idle_connection_makes_room(tmp_path: Path) -> None:
    """The oldest of those that wait for nothing is closed, whatever is under way goes on."""
    limits = ControlLimits(connections_max=3)
    async with (
        serving(tmp_path, limits) as running,
        running.connected() as busy,
        running.connected() as silent,
        running.connected() as idle,
    ):
        busy.send(HOLD)
        await running.abacus.holding.wait()
        idle.send(ADD)
        await idle.reply()
        for _ in range(50):
            assert replies(await running.exchange(encoded(ADD))) == [ONE]
        running.abacus.released.set()

        assert await busy.reply() == {"parameters": {}}
        assert await silent.reader.read() == b""
        idle.send(ADD)
        assert await idle.reply() == ONE


async def test_a_peer_that_leaves_while_it_is_turned_away_harms_nobody(tmp_path: Path) -> None:
    """The error that it does not read does not count as a fault of the daemon."""
    async with (
        serving(tmp_path, ControlLimits(connections_max=1), backlog=30) as running,
        running.connected() as first,
    ):
        first.send(HOLD)
        await running.abacus.holding.wait()
        for _ in range(20):
            with socket.socket(socket.AF_UNIX) as gone:
                gone.connect(str(running.path))
        running.abacus.released.set()

        assert await first.reply() == {"parameters": {}}


async def test_pipelined_calls_take_turns_with_the_rest_of_the_loop(tmp_path: Path) -> None:
    """Of thousands of calls that have come at once, each pass of the loop carries out one."""
    async with (
        serving(tmp_path) as running,
        running.connected() as first,
        running.connected() as second,
    ):
        for client in (first, second):
            client.send(*[{**SET, "oneway": True}] * 200)
        while len(running.abacus.callers) < 400:
            before = len(running.abacus.callers)
            await asyncio.sleep(0)
            assert len(running.abacus.callers) <= before + 1


async def test_work_beyond_the_share_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection whose calls have used the share up gets its next answer later."""
    async with serving(tmp_path) as running, running.connected() as client:
        client.send(ADD)
        await client.reply()
        running.server._share.spend(10**12)
        client.send(ADD)
        answer = asyncio.ensure_future(client.reply())
        for _ in range(100):
            await asyncio.sleep(0)
        assert not answer.done()
        monkeypatch.setattr(running.server._share, "_allowance", Allowance())

        assert await answer == ONE


async def test_the_streams_of_one_user_have_a_limit(tmp_path: Path) -> None:
    """Some are left for others."""
    limits = ControlLimits(streams_per_user_max=1)
    too_many = error("io.tradestack.Daemon.TooMany", what="streams of a user", limit=1)
    async with (
        serving(tmp_path, limits) as running,
        running.connected() as first,
        running.connected() as second,
    ):
        first.send({**COUNT, "parameters": {}})
        await first.reply()
        second.send(COUNT)

        assert await second.reply() == too_many


async def test_the_log_lines_of_one_user_have_a_limit(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A peer that breaks the protocol again and again does not fill the log."""
    async with serving(tmp_path) as running:
        for _ in range(LINES.burst + 10):
            await running.exchange(b"{nonsense}\0")

    assert sum("protocol violation" in text for text in caplog.messages) == LINES.burst


async def test_streams_have_a_limit(tmp_path: Path) -> None:
    """One stream too many is refused; other calls are not."""
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


async def test_a_peer_that_reads_nothing_is_disconnected(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A stream into a full socket ends at the deadline, with one log line."""
    limits = ControlLimits(reply_deadline_s=0.05)
    async with serving(tmp_path, limits) as running, running.connected() as client:
        transport: Any = client.writer.transport  # it is one in both directions
        transport.pause_reading()
        client.send({**COUNT, "parameters": {"to": 10**9}})

        await running.abacus.streams_ended.wait()
        while not caplog.records:
            await asyncio.sleep(0)

    (record,) = caplog.records
    assert "reads no bytes" in record.getMessage()
