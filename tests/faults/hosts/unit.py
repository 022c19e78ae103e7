"""A process that is started again when it ends, as systemd does with the units of the project."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence
from pathlib import Path

RESTART_S = 0.5  # as RestartSec= in the units
OPERATOR_FAULT = 78  # as RestartPreventExitStatus= there
STOP_DEADLINE_S = 60.0
POLL_S = 0.01
_ENDS_WITH_US = ("setpriv", "--pdeathsig", "KILL")


class Unit:
    """A unit; exits: how its processes have ended, negative by a signal, as subprocess has it."""

    def __init__(self, name: str, argv: Sequence[str | Path], log: Path) -> None:
        self.name = name
        self.exits: list[int] = []
        self._argv = argv
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._supervision: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start it, and again whenever it ends but by an operator's fault."""
        self._supervision = asyncio.create_task(self._supervise())

    @property
    def pid(self) -> int | None:
        """The process that runs, if one does."""
        process = self._process
        return None if process is None or process.returncode is not None else process.pid

    @property
    def has_fault(self) -> bool:
        """Whether it waits for an operator."""
        return self.pid is None and self.exits[-1:] == [OPERATOR_FAULT]

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process, if one runs."""
        if (pid := self.pid) is not None:
            os.kill(pid, number)  # it is our child: not reused before it is reaped

    async def kill(self) -> None:
        """Kill the process, if one runs; return when it has ended."""
        if (pid := self.pid) is not None:
            os.kill(pid, signal.SIGKILL)
            while self.pid == pid:
                await asyncio.sleep(POLL_S)

    async def hold(self) -> None:
        """Kill it, and do not start it again."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Stop it as systemd does. Raises TimeoutError."""
        async with asyncio.timeout(STOP_DEADLINE_S):
            await self._end(signal.SIGTERM)

    def log_lines(self) -> list[str]:
        """Return what all processes have written."""
        return self._log.read_text(errors="replace").splitlines() if self._log.exists() else []

    async def _end(self, number: signal.Signals) -> None:
        if self._supervision is not None:
            self._supervision.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._supervision
        process = self._process
        if process is not None and process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.send_signal(number)
            self.exits.append(await process.wait())

    async def _supervise(self) -> None:
        while True:
            with self._log.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *(*_ENDS_WITH_US, *self._argv),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            status = await self._process.wait()
            self.exits.append(status)
            if status == OPERATOR_FAULT:
                return
            await asyncio.sleep(RESTART_S)
