"""directory, options → one `tradestackctl up --respawn` in it, to be asked, hurt and stopped."""

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
from tradestack.ctl.up.control_call import control_call
from tradestack.ctl.up.progress import StackStats
from tradestack.net.addresses import Address
from tradestack.net.client.login import Credentials
from tradestack.net.control.client import ControlFault
from tradestack.runtime.fail_points import VARIABLE

READY_DEADLINE_S = 60.0
STOP_DEADLINE_S = 60.0
ASK_DEADLINE_S = 10.0
GATEWAY, ORDER_MANAGER = "gateway", "order-manager"


class RunFailed(Exception):
    """`up` ended when it should not, or did not when it should; with its last words."""


class RunningStack:
    """`up` and its daemons. What they say goes to `up.log` in the directory."""

    def __init__(self, directory: Path, strategies: Mapping[str, str]) -> None:
        """strategies: instance → user."""
        self.directory = directory
        self.files = StateDirectory(directory)
        self.strategies = strategies
        self.daemons = (GATEWAY, ORDER_MANAGER, *(f"strategy-{name}" for name in strategies))
        self.lines: list[str] = []  # what was said since the start
        self._process: asyncio.subprocess.Process | None = None
        self._drain: asyncio.Task[None] | None = None

    async def start(self, options: Sequence[str], *, fail_points: str = "") -> None:
        """Returns when all daemons are ready. Raises RunFailed."""
        self.lines = []
        self._process = await asyncio.create_subprocess_exec(
            TRADESTACKCTL,
            *("up", "--respawn", "--json", "--state-dir", str(self.directory), *options),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=1 << 20,
            env={**os.environ, VARIABLE: fail_points},
        )
        is_ready = asyncio.Event()
        self._drain = asyncio.create_task(self._read_lines(is_ready))
        try:
            async with asyncio.timeout(READY_DEADLINE_S):
                await is_ready.wait()
        except TimeoutError:
            raise self._failed("was not ready in time") from None
        if self._process.returncode is not None or self._drain.done():
            raise self._failed("ended at its start")

    async def stop(self) -> dict[str, Any]:
        """By Ctrl-C; the result it printed. Raises RunFailed."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)
        try:
            async with asyncio.timeout(STOP_DEADLINE_S):
                assert self._process.stdout is not None
                result = await self._process.stdout.read()
                await self._process.wait()
        except TimeoutError:
            raise self._failed("did not stop") from None
        if self._process.returncode != 0:
            raise self._failed(f"ended with {self._process.returncode}")
        stats: dict[str, Any] = json.loads(result)
        return stats

    async def kill(self) -> None:
        """For the way out; the daemons end with it."""
        if self._process is not None and self._process.returncode is None:
            for daemon in self.daemons:
                self.signal(daemon, signal.SIGCONT)
            self._process.kill()
            await self._process.wait()
        if self._drain is not None:
            await self._drain

    # ---- asking ------------------------------------------------------------------------------

    @property
    def feed(self) -> Address:
        """The gateway's port."""
        return self.files.address(GATEWAY)

    @property
    def orders(self) -> Address:
        """The order manager's port."""
        return self.files.address(ORDER_MANAGER)

    def credentials(self, instance: str) -> Credentials:
        """What the strategy logs in with."""
        return Credentials(self.strategies[instance], self.files.password(instance))

    async def call(
        self, daemon: str, method: str, parameters: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Asks a daemon. Raises ControlFault."""
        path = self.files.control(daemon)
        return await control_call(path, method, parameters, deadline_s=ASK_DEADLINE_S)

    async def set_pace(self, pace: str) -> None:
        """From the next tick on."""
        await self.call(GATEWAY, "io.tradestack.Gateway.SetPace", {"pace": pace})

    async def stats_of(self, daemon: str) -> dict[str, Any]:
        """One daemon's counters. Raises ControlFault."""
        stats: dict[str, Any] = (await self.call(daemon, "io.tradestack.Daemon.GetStats"))["stats"]
        return stats

    async def stats(self) -> StackStats | None:
        """Of all; None while one of them is not there."""
        try:
            gateway, manager, *strategies = [await self.stats_of(name) for name in self.daemons]
        except ControlFault:
            return None
        named = dict(zip(self.strategies, strategies, strict=True))
        return StackStats(gateway=gateway, order_manager=manager, strategies=named, respawns={})

    # ---- hurting -----------------------------------------------------------------------------

    def pids(self) -> dict[str, int]:
        """Those of the daemons that live."""
        assert self._process is not None
        up = self._process.pid
        found = {}
        with contextlib.suppress(FileNotFoundError):
            children = Path(f"/proc/{up}/task/{up}/children").read_text().split()
            for pid in map(int, children):
                name = _daemon_of(pid)
                if name in self.daemons:
                    found[name] = pid
        return found

    def signal(self, daemon: str, number: signal.Signals) -> bool:
        """Whether the daemon lived."""
        pid = self.pids().get(daemon)
        if pid is None:
            return False
        os.kill(pid, number)  # our grandchild, reaped by `up` alone: at worst it is a zombie
        return True

    async def cut_power(self) -> None:
        """Everybody dies at once, `up` included, and nobody comes to restart or stop anything."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        for pid in self.pids().values():
            os.kill(pid, signal.SIGKILL)
        await self.kill()

    # ---- inside ------------------------------------------------------------------------------

    async def _read_lines(self, is_ready: asyncio.Event) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        with (self.directory / "up.log").open("a") as log:
            async for line in self._process.stderr:
                text = line.decode(errors="replace")
                log.write(text)
                log.flush()
                self.lines.append(text.rstrip())
                if READY_MARK in line:
                    is_ready.set()
        is_ready.set()

    def _failed(self, what: str) -> RunFailed:
        return RunFailed("\n".join([f"`up` {what}; its last words:", *self.lines[-20:]]))


def _daemon_of(pid: int) -> str | None:
    """By the command line; None for what is no daemon, or none any more."""
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
