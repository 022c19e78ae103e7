"""A daemon that is started again when it dies."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.ctl.up.children import script_command
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.up.child_process import ChildDied
from tradestack.ctl.up.supervised import (
    RESTART_DELAY_S,
    AfterDeath,
    Supervised,
)

Use = Callable[[Supervised, "asyncio.Task[ChildDied]", asyncio.Event], Awaitable[None]]
READY_THEN_WAIT = "notify.send(b'READY=1'); signal.pause()"
DEADLINE_S = 60
ROOT = Path(__file__).parents[3]


def supervise(directory: Path, script: str, after_death: AfterDeath, use: Use) -> list[str]:
    """Run the script under supervision while `use` runs; return the deaths that it outlived.

    The event passed to `use` is set at each of them.
    """
    lines: list[str] = []

    async def watched() -> None:
        command = script_command(directory, script)
        logged = asyncio.Event()

        def on_death(death: ChildDied) -> None:
            lines.append(str(death))
            logged.set()

        daemon = Supervised(command, lambda _name, _line: None, on_death, after_death)
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
    """It gets ready once more in another process, and the death is told."""

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

    assert lines == ["x was killed by SIGKILL"]


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


@pytest.mark.parametrize("script", ["sys.exit('no luck')", "notify.send(b'READY=1'); sys.exit(3)"])
def test_a_daemon_that_keeps_dying_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    """At the limit, the last death is returned, whether it was ready or not."""
    monkeypatch.setattr("tradestack.ctl.up.supervised.DEATHS_MAX", 3)
    monkeypatch.setattr("tradestack.ctl.up.supervised.RESTART_DELAY_S", 0)

    async def wait(
        daemon: Supervised, watch: "asyncio.Task[ChildDied]", _logged: asyncio.Event
    ) -> None:
        death = await watch

        assert str(death).startswith("x exited with status")
        assert str(death).endswith("; it keeps dying, giving up")
        assert daemon.keeps_dying

    deaths = supervise(tmp_path, script, AfterDeath.RESPAWN, wait)

    assert len(deaths) == 2


def test_what_is_killed_by_its_owner_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More often than a daemon may die, and also where a death ends the run."""
    monkeypatch.setattr("tradestack.ctl.up.supervised.DEATHS_MAX", 2)

    async def kill_often(
        daemon: Supervised, watch: "asyncio.Task[ChildDied]", _logged: asyncio.Event
    ) -> None:
        for _ in range(3):
            await daemon.is_ready.wait()
            daemon.kill()
            assert not daemon.is_ready.is_set()
        await daemon.is_ready.wait()
        assert not daemon.keeps_dying
        daemon.child.send_signal(signal.SIGTERM)
        death = await watch

        assert str(death) == "x was killed by SIGTERM"
        assert daemon.respawns == 3

    deaths = supervise(tmp_path, READY_THEN_WAIT, AfterDeath.END, kill_often)

    assert deaths == ["x was killed by SIGKILL"] * 3


def test_the_delay_is_that_of_the_units() -> None:
    """A daemon that is not ready is started again after as long as under systemd."""
    unit = (ROOT / "systemd" / "tradestack-gateway.service").read_text()

    assert f"RestartSec={RESTART_DELAY_S * 1000:g}ms\n" in unit
