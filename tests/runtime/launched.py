"""A real daemon under a supervisor that uses systemd's protocols."""

import contextlib
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.kit.socket_activation import start_with_sockets
from tradestack.net.control.client import ControlClient

ECHO_DAEMON = Path(__file__).with_name("echo_daemon.py")
DEADLINE_S = 60.0  # for anything that must happen; on a busy machine it happens late


class Launched:
    """A daemon process, its notify socket, and the sockets that were passed to it."""

    def __init__(
        self, directory: Path, config: str, *arguments: str, environment: Mapping[str, str]
    ) -> None:
        self.directory = directory
        self.config_path = directory / "echo.toml"
        self.write_config(config)
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(str(directory / "notify"))
        self._notify.settimeout(DEADLINE_S)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._control.bind(str(directory / "control.sock"))
        self._control.listen()
        self.address = self._listener.getsockname()
        self.notified: list[str] = []
        self.process = self._spawn(arguments, environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.communicate()
        for each in (self._notify, self._listener, self._control):
            each.close()

    def write_config(self, text: str) -> None:
        """Replace its config, except the state directory."""
        state = f'state_directory = "{self.directory / "state"}"\n'
        self.config_path.write_text(state + text)

    def wait_for(self, message: str) -> None:
        """Return when this line has come to the notify socket."""
        while message not in self.notified:
            self.notified += self._notify.recv(65536).decode("ascii").split("\n")

    def wait_for_exit(self) -> tuple[int, str]:
        """Return the exit status and the text of stderr."""
        _, stderr = self.process.communicate(timeout=DEADLINE_S)
        self._notify.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self.notified += self._notify.recv(65536).decode("ascii").split("\n")
        return self.process.returncode, stderr

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the daemon."""
        self.process.send_signal(number)

    def call(self, method: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Call a method of io.tradestack.Daemon."""
        with ControlClient(self.directory / "control.sock") as client:
            return client.call(f"io.tradestack.Daemon.{method}", parameters)

    def echo(self, text: str) -> str:
        """Return what the daemon sends back, "" if it dies of the text."""
        with socket.create_connection(self.address, timeout=DEADLINE_S) as connection:
            connection.sendall(text.encode())
            return connection.recv(4096).decode()

    def next_stderr_line(self) -> str:
        """Return the next line of stderr."""
        assert self.process.stderr is not None
        ready, _, _ = select.select([self.process.stderr], [], [], DEADLINE_S)
        assert ready, "no line came in time"
        line: str = self.process.stderr.readline()
        return line

    def _spawn(
        self, arguments: tuple[str, ...], environment: Mapping[str, str]
    ) -> "subprocess.Popen[str]":
        return start_with_sockets(
            [sys.executable, ECHO_DAEMON, "--config", self.config_path, *arguments],
            {"control": self._control, "echo": self._listener},
            environment={"NOTIFY_SOCKET": str(self.directory / "notify"), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


# launch(config text, *arguments, VARIABLE=value)
Launch = Callable[..., Launched]
