"""One `tradestackctl up --respawn` in a directory: to query, to kill and to stop."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.kit.stack import READY_MARK, TRADESTACKCTL
from tests.kit.state_directory import StateDirectory
from tradestack.ctl.up.display.progress import StackStats
from tradestack.net.addresses import Address
from tradestack.net.client.login import Credentials
from tradestack.net.control.async_call import control_call
from tradestack.net.control.client import ControlFault
from tradestack.runtime.process.fail_points import VARIABLE, FailPoint

READY_DEADLINE_S = 60.0
STOP_DEADLINE_S = 60.0
ASK_DEADLINE_S = 120.0
POLL_S = 0.005
RUNNING_STATES = "RSD"  # neither stopped nor ended
ENDED_STATES = "ZX"  # nothing of the process is left but its exit status
RESPAWN_PHRASE = "; starting it again"  # of `up`, about a daemon
_ENDS_WITH_US = ("setpriv", "--pdeathsig", "TERM")
GATEWAY, ORDER_MANAGER = "gateway", "order-manager"


class RunFailed(Exception):
    """`up` ended when it should not, or did not end when it should; with its last lines."""


class RunningStack:
    """`up` and its daemons, whose log lines go to the file `log`, by default `up.log`."""

    def __init__(
        self,
        directory: Path,
        strategies: Mapping[str, str],
        log: Path | None = None,
        within: Sequence[str] = (),
    ) -> None:
        """strategies: instance → user; within: a command that runs `up`."""
        self.directory = directory
        self.files = StateDirectory(directory)
        self.strategies = strategies
        self.daemons = (GATEWAY, ORDER_MANAGER, *(f"strategy-{name}" for name in strategies))
        self.lines: list[str] = []  # log lines of all starts
        self._log = log or directory / "up.log"
        self._fail_points = directory.absolute() / "fail_points"
        self._within = within
        self._process: asyncio.subprocess.Process | None = None
        self._drain: asyncio.Task[None] | None = None

    def arm(self, fail_points: str) -> None:
        """Arm these fail points, and no others, in each daemon that starts from now on."""
        self.directory.mkdir(parents=True, exist_ok=True)
        new = self._fail_points.with_suffix(".new")
        new.write_text(fail_points)
        new.replace(self._fail_points)

    async def start(self, options: Sequence[str], *, fail_points: str = "") -> None:
        """Start; return when all daemons are ready. Raises RunFailed."""
        self.arm(fail_points)
        self._process = await asyncio.create_subprocess_exec(
            *(*_ENDS_WITH_US, *self._within, TRADESTACKCTL),
            *("up", "--respawn", "--json", "--verbose"),
            *("--state-dir", str(self.directory), *options),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=1 << 20,
            env={**os.environ, VARIABLE: f"@{self._fail_points}"},
        )
        is_ready = asyncio.Event()
        self._drain = asyncio.create_task(self._read_lines(is_ready))
        try:
            async with asyncio.timeout(READY_DEADLINE_S):
                await is_ready.wait()
        except TimeoutError:
            raise self.failed("was not ready in time") from None
        if self._process.returncode is not None or self._drain.done():
            raise self.failed("ended at its start")

    async def stop(self) -> dict[str, Any]:
        """Stop by Ctrl-C; return the result that `up` printed. Raises RunFailed."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)
        try:
            async with asyncio.timeout(STOP_DEADLINE_S):
                assert self._process.stdout is not None
                result = await self._process.stdout.read()
                await self._process.wait()
        except TimeoutError:
            raise self.failed("did not stop") from None
        if self._process.returncode != 0:
            raise self.failed(f"ended with {self._process.returncode}")
        stats: dict[str, Any] = json.loads(result)
        return stats

    @property
    def has_ended(self) -> bool:
        """Whether `up` does not run."""
        return self._process is None or self._process.returncode is not None

    async def kill(self) -> None:
        """Kill `up`, whose daemons then stop; wait until none of them runs."""
        if self._process is not None and self._process.returncode is None:
            daemons = self.pids().values()
            for pid in daemons:
                os.kill(pid, signal.SIGCONT)
            self._process.kill()
            await self._process.wait()
            async with asyncio.timeout(STOP_DEADLINE_S):
                while any(_state_of(pid) not in ENDED_STATES for pid in daemons):
                    await asyncio.sleep(POLL_S)
        if self._drain is not None:
            await self._drain

    @property
    def restarted_users(self) -> frozenset[str]:
        """The users whose strategy has died and was started again."""
        deaths = [line for line in self.lines if RESPAWN_PHRASE in line]
        return frozenset(
            user
            for name, user in self.strategies.items()
            if any(f"strategy-{name}" in line for line in deaths)
        )

    # ---- queries -----------------------------------------------------------------------------

    @property
    def feed(self) -> Address:
        """The address of the gateway."""
        return self.files.address(GATEWAY)

    @property
    def orders(self) -> Address:
        """The address of the order manager."""
        return self.files.address(ORDER_MANAGER)

    @property
    def order_managers(self) -> tuple[Address]:
        """The address of the order manager, as clients of several have them."""
        return (self.orders,)

    def credentials(self, name: str) -> Credentials:
        """Return the credentials of a strategy instance, or of another user of that name."""
        return Credentials(self.strategies.get(name, name), self.files.password(name))

    async def call(
        self, daemon: str, method: str, parameters: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Call a method of a daemon. Raises ControlFault."""
        path = self.files.control(daemon)
        return await control_call(path, method, parameters, deadline_s=ASK_DEADLINE_S)

    async def set_pace(self, pace: str) -> None:
        """Set the gateway's pace from the next tick on."""
        await self.call(GATEWAY, "io.tradestack.Gateway.SetPace", {"pace": pace})

    async def stats_of(self, daemon: str) -> dict[str, Any]:
        """Return the stats of one daemon. Raises ControlFault."""
        stats: dict[str, Any] = (await self.call(daemon, "io.tradestack.Daemon.GetStats"))["stats"]
        return stats

    async def stats(self) -> StackStats | None:
        """Return the stats of all daemons; None while one of them does not run."""
        try:
            gateway, manager, *strategies = [await self.stats_of(name) for name in self.daemons]
        except ControlFault:
            return None
        named = dict(zip(self.strategies, strategies, strict=True))
        return StackStats(gateway=gateway, order_manager=manager, strategies=named, respawns={})

    # ---- attacks -----------------------------------------------------------------------------

    def pids(self) -> dict[str, int]:
        """Return the pids of the daemons that run."""
        assert self._process is not None
        named = {_daemon_of(pid): pid for pid in _children_of(self._process.pid)}
        return {name: named[name] for name in self.daemons if name in named}

    def signal(self, daemon: str, number: signal.Signals) -> bool:
        """Send a signal to a daemon; return whether it ran."""
        pid = self.pids().get(daemon)
        if pid is None:
            return False
        os.kill(pid, number)  # its pid is not reused before `up` has reaped it
        return True

    async def hold(self) -> None:
        """Stop `up`, so that it starts nothing in place of a daemon that ends. Raises RunFailed."""
        if self._process is None or self.has_ended:
            raise self.failed("has ended")
        self._process.send_signal(signal.SIGSTOP)
        while _state_of(self._process.pid) in RUNNING_STATES:
            await asyncio.sleep(POLL_S)

    async def pause(self) -> None:
        """Stop all daemons; return when none of them is in a system call."""
        pids = self.pids().values()
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        while any(_state_of(pid) in RUNNING_STATES for pid in pids):
            await asyncio.sleep(POLL_S)

    async def cut_power(self) -> None:
        """End all processes at once, as a power cut does; what they wrote stays.

        Raises RunFailed if `up` has ended.
        """
        await self.hold()
        assert self._process is not None
        up = self._process.pid
        while children := [pid for pid in _children_of(up) if _state_of(pid) not in ENDED_STATES]:
            for pid in children:
                os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(POLL_S)
        await self.kill()

    # ---- inside ------------------------------------------------------------------------------

    async def _read_lines(self, is_ready: asyncio.Event) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        with self._log.open("a") as log:
            async for line in self._process.stderr:
                text = line.decode(errors="replace")
                log.write(text)
                log.flush()
                self.lines.append(text.rstrip())
                if READY_MARK in line:
                    is_ready.set()
        is_ready.set()

    def failed(self, what: str) -> RunFailed:
        """Describe what `up` did, with its last lines."""
        return RunFailed("\n".join([f"`up` {what}; its last lines:", *self.lines[-20:]]))


def fail_points_hit(lines: Sequence[str]) -> list[str]:
    """Return the fail points that daemons reached, in the order of their log lines."""
    return [
        point.value
        for line in lines
        for point in FailPoint
        if f"fail point reached: {point.value}" in line and " up | " not in line
    ]


def _children_of(pid: int) -> list[int]:
    """Return the pids of a process's children, zombies included; none if it has ended."""
    try:
        return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _state_of(pid: int) -> str:
    """Return the letter of a process's state, as proc_pid_stat(5) has it; X if it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return "X"
    return stat.rpartition(") ")[2][0]


def _daemon_of(pid: int) -> str | None:
    """Return the daemon's name by its command line; None for another or an ended process."""
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return None
    for index, argument in enumerate(arguments):
        program = argument.rpartition(b"/")[2].decode(errors="replace")
        if program == "tradestack-strategy":
            return f"strategy-{arguments[index + 1].decode()}"
        if program.startswith("tradestack-"):
            return program.removeprefix("tradestack-")
    return None
