"""Servers of NATS JetStream on loopback ports: one, or a cluster of three.

with NatsServers(tmp_path, count=3, sync=Sync.ALWAYS) as servers:
    servers.urls, servers.kill(0), servers.start(0)
"""

import asyncio
import enum
import select
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tests.kit.free_ports import free_ports
from tradestack.engine.connection import connect
from tradestack.engine.faults import EngineError
from tradestack.engine.settings import EngineSettings
from tradestack.engine.stream import create_stream

POLL_S = 0.02
POLLS_MAX = 3_000  # a minute: an election takes seconds on a busy machine
PROGRAM = Path(sys.executable).parent / "nats-server"


class Sync(enum.Enum):
    """When a server writes to the disk what it has acknowledged."""

    DEFAULT = "2m"
    ALWAYS = "always"


class NatsServers:
    """Servers whose directories and ports survive their deaths; stopped at the end."""

    def __init__(
        self,
        directory: Path,
        count: int = 1,
        sync: Sync = Sync.DEFAULT,
        *,
        more: str = "",
        domain: str = "",
    ) -> None:
        ports = free_ports(3 * count)
        self.ports = ports[:count]
        self._routes, self._monitors = ports[count : 2 * count], ports[2 * count :]
        self._directory = directory
        self._domain = domain  # of JetStream
        self._more = more  # lines for the configuration of each server
        self._sync = sync
        self._processes: list[subprocess.Popen[bytes] | None] = [None] * count

    def __enter__(self) -> Self:
        for number in range(len(self.ports)):
            self.launch(number)
        self.wait_ready()
        return self

    def __exit__(self, *_: object) -> None:
        for number in range(len(self.ports)):
            self.kill(number)

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of all servers."""
        return tuple(f"nats://127.0.0.1:{port}" for port in self.ports)

    def settings(self, name: str = "test") -> EngineSettings:
        """Return the settings of a client."""
        return EngineSettings(servers=self.urls, name=name)

    def store(self, number: int) -> Path:
        """Return the directory with a server's streams."""
        return self._directory / f"nats-{number}"

    def launch(self, number: int) -> None:
        """Start a server, without waiting."""
        argv: list[str | Path] = [PROGRAM, "--config", self._configured(number)]
        with (self._directory / f"nats-{number}.log").open("ab") as log:
            self._processes[number] = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def start(self, number: int) -> None:
        """Start a server again, and wait until it has caught up."""
        self.launch(number)
        self.wait_ready([number])

    def kill(self, number: int) -> None:
        """Kill a server that may be running, and wait until it is gone."""
        process = self._processes[number]
        if process is not None:
            process.kill()
            process.wait()
            self._processes[number] = None

    def signal(self, number: int, what: signal.Signals) -> None:
        """Send a signal to a running server."""
        process = self._processes[number]
        assert process is not None, "the server does not run"
        process.send_signal(what)

    def wait_ready(self, numbers: Sequence[int] | None = None) -> None:
        """Wait until these servers, or all, say that they are healthy."""
        for number in range(len(self.ports)) if numbers is None else numbers:
            for _ in range(POLLS_MAX):
                process = self._processes[number]
                assert process is not None, "the server was not started"
                assert process.poll() is None, self._log(number)
                if _is_healthy(self._monitors[number]):
                    break
                select.select([], [], [], POLL_S)
            else:
                raise AssertionError(f"server {number} is not healthy: {self._log(number)}")

    def _log(self, number: int) -> str:
        return (self._directory / f"nats-{number}.log").read_text()

    def _configured(self, number: int) -> Path:
        lines = [
            f"server_name: {self._domain}n{number}",
            f'listen: "127.0.0.1:{self.ports[number]}"',
            f'http: "127.0.0.1:{self._monitors[number]}"',
            "jetstream {",
            f'store_dir: "{self.store(number)}"',
            f"sync_interval: {self._sync.value}",
            f"domain: {self._domain}" if self._domain else "",
            "}",
            self._more,
        ]
        if len(self.ports) > 1:
            routes = ", ".join(f'"nats://127.0.0.1:{port}"' for port in self._routes)
            listen = f'listen: "127.0.0.1:{self._routes[number]}"'
            lines.append(f"cluster {{ name: c, {listen}, routes: [{routes}] }}")
        path = self._directory / f"nats-{number}.conf"
        path.write_text("\n".join(lines) + "\n")
        return path


async def create_replicated_stream(settings: EngineSettings, name: str) -> None:
    """Create a stream of three copies; ask again while the servers elect its leader."""
    for _ in range(POLLS_MAX):
        try:
            async with await connect(settings) as connection:
                await create_stream(connection, name, replicas=3)
                return
        except EngineError as error:
            refusal = error
            await asyncio.sleep(POLL_S)
    raise AssertionError(f"stream {name} cannot be created: {refusal}")


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
