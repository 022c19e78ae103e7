"""The smallest real daemon: it echoes what comes in on its TCP socket, and counts it.

Its config makes it misbehave, so that tests can watch how the runtime deals with that.
"""

import asyncio
import enum
import errno
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.net.addresses import Address
from tradestack.net.control.interface import Interface
from tradestack.observe.levels import Level
from tradestack.observe.metrics import COUNTER, Metric
from tradestack.observe.statistics import LatencyHistogram
from tradestack.runtime.config.keys import Reload, key
from tradestack.runtime.config.shared_keys import DaemonConfig
from tradestack.runtime.config.values import Choice, FilePath, TcpAddress, Text
from tradestack.runtime.main import run
from tradestack.runtime.program import Program, Tool
from tradestack.runtime.service import Context


class Behaviour(enum.Enum):
    """What the daemon does besides echoing."""

    SERVE = "serve"
    CRASH_AT_START = "crash-at-start"
    CRASH_ON_INPUT = "crash-on-input"
    CRASH_IN_CALLBACK = "crash-in-callback"
    REFUSE_AT_START = "refuse-at-start"
    DISK_FULL_AT_START = "disk-full-at-start"
    STALL = "stall"
    NEVER_READY = "never-ready"
    START_ON_FILE = "start-on-file"
    NEVER_STOP = "never-stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoConfig(DaemonConfig):
    """The keys of every daemon, and a few of its own."""

    listen: Address = key("127.0.0.1:0", TcpAddress(), reload=Reload.RESTART)
    behaviour: Behaviour = key("serve", Choice(Behaviour), reload=Reload.RESTART)
    prefix: str = key("echo", Text(), reload=Reload.AT_ONCE)
    suffix: str = key("", Text(".*"), reload=Reload.NEXT_SESSION)
    password_file: Path | None = key(None, FilePath(), reload=Reload.RESTART)


class Echo:
    """The service."""

    def __init__(self, context: Context[EchoConfig]) -> None:
        self._context = context
        self._config = context.config
        self._listener = context.listeners["echo"]
        self._echoed_total = 0

    async def start(self) -> None:
        """Serve, or misbehave."""
        (self._context.state_directory / "address").write_text(str(self._listener.getsockname()))
        match self._config.behaviour:
            case Behaviour.CRASH_AT_START:
                raise RuntimeError("crashed by its config")
            case Behaviour.DISK_FULL_AT_START:
                raise OSError(errno.ENOSPC, "No space left on device")
            case Behaviour.REFUSE_AT_START:
                raise OperatorFault("echo", "refused by its config", "change behaviour")
            case Behaviour.NEVER_READY:
                self._context.notifier.extend_timeout(60)
                await asyncio.Event().wait()
            case Behaviour.START_ON_FILE:
                await self._wait_for_file()
        self._context.spawn(self._accept(), "accept")

    async def _wait_for_file(self) -> None:
        """Return when a test has made the file "go"."""
        self._context.notifier.extend_timeout(60)
        while not (self._context.state_directory / "go").exists():
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Return, or take forever."""
        if self._config.behaviour is Behaviour.NEVER_STOP:
            await asyncio.Event().wait()

    def reload(self, config: EchoConfig) -> None:
        """Apply the prefix, refuse one of them; the suffix waits for the input "session"."""
        if config.prefix == "refused":
            raise OperatorFault("prefix", "'refused' is not allowed", "change it")
        self._config = config

    def stats(self) -> dict[str, object]:
        """Return one counter of the session and one of the process."""
        return {"echoed_total": self._echoed_total, "process": {"echoed": self._echoed_total}}

    def histograms(self) -> Mapping[str, LatencyHistogram]:
        """Return none."""
        return {}

    def status(self) -> str:
        """Return text that is not ASCII, which sdnotify alone would lose."""
        return f"{self._config.prefix} → {self._echoed_total}"

    def levels(self) -> Sequence[Level]:
        """Return how many messages of a hundred were sent back."""
        return [Level.of("messages", self._echoed_total, 100, "restart it")]

    def stalled(self, now_ns: int) -> str | None:
        """Return a reason if the config asks for one."""
        return "stuck by its config" if self._config.behaviour is Behaviour.STALL else None

    def interfaces(self) -> Sequence[Interface]:
        """Return none."""
        return ()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(self._listener)
            await self._echo(connection)

    async def _echo(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with connection:
            while data := await loop.sock_recv(connection, 4096):
                if self._config.behaviour is Behaviour.CRASH_ON_INPUT:
                    raise RuntimeError("crashed by its config")
                if self._config.behaviour is Behaviour.CRASH_IN_CALLBACK:
                    loop.call_soon(lambda: 1 // 0)
                if data == b"session":
                    self._context.session_began()
                self._echoed_total += 1
                await loop.sock_sendall(connection, self._config.prefix.encode() + b" " + data)


def _greet(name: str, config: Path | None, _details: Mapping[str, str]) -> int:
    print(f"hello {name}{f' by {config}' if config else ''}")
    return 3


if __name__ == "__main__":
    run(
        Program(
            name="echo",
            description="Send back what comes in.",
            config_type=EchoConfig,
            config_path="/etc/tradestack/echo.toml",
            addresses={"echo": "listen"},
            build=Echo,
            metrics=(
                Metric("echoed_total", COUNTER, "messages", "Messages sent back."),
                Metric("process.echoed", COUNTER, "messages", "Messages sent back."),
            ),
            tools=(Tool(option="--greet", metavar="NAME", description="greet", run=_greet),),
        )
    )
