"""what a daemon is made of: the promises between the runtime and the program it runs.

A daemon's `main()` is `run(Program(…))` (`tradestack.runtime.program`). The runtime parses the
command line and the config, takes or binds the listening sockets, then calls `build(context)`,
which wires the parts and returns a Service; from there on it only asks and tells that Service.
"""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from tradestack.domain.clock import Clock
from tradestack.domain.faults import OperatorFault
from tradestack.net.control.server import Interface
from tradestack.runtime.config import DataclassInstance
from tradestack.runtime.listen_fds import CONTROL
from tradestack.runtime.log_level import LogLevel
from tradestack.runtime.notify import Notifier

STATE_DIRECTORY_MODE = 0o700
PASSWORD_BYTES_MAX = 4096  # a password file is one short line; what is larger is another file


class DaemonConfig(DataclassInstance, Protocol):
    """The keys which every daemon's config has, whatever else it has.

    control_socket: None = /run/tradestack/<daemon>[-<instance>].sock
    state_directory: None = $STATE_DIRECTORY, else /var/lib/tradestack/<daemon>

    A daemon with a TCP socket among its listen fds has `listen: Address` as well.
    """

    @property
    def control_socket(self) -> Path | None: ...
    @property
    def state_directory(self) -> Path | None: ...
    @property
    def log_level(self) -> LogLevel: ...


C = TypeVar("C", bound=DaemonConfig)
C_contra = TypeVar("C_contra", bound=DaemonConfig, contravariant=True)


class Service(Protocol[C_contra]):
    """A built daemon. Nothing but `start` and `stop` may take longer than a loop pass."""

    async def start(self) -> None:
        """Recovers and begins to serve; the daemon is READY when it returns."""

    async def stop(self) -> None:
        """Stops accepting, flushes, closes. Called once, after a cancelled `start` as well."""

    def reload(self, config: C_contra) -> None:
        """Takes over what can change while running. Raises OperatorFault; then all is as before."""

    def stats(self) -> dict[str, object]:
        """The counters and values of GetStats, without those the runtime adds (`daemon_stats`)."""
        ...

    def status(self) -> str:
        """One line for STATUS=, in ASCII: rate and lag. Called about once a second."""
        ...

    def stalled(self, now_ns: int) -> str | None:
        """Why the watchdog must not be fed at this monotonic time; None = healthy."""
        ...

    def interfaces(self) -> Sequence[Interface]:
        """The daemon's own Varlink interfaces."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context(Generic[C]):
    """What the runtime gives to `build`."""

    config: C
    instance: str | None  # the name on the command line, of programs that have one
    listeners: Mapping[
        str, socket.socket
    ]  # by fd name, non-blocking; the control socket is not here
    clock: Clock
    notifier: Notifier
    state_path: Path
    credentials_directory: Path | None
    version: str
    spawn: Callable[[Coroutine[object, object, None], str], "asyncio.Task[None]"]
    """Starts a named task; a fault in it ends the process as a fault in `start` does."""

    @property
    def state_directory(self) -> Path:
        """Where the daemon keeps its files; made when first asked for. Raises OperatorFault.

        The config key `state_directory`, else $STATE_DIRECTORY, else /var/lib/tradestack/<daemon>.
        """
        try:
            self.state_path.mkdir(mode=STATE_DIRECTORY_MODE, parents=True, exist_ok=True)
        except OSError as error:
            raise OperatorFault(
                f"state_directory: {self.state_path}",
                error.strerror or str(error),
                "make it, writable by the daemon's user, or change the key",
            ) from error
        return self.state_path

    def password(self) -> str:
        """The password to log in to servers with. Raises OperatorFault.

        $CREDENTIALS_DIRECTORY/password (LoadCredential= in the unit), else what the config key
        `password_file` names.
        """
        if self.credentials_directory is not None:
            return _read_password(self.credentials_directory / "password")
        path: Path | None = getattr(self.config, "password_file", None)
        if path is None:
            raise OperatorFault(
                "password_file",
                "no password: the service has no credential and the config names no file",
                "set the key to a file that holds the password alone",
            )
        return _read_password(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """An option that does something else instead of running the daemon: --check-csv FILE."""

    option: str
    metavar: str
    description: str
    run: Callable[[str, Path | None], int]
    """The option's value, and --config where it was given → exit status; OperatorFault = 78."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program(Generic[C]):
    """A daemon as its `main()` declares it.

    config_path: the default; "{instance}" in it stands for the instance's name.
    listen_fds: the names of the sockets it serves; all but "control" are bound to `config.listen`
    where nobody passes them.
    """

    name: str  # "order-manager"; the command is tradestack-<name>
    description: str
    config_type: type[C]
    config_path: str
    build: Callable[[Context[C]], Service[C]]
    listen_fds: tuple[str, ...] = (CONTROL,)
    instance: bool = False
    tools: tuple[Tool, ...] = ()


def _read_password(path: Path) -> str:
    remedy = "write the password alone into it, readable by the daemon's user only"
    try:
        with path.open("rb") as file:
            content = file.read(PASSWORD_BYTES_MAX + 1)
    except OSError as error:
        raise OperatorFault(str(path), error.strerror or str(error), remedy) from error
    password = content.decode("ascii", errors="replace").strip()
    if not password or len(content) > PASSWORD_BYTES_MAX or not password.isascii():
        raise OperatorFault(str(path), "holds no password in ASCII", remedy)
    return password
