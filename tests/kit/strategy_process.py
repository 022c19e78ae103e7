"""A real strategy in a process of its own."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.kit.findable import make_tests_findable
from tradestack.ctl.toml import config_text
from tradestack.net.control.client import ControlClient, ControlFault

DEADLINE_S = 120
POLL_S = 0.01
INSTANCE = "news"


class StrategyProcess:
    """A strategy that is started and ended as systemd does; its log is one file over all runs."""

    def __init__(self, directory: Path, **keys: object) -> None:
        directory.mkdir(exist_ok=True)
        make_tests_findable()
        password = directory / "password"
        password.write_text("secret")
        self._config = directory / f"{INSTANCE}.toml"
        self._control = directory / f"strategy-{INSTANCE}.sock"
        self._log = directory / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self.program: Sequence[str] = ("-m", "tradestack_strategy")  # what the interpreter runs
        self._keys: dict[str, object] = {
            "user": "news",
            "start": "session",
            "password_file": str(password),
            "control_socket": str(self._control),
            "segment_suffix": "-of-nobody",
            **keys,
        }

    @property
    def log(self) -> str:
        """What all runs have logged."""
        return self._log.read_text()

    def start(self) -> None:
        """Start it, without waiting."""
        self._config.write_text(config_text(self._keys))
        command = [
            sys.executable,
            *self.program,
            INSTANCE,
            "--config",
            str(self._config),
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stderr=log)

    async def stats_when(self, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first stats that fulfil the condition."""
        stats: dict[str, Any] = {}
        async with asyncio.timeout(DEADLINE_S):
            while True:
                try:
                    stats = await asyncio.to_thread(self._stats)
                except ControlFault:
                    assert self._process is not None
                    assert self._process.poll() is None, self.log
                else:
                    if condition(stats):
                        return stats
                await asyncio.sleep(POLL_S)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None, "the strategy was not started"
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Wait for its end; return the exit status."""
        assert self._process is not None, "the strategy was not started"
        status = await asyncio.to_thread(self._process.wait, DEADLINE_S)
        self._process = None
        return status

    async def stop(self) -> int:
        """End it as systemd does; return the exit status."""
        self.signal(signal.SIGTERM)
        return await self.ended()

    async def kill(self) -> None:
        """End it as a power cut would."""
        self.signal(signal.SIGKILL)
        await self.ended()

    def close(self) -> None:
        """Kill it if it still runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _stats(self) -> dict[str, Any]:
        with ControlClient(self._control, reply_deadline_s=DEADLINE_S) as client:
            stats: dict[str, Any] = client.call("io.tradestack.Daemon.GetStats")["stats"]
            return stats
