"""A real order manager in a process of its own."""

import fcntl
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.kit.blocking_client import BlockingClient

from tradestack.net.server.users import new_salt, users_line

DEADLINE_S = 30  # what takes longer never happens
POLL_S = 0.01  # the control socket is asked, as there is no event to wait for
PASSWORD = "secret"
# Sockets are handed over at 3 and 4, as systemd does; LISTEN_PID is known only after the fork.
LAUNCH = 'exec 3<&"$1" 4<&"$2"; shift 2; ulimit -S -f "$1"; shift; export LISTEN_PID=$$; exec "$@"'
RUN_MODULE = ["-m", "tradestack_order_manager"]


class Daemon:
    """An order manager in a directory; its listening sockets outlive it, as under systemd."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.order_log = directory / "order_log.txt"
        self.state = directory / "state"
        self._errors = directory / "stderr"
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: list[BlockingClient] = []
        self._orders = socket.create_server(("127.0.0.1", 0))
        self._control = socket.socket(socket.AF_UNIX)
        self._control.bind(str(directory / "control"))
        self._control.listen()
        self.write_users()
        self.configure()

    def write_users(self) -> None:
        """Write two users, as install.sh does."""
        lines = [users_line(user, PASSWORD, salt=new_salt()) for user in ("news", "other")]
        (self.directory / "users").write_text("".join(lines))

    @property
    def address(self) -> str:
        """Return the address for orders."""
        return "{}:{}".format(*self._orders.getsockname())

    def configure(self, **keys: Any) -> None:
        """Write the config file."""
        table = {
            "users_file": str(self.directory / "users"),
            "order_log": str(self.order_log),
            "state_directory": str(self.state),
            "max_order_age": "0",
            **keys,
        }
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in table.items()]
        (self.directory / "config.toml").write_text("".join(lines))

    def start(self, *, command: list[str] | None = None, file_size_max: str = "unlimited") -> None:
        """Start it and wait until it is ready; file_size_max: KiB."""
        # Above whatever bash itself uses.
        descriptors = [
            fcntl.fcntl(sock, fcntl.F_DUPFD, 20) for sock in (self._orders, self._control)
        ]
        config = str(self.directory / "config.toml")
        arguments = [sys.executable, *(command or RUN_MODULE), "--config", config]
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                ["bash", "-c", LAUNCH, "launch", *map(str, descriptors), file_size_max, *arguments],
                pass_fds=descriptors,
                env={**os.environ, "LISTEN_FDS": "2", "LISTEN_FDNAMES": "orders:control"},
                stderr=errors,
            )
        for descriptor in descriptors:
            os.close(descriptor)
        self.stats()  # answered from the moment it is ready

    @property
    def pid(self) -> int:
        """Return the pid of the running process."""
        assert self._process is not None
        return self._process.pid

    @property
    def errors(self) -> str:
        """Return what all its processes have logged."""
        return self._errors.read_text()

    def signal(self, number: signal.Signals) -> None:
        """Send the signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def allow_any_file_size(self) -> None:
        """Allow any file size, as if room had been made on the disk."""
        _, hard = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (hard, hard))

    def wait(self) -> int:
        """Wait for its end; return the exit status."""
        assert self._process is not None
        status = self._process.wait(DEADLINE_S)
        self._process = None
        return status

    def kill(self) -> None:
        """Kill it, and wait for its end."""
        self.signal(signal.SIGKILL)
        self.wait()

    def stats(self) -> dict[str, Any]:
        """Call GetStats."""
        stats: dict[str, Any] = self.call("io.tradestack.Daemon.GetStats")["stats"]
        return stats

    def stats_when(self, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first stats that fulfil the condition."""
        for _ in range(int(DEADLINE_S / POLL_S)):
            stats = self.stats()
            if condition(stats):
                return stats
            select.select([], [], [], POLL_S)
        raise AssertionError(f"never: {stats}\n{self.errors}")

    def call(self, method: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Make one Varlink call; return its parameters, or the error as {"error": …}."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(DEADLINE_S)
            connection.connect(str(self.directory / "control"))
            call = {"method": method, "parameters": dict(parameters or {})}
            connection.sendall(json.dumps(call).encode() + b"\0")
            reply = b""
            while not reply.endswith(b"\0"):
                received = connection.recv(65_536)
                assert received, f"the daemon closed the control connection: {self.errors}"
                reply += received
        answer: dict[str, Any] = json.loads(reply[:-1])
        return answer if "error" in answer else answer.get("parameters", {})

    def client(self, user: str = "news", session: str = "", sequence: int = 1) -> BlockingClient:
        """Return a client that is logged in."""
        return self.raw_client(user).login(session, sequence)

    def raw_client(self, user: str = "news") -> BlockingClient:
        """Return a client that is connected and not logged in."""
        client = BlockingClient(self._orders.getsockname(), user, PASSWORD, deadline_s=DEADLINE_S)
        self._clients.append(client)
        return client

    def log_numbers(self) -> list[int]:
        """Return the order numbers in order_log.txt, line by line."""
        self.stats_when(lambda stats: not stats["order_log_behind"])  # lines follow their reports
        return [
            int(line.split()[3].rstrip(":")) for line in self.order_log.read_text().splitlines()
        ]

    def close(self) -> None:
        """Kill the process and close all sockets."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        for client in self._clients:
            client.close()
        self._orders.close()
        self._control.close()
