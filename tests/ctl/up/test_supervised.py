"""A daemon that is started again when it dies."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.ctl.up.children import script_command
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.up.child_process import ChildDied
from tradestack.ctl.up.supervised import AfterDeath, Supervised

Use = Callable[[Supervised, "asyncio.Task[ChildDied]", asyncio.Event], Awaitable[None]]
READY_THEN_WAIT = "notify.send(b'READY=1'); signal.pause()"
DEADLINE_S = 60


def supervise(directory: Path, script: str, after_death: AfterDeath, use: Use) -> list[str]:
    """Run the script under supervision while `use` runs; return the lines that were logged.

    The event passed to `use` is set when a line is logged.
    """
    lines: list[str] = []

    async def watched() -> None:
        command = script_command(directory, script)
        logged = asyncio.Event()

        def on_line(_name: str, line: str) -> None:
            lines.append(line)
            logged.set()

        daemon = Supervised(command, on_line, after_death)
        watch = asyncio.create_task(daemon.watch())
        try:
            await asyncio.wait_for(use(daemon, watch, logged), DEADLINE_S)
        finally:
            watch.cancel()
            daemon.child.send_signal(signal.SIGKILL)
            await daemon.child.exited

    asyncio.run(watched())
    return lines


def test_a_killed_daemon_is_started_again(tmp_path: Path) -> None:
    """It gets ready once more in another process, and the death is logged."""

    async def kill_once(
        daemon: Supervised, _watch: "asyncio.Task[ChildDied]", logged: asyncio.Event
    ) -> None:
        await daemon.is_ready.wait()
        first = daemon.child
        first.send_signal(signal.SIGKILL)
        await logged.wait()
        await daemon.is_ready.wait()

        assert daemon.child.pid != first.pid
        assert daemon.respawns == 1

    lines = supervise(tmp_path, READY_THEN_WAIT, AfterDeath.RESPAWN, kill_once)

    assert lines == ["x was killed by SIGKILL; starting it again"]


@pytest.mark.parametrize(
    ("after_death", "status"),
    [(AfterDeath.END, 1), (AfterDeath.RESPAWN, ExitStatus.OPERATOR_FAULT)],
)
def test_a_final_death_is_returned(tmp_path: Path, after_death: AfterDeath, status: int) -> None:
    """Without respawning any death is final; with it, only a fault of the operator's."""

    async def wait(
        daemon: Supervised, watch: "asyncio.Task[ChildDied]", _logged: asyncio.Event
    ) -> None:
        death = await watch

        assert death.exit_code == status
        assert daemon.respawns == 0

    supervise(tmp_path, f"sys.exit({status})", after_death, wait)
