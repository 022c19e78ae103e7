"""A real daemon in a process of its own, with the sockets that systemd would give it."""

import resource
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from tests.kit.blocking_client import BlockingClient
from tests.kit.socket_activation import start_with_sockets
from tradestack.ctl.toml import config_text
from tradestack.net.control.client import ControlClient, ControlFault
from tradestack.net.server.users import new_salt, users_line

DEADLINE_S = 120  # far above any wait, also on a busy machine
REPLY_DEADLINE_S = 1  # after which a starting daemon is checked for being alive
POLL_S = 0.01  # between two looks at the stats, which announce no change
PASSWORD = "secret"
FILE_SIZE_UNLIMITED = -1


class Daemon:
    """A daemon in a directory; its listening sockets survive it, as under systemd."""

    module: ClassVar[str]  # run with -m
    listener: ClassVar[str]  # the name of the TCP socket
    interface: ClassVar[str]  # of the control socket, beside io.tradestack.Daemon
    users: ClassVar[tuple[str, ...]]

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.within: Sequence[str] = ()  # a command that runs it, such as in another namespace
        self.state = directory / "state"
        self.control = directory / "control.sock"
        self._config = directory / "config.toml"
        self._users = directory / "users"
        self._errors = directory / "stderr"
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: list[BlockingClient] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._control_listener = socket.socket(socket.AF_UNIX)
        self._control_listener.bind(str(self.control))
        self._control_listener.listen()
        self.write_users()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- files -------------------------------------------------------------------------------

    def write_users(self, *users: str) -> None:
        """Write the users file with a new salt: these users, or those of the class."""
        lines = [users_line(user, PASSWORD, salt=new_salt()) for user in users or self.users]
        self._users.write_text("".join(lines))

    def configure(self, **keys: object) -> None:
        """Write the config file: what the daemon cannot do without, and these keys."""
        values = {**self.required_keys(), **keys}
        texts = {
            name: str(value) if isinstance(value, Path) else value for name, value in values.items()
        }
        self._config.write_text(config_text(texts))

    def required_keys(self) -> dict[str, object]:
        """Return the keys of every config file of this daemon."""
        return {"users_file": self._users, "state_directory": self.state}

    def more_listeners(self) -> dict[str, socket.socket]:
        """Return the sockets besides the TCP port and the control socket, by name."""
        return {}

    @property
    def errors(self) -> str:
        """What all processes of this daemon have written to stderr."""
        return self._errors.read_text()

    def wait_for_words(self, words: str) -> None:
        """Return when the daemon has written these words to stderr."""
        for _ in range(int(DEADLINE_S / POLL_S)):
            if words in self.errors:
                return
            assert self.process.poll() is None, self.errors
            select.select([], [], [], POLL_S)
        raise AssertionError(f"not said: {words}\n{self.errors}")

    # ---- the process -------------------------------------------------------------------------

    def launch(self, command: Sequence[str] = ()) -> None:
        """Start the process, without waiting; `command` are Python's arguments."""
        arguments: list[str | Path] = [*self.within, sys.executable]
        arguments += [*(command or ("-m", self.module)), "--config", self._config]
        sockets = {self.listener: self._listener, "control": self._control_listener}
        sockets |= self.more_listeners()
        with self._errors.open("ab") as errors:
            self._process = start_with_sockets(arguments, sockets, stderr=errors)

    def start(self, command: Sequence[str] = ()) -> dict[str, Any]:
        """Start the process; return its stats as soon as it is ready."""
        self.launch(command)
        for _ in range(DEADLINE_S // REPLY_DEADLINE_S):
            try:
                with ControlClient(self.control, reply_deadline_s=REPLY_DEADLINE_S) as client:
                    stats: dict[str, Any] = client.call("io.tradestack.Daemon.GetStats")["stats"]
                    return stats
            except ControlFault:
                assert self.process.poll() is None, self.errors
        raise AssertionError(f"the daemon does not become ready: {self.errors}")

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The running process."""
        assert self._process is not None, "the daemon was not started"
        return self._process

    @property
    def pid(self) -> int:
        """The id of the running process."""
        return self.process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        self.process.send_signal(number)

    def limit_file_size(self, bytes_max: int) -> None:
        """Fail writes beyond this size of any file, as on a full disk; no limit if negative."""
        _, hard = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        soft = hard if bytes_max < 0 else bytes_max
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (soft, hard))

    def limit_memory(self, spare_bytes: int) -> None:
        """Let the address space grow by at most this number of bytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + spare_bytes
        resource.prlimit(self.pid, resource.RLIMIT_AS, (limit, limit))

    def wait(self) -> int:
        """Wait for the end of the process; return its exit status."""
        status = self.process.wait(DEADLINE_S)
        self._process = None
        return status

    def kill(self) -> None:
        """End the process as a power cut would."""
        self.signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> int:
        """End the process as systemd does; return its exit status."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def close(self) -> None:
        """Kill the process if it still runs; close clients and sockets."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        for client in self._clients:
            client.close()
        self._listener.close()
        self._control_listener.close()

    # ---- the control socket ------------------------------------------------------------------

    def call(self, method: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Call a method of the daemon's own interface, or of the interface that is named."""
        with ControlClient(self.control, reply_deadline_s=DEADLINE_S) as client:
            return client.call(self._qualified(method), parameters)

    def stats(self) -> dict[str, Any]:
        """Return the daemon's stats; wait until it is ready if it is just starting."""
        stats: dict[str, Any] = self.call("io.tradestack.Daemon.GetStats")["stats"]
        return stats

    def stats_when(self, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first stats that fulfil the condition."""
        stats: dict[str, Any] = {}
        for _ in range(int(DEADLINE_S / POLL_S)):
            stats = self.stats()
            if condition(stats):
                return stats
            select.select([], [], [], POLL_S)
        raise AssertionError(f"the condition is never fulfilled: {stats}\n{self.errors}")

    def _qualified(self, method: str) -> str:
        return method if "." in method else f"{self.interface}.{method}"

    # ---- the TCP port ------------------------------------------------------------------------

    @property
    def address(self) -> tuple[str, int]:
        """Where the daemon listens."""
        host, port = self._listener.getsockname()
        return host, port

    def connect(self, user: str) -> BlockingClient:
        """Connect a client that has not logged in."""
        client = BlockingClient(self.address, user, PASSWORD, deadline_s=DEADLINE_S)
        self._clients.append(client)
        return client
