"""A real daemon that is queried through its control socket and watched from outside.

It runs as on a host without systemd: in the foreground, with a config of its own.
"""

import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from tests.bench.faults import NotMeasured
from tests.bench.workshop import STACK_PYTHON, free_port
from tradestack.ctl.toml import toml
from tradestack.net.control.client import ControlClient, ControlFault
from tradestack.net.server.users import new_salt, users_line

READY_DEADLINE_S = 120.0
STOP_DEADLINE_S = 120.0
POLL_S = 0.001
LOOK_S = 0.1
PASSWORD = "BENCH"
USERS_MAX = 256


def user_name(number: int) -> str:
    """Return the name of one of the users that every daemon here accepts."""
    return f"u{number}"


class Daemon:
    """A daemon of module `tradestack_<kind>`, or of another module that wraps one.

    startup_s: from its start to its first answer, which it gives when it is ready.
    """

    def __init__(
        self,
        kind: str,
        directory: Path,
        values: Mapping[str, object],
        *,
        module: str | None = None,
        arguments: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
    ) -> None:
        directory.mkdir(exist_ok=True)
        self.kind = kind
        self.directory = directory
        self.port = free_port()
        self.socket = directory / f"{kind}.sock"
        self._log = directory / f"{kind}.log"
        config = directory / f"{arguments[0] if arguments else kind}.toml"
        config.write_text(
            "".join(f"{key} = {toml(value)}\n" for key, value in self._values(values).items())
        )
        argv = [
            str(STACK_PYTHON),
            "-m",
            module or f"tradestack_{kind.replace('-', '_')}",
            *arguments,
        ]
        began_s = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*prefix, *argv, "--config", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(variables or {})},
            )
        try:
            self._wait_ready()
        except BaseException:
            self.kill()
            raise
        self.startup_s = time.monotonic() - began_s

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def stats(self) -> dict[str, Any]:
        """Return the daemon's stats."""
        return dict(self.call("io.tradestack.Daemon.GetStats")["stats"])

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Call a method through the control socket. Raises NotMeasured."""
        try:
            with ControlClient(self.socket) as client:
                return client.call(method, parameters)
        except ControlFault as fault:
            raise NotMeasured(str(fault)) from fault

    def wait_for(self, name: str, value: object) -> None:
        """Wait until the stats have this value; check ten times a second. Raises NotMeasured."""
        deadline_s = time.monotonic() + READY_DEADLINE_S
        while (said := self.stats()[name]) != value:
            if time.monotonic() > deadline_s:
                raise NotMeasured(f"{self.kind}: {name} is still {said}, not {value}")
            self.look_again()

    def wait_for_at_least(self, name: str, minimum: int) -> None:
        """Wait until a count is reached. Raises NotMeasured if it stands still for long."""
        before, deadline_s = -1, 0.0
        while (said := self.stats()[name]) < minimum:
            if said != before:
                before, deadline_s = said, time.monotonic() + READY_DEADLINE_S
            if time.monotonic() > deadline_s:
                raise NotMeasured(f"{self.kind}: {name} stands still at {said} of {minimum}")
            self.look_again()

    def look_again(self) -> None:
        """Wait for a tenth of a second."""
        select.select([], [], [], LOOK_S)

    def stop(self) -> None:
        """Stop the daemon. Raises NotMeasured if its exit status is not 0."""
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            raise NotMeasured(f"{self.kind} did not stop") from None
        if status:
            raise NotMeasured(f"{self.kind} ended with {status}: {self._last_words()}")

    def crash(self) -> None:
        """Kill the daemon; its files and segments stay."""
        self._process.kill()
        self._process.wait()

    def kill(self) -> None:
        """Kill the daemon and remove its segments from /dev/shm."""
        self.crash()
        shutil.rmtree(f"/dev/shm/tradestack{self._suffix()}", ignore_errors=True)

    def _values(self, values: Mapping[str, object]) -> dict[str, object]:
        common: dict[str, object] = {
            "control_socket": str(self.socket),
            "state_directory": str(self.directory / f"{self.kind}-state"),
        }
        if self.kind == "strategy":
            return {**common, "segment_suffix": self._suffix(), **values}
        if self.kind == "exporter":
            return {**common, **values}
        common["listen"] = f"127.0.0.1:{self.port}"
        if self.kind in ("fix", "grpc", "web"):
            return {**common, **values}
        common["users_file"] = str(_users_file(self.directory))
        if self.kind == "gateway":
            common["segment_suffix"] = self._suffix()
        else:
            common["order_log"] = str(self.directory / "order_log.txt")
            common["execution"] = {"model": "none"}  # most rows have no tape beside the orders
        return {**common, **values}

    def _suffix(self) -> str:
        return f"-bench-{os.getpid()}-{self.directory.name}"

    def _wait_ready(self) -> None:
        deadline_s = time.monotonic() + READY_DEADLINE_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline_s:
                raise NotMeasured(f"{self.kind} does not run: {self._last_words()}")
            select.select([], [], [], POLL_S)

    def _answers(self) -> bool:
        """Call the daemon: once its socket listens, the call waits until the daemon is ready."""
        if not self.socket.exists():
            return False
        try:
            self.stats()
        except NotMeasured:
            return False
        return True

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        return lines[-1] if lines else "it said nothing"


def _users_file(directory: Path) -> Path:
    """Write users with one password; scrypt is slow, so it is hashed once."""
    path = directory / "users"
    if not path.exists():
        _, salt, digest = users_line(user_name(0), PASSWORD, salt=new_salt()).split(":")
        path.write_text(
            "".join(f"{user_name(number)}:{salt}:{digest}" for number in range(USERS_MAX))
        )
    return path
