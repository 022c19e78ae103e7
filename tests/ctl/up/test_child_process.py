"""command, sockets → a supervised child."""

import asyncio
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tradestack.ctl.up.child_process import ChildCommand, ChildDied, ChildProcess
from tradestack.domain.faults import OperatorFault

NOTIFY = """
import os, socket, sys
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.connect(os.environ["NOTIFY_SOCKET"])
"""
DEADLINE_S = 60


def run(
    tmp_path: Path,
    script: str,
    use: Callable[[ChildProcess], Awaitable[None]],
    listeners: dict[str, socket.socket] | None = None,
) -> list[str]:
    """Starts a Python script as the child "x"; what it wrote."""
    lines: list[str] = []

    async def started() -> None:
        command = ChildCommand(
            name="x",
            argv=[sys.executable, "-c", NOTIFY + script],
            listeners=listeners or {},
            variables={"GREETING": "hello"},
            notify_path=tmp_path / "notify",
        )
        child = ChildProcess(command, lambda _, line: lines.append(line))
        try:
            await asyncio.wait_for(use(child), DEADLINE_S)
        finally:
            child.send_signal(signal.SIGKILL)
            await child.exited

    asyncio.run(started())
    return lines


def test_ready_is_heard(tmp_path: Path) -> None:
    """Status and variables come through as well."""

    async def use(child: ChildProcess) -> None:
        await child.wait_ready()
        assert child.status == "hello"

    run(
        tmp_path,
        "notify.send(f'STATUS={os.environ[\"GREETING\"]}\\nREADY=1'.encode()); sys.stdin.read();"
        "import signal; signal.pause()",
        use,
    )


def test_sockets_arrive_by_name_whatever_their_numbers(tmp_path: Path) -> None:
    """The child finds each where its name says, for its own pid, and no other descriptor."""
    script = """
assert os.environ["LISTEN_PID"] == str(os.getpid())
names = os.environ["LISTEN_FDNAMES"].split(":")
for number, name in enumerate(names, 3):
    print(name, socket.socket(fileno=number).getsockname()[1], flush=True)
print(sorted(int(fd) for fd in os.listdir("/proc/self/fd"))[:4])
"""

    async def use(child: ChildProcess) -> None:
        await child.exited

    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("", 0)) as other:
        lines = run(tmp_path, script, use, {"one": one, "other": other})
        assert lines[:2] == [f"one {one.getsockname()[1]}", f"other {other.getsockname()[1]}"]


def test_death_before_ready_has_its_last_words(tmp_path: Path) -> None:
    """The last line is the reason, even without its line break."""

    async def use(child: ChildProcess) -> None:
        with pytest.raises(ChildDied, match=r"^x ended with 5: the reason$") as caught:
            await child.wait_ready()
        assert caught.value.exit_code == 5

    run(tmp_path, "sys.stderr.write('words\\nthe reason'); sys.exit(5)", use)


def test_signal_that_killed_it_is_named(tmp_path: Path) -> None:
    """Not a number; what it happened to say before is no reason."""

    async def use(child: ChildProcess) -> None:
        with pytest.raises(ChildDied, match=r"^x was killed by SIGABRT$"):
            await child.wait_ready()

    run(tmp_path, "print('all is well', flush=True); os.abort()", use)


def test_program_that_is_not_there_is_said(tmp_path: Path) -> None:
    """As its last words."""

    async def started() -> None:
        command = ChildCommand(
            name="x",
            argv=[str(tmp_path / "none")],
            listeners={},
            variables={},
            notify_path=tmp_path / "notify",
        )
        with pytest.raises(ChildDied, match=r"cannot run .*none: No such file"):
            await ChildProcess(command, lambda _name, _line: None).wait_ready()

    asyncio.run(started())


def test_patience_ends_unless_asked_for_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EXTEND_TIMEOUT_USEC buys time; a child that says nothing more is given up."""
    monkeypatch.setattr("tradestack.ctl.up.child_process.READY_TIMEOUT_S", 0.0)

    async def use(child: ChildProcess) -> None:
        with pytest.raises(ChildDied, match="x was not ready in time: no status"):
            await child.wait_ready()

    run(tmp_path, "import signal; signal.pause()", use)


def test_long_line_is_passed_on_in_pieces(tmp_path: Path) -> None:
    """Memory does not grow with what a child says."""

    async def use(child: ChildProcess) -> None:
        await child.exited

    lines = run(tmp_path, "sys.stderr.write('x' * 1_000_000)", use)

    assert sum(map(len, lines)) == 1_000_000
    assert len(lines) > 1


def test_path_too_long_for_a_socket_is_said(tmp_path: Path) -> None:
    """An option changes it."""
    deep = tmp_path / ("x" * 100)
    deep.mkdir()

    async def use(child: ChildProcess) -> None:
        raise AssertionError("it must not come to this")

    with pytest.raises(OperatorFault, match="--state-dir"):
        run(deep, "", use)
