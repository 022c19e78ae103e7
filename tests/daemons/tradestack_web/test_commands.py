"""Commands that the server runs for its visitors: how many, for whom, and how long."""

import asyncio
import os
from pathlib import Path

import pytest

from tradestack_web.http.errors import ApiError
from tradestack_web.routes import commands


async def is_refused(queue: commands.Commands, origin: str) -> bool:
    """Return whether one more command of the origin is refused at once."""
    with pytest.raises(ApiError) as raised:
        await queue.run(["more"], 30, origin)
    return raised.value.error == "busy"


def test_commands_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One runs and seven wait; who comes then is told to come back."""
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\ncat {gate}\necho "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(commands, "PROGRAM", program)

    async def scenario() -> None:
        queue = commands.Commands()
        tasks = [
            asyncio.create_task(queue.run([str(number)], 30, f"uid {number % 2}"))
            for number in range(commands.WAITING_MAX)
        ]
        await asyncio.sleep(0)
        assert await is_refused(queue, "uid 2")
        for number, task in enumerate(tasks):
            await asyncio.to_thread(gate.write_text, "")
            assert (await task).output == f"{number}\n".encode()

    asyncio.run(scenario())


def test_a_command_that_takes_too_long_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is left, and the next one has its turn."""
    program = tmp_path / "program"
    program.write_text('#!/bin/sh\n[ "$1" = quick ] || exec sleep 60\n')
    program.chmod(0o755)
    monkeypatch.setattr(commands, "PROGRAM", program)

    async def scenario() -> None:
        queue = commands.Commands()
        with pytest.raises(ApiError) as raised:
            await queue.run(["slow"], 0.05, "")
        assert raised.value.error == "too_late"
        assert (await queue.run(["quick"], 30, "")).status == 0

    asyncio.run(scenario())


def test_nobody_takes_all_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond its share an origin is told to come back; another one has its turn."""
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setattr(commands, "PROGRAM", program)

    async def scenario() -> None:
        queue = commands.Commands()
        share = commands.WAITING_PER_ORIGIN_MAX
        tasks = [asyncio.create_task(queue.run([], 30, "uid 1")) for _ in range(share)]
        await asyncio.sleep(0)
        assert await is_refused(queue, "uid 1")
        assert (await queue.run([], 30, "uid 2")).status == 0
        assert {(await task).status for task in tasks} == {0}
        assert (await queue.run([], 30, "uid 1")).status == 0

    asyncio.run(scenario())
