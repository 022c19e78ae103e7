"""ControlServer: deadlines and limits, on real sockets."""

import asyncio
from pathlib import Path

import pytest

from tests.net.abacus import (
    ADD,
    COUNT,
    ONE,
    encoded,
    error,
    replies,
    serving,
)
from tradestack.net.control.connection import ControlLimits


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
        client.writer.transport.pause_reading()
        client.send({**COUNT, "parameters": {"to": 10**9}})

        await running.abacus.streams_ended.wait()
        while not caplog.records:
            await asyncio.sleep(0)

    (record,) = caplog.records
    assert "reads no bytes" in record.getMessage()
