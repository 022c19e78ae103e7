"""A supervised child process."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.ctl.up.children import script_command
from tradestack.ctl.up.child_process import ChildCommand, ChildDied, ChildProcess

DEADLINE_S = 60


def run(
    tmp_path: Path,
    script: str,
    use: Callable[[ChildProcess], Awaitable[None]],
    listeners: dict[str, socket.socket] | None = None,
) -> list[str]:
    """Run a Python script as the child "x" and return the lines that it wrote."""
    lines: list[str] = []

    async def started() -> None:
        command = script_command(tmp_path, script, listeners)
        child = ChildProcess(command, lambda _, line: lines.append(line))
        try:
            await asyncio.wait_for(use(child), DEADLINE_S)
        finally:
            child.send_signal(signal.SIGKILL)
            await child.exited

    asyncio.run(started())
    return lines


def test_ready_and_status_are_received(tmp_path: Path) -> None:
    """READY=1 and STATUS= arrive, and the child has the variables of its command."""

    async def use(child: ChildProcess) -> None:
        await child.wait_ready()
        assert child.status == "hello"

    run(
        tmp_path,
        "notify.send(f'STATUS={os.environ[\"GREETING\"]}\\nREADY=1'.encode()); sys.stdin.read();"
        "signal.pause()",
        use,
    )


def test_listeners_are_passed_by_name(tmp_path: Path) -> None:
    """The child finds each listener at its number, and its own pid in LISTEN_PID."""
    script = """
assert os.environ["LISTEN_PID"] == str(os.getpid())
names = os.environ["LISTEN_FDNAMES"].split(":")
for number, name in enumerate(names, 3):
    print(name, socket.socket(fileno=number).getsockname()[1], flush=True)
"""

    async def use(child: ChildProcess) -> None:
        await child.exited

    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("", 0)) as other:
        lines = run(tmp_path, script, use, {"one": one, "other": other})
        assert lines == [f"one {one.getsockname()[1]}", f"other {other.getsockname()[1]}"]


def test_death_before_ready_has_the_last_line_of_output(tmp_path: Path) -> None:
    """The last line is the reason, even if it has no line break."""

    async def use(child: ChildProcess) -> None:
        with pytest.raises(ChildDied, match=r"^x exited with status 5: the reason$") as caught:
            await child.wait_ready()
        assert caught.value.exit_code == 5

    run(tmp_path, "sys.stderr.write('some line\\nthe reason'); sys.exit(5)", use)


def test_death_by_a_signal_names_the_signal(tmp_path: Path) -> None:
    """The last line of output is not given as the reason."""

    async def use(child: ChildProcess) -> None:
        with pytest.raises(ChildDied, match=r"^x was killed by SIGABRT$"):
            await child.wait_ready()

    run(tmp_path, "print('all is well', flush=True); os.abort()", use)


def test_a_missing_program_is_reported(tmp_path: Path) -> None:
    """The shell's message is the last line of output."""

    async def started() -> None:
        command = ChildCommand(
            name="x",
            argv=[str(tmp_path / "none")],
            listeners={},
            variables={},
            notify_path=tmp_path / "notify",
        )
        with pytest.raises(ChildDied, match=r"exited with status 127: .*none: not found"):
            await ChildProcess(command, lambda _name, _line: None).wait_ready()

    asyncio.run(started())


def test_a_child_that_does_not_get_ready_times_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After READY_TIMEOUT_S, unless it was extended, waiting fails."""
    monkeypatch.setattr("tradestack.ctl.up.child_process.READY_TIMEOUT_S", 0.0)

    async def use(child: ChildProcess) -> None:
        with pytest.raises(ChildDied, match="x was not ready in time: no status"):
            await child.wait_ready()

    run(tmp_path, "signal.pause()", use)


def test_a_long_line_is_passed_on_in_pieces(tmp_path: Path) -> None:
    """Memory does not grow with the length of a line."""

    async def use(child: ChildProcess) -> None:
        await child.exited

    lines = run(tmp_path, "sys.stderr.write('x' * 1_000_000)", use)

    assert sum(map(len, lines)) == 1_000_000
    assert len(lines) > 1
