"""ControlServer: lines of text, as nc sends them, on real sockets."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from tests.net.abacus import (
    ADD,
    encoded,
    serving,
)
from tradestack.net.control.connection import ControlLimits


@pytest.mark.parametrize("line", [b"stats\n", b"stats", b" stats \r\n", b"stats\nhelp\n"])
async def test_a_line_of_text_is_answered_and_the_connection_closed(
    tmp_path: Path, line: bytes
) -> None:
    """The first line is the command, with or without its end."""
    async with serving(tmp_path) as running:
        assert await running.exchange(line) == b"sum: 0\n"


async def test_text_is_answered_before_the_half_close(tmp_path: Path) -> None:
    """`nc -U` without -N, or a person at a keyboard, does not have to end the input."""
    async with serving(tmp_path) as running, running.connected() as client:
        client.writer.write(b"he")
        await client.writer.drain()
        client.writer.write(b"lp\n")

        assert await client.reader.read() == b"commands: help, stats\n"


async def test_an_unknown_command_gets_the_list_of_commands(tmp_path: Path) -> None:
    """Control characters do not come back raw."""
    async with serving(tmp_path) as running:
        answer = await running.exchange(b"sta\x1bts\xff\n")

    assert answer.startswith(b"error: no command 'sta\\x1bts")
    assert b"break, help, stats" in answer


async def test_json_without_its_nul_gets_a_hint(tmp_path: Path) -> None:
    """It comes after the half-close, and after complete calls were answered."""
    async with serving(tmp_path) as running:
        answer = await running.exchange(encoded(ADD) + b'{"method":"io.test.Abacus.Add"}\n')

    assert answer.startswith(b'{"parameters":{"sum":1}}\0error: a Varlink message ends with a NUL')


async def test_json_without_its_nul_gets_a_hint_at_the_deadline(tmp_path: Path) -> None:
    """So does a peer that keeps its side open, however often it sends a byte."""
    limits = ControlLimits(request_deadline_s=0.05, idle_deadline_s=60.0, linger_s=0.0)
    async with serving(tmp_path, limits) as running, running.connected() as client:
        client.writer.write(b'{"method":')

        answer = await client.reader.read()

    assert answer.startswith(b"error: a Varlink message ends with a NUL")


async def test_netcat_reads_our_text(tmp_path: Path) -> None:
    """As in the manual: printf 'stats\\n' | nc -U -N SOCKET."""
    if shutil.which("nc") is None and not os.environ.get("CI"):
        pytest.skip("nc (netcat-openbsd) is not installed")
    async with serving(tmp_path) as running:
        process = await asyncio.create_subprocess_exec(
            "nc", "-U", "-N", str(running.path), stdin=-1, stdout=-1
        )
        answer, _ = await process.communicate(b"stats\n")

    assert (process.returncode, answer) == (0, b"sum: 0\n")
