"""The interface between the runtime and the service that a daemon runs.

The runtime reads command line and configuration, opens the listening sockets and calls
`Program.build(context)`, which wires the parts and returns a Service. From then on it calls that
Service.
"""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from tradestack.domain.clock import Clock
from tradestack.domain.faults import OperatorFault
from tradestack.net.control.interface import Interface
from tradestack.observe.levels import Level
from tradestack.observe.statistics import LatencyHistogram
from tradestack.runtime.config.login_password import LoginPassword
from tradestack.runtime.config.password import CREDENTIAL, read_login_password
from tradestack.runtime.config.shared_keys import DaemonConfig
from tradestack.runtime.supervisor.notify import Notifier
from tradestack.runtime.supervisor.units import (
    OF_USER,
    SYSTEM,
    source_of_credential,
    text_of_unit,
)

STATE_DIRECTORY_MODE = 0o700


C = TypeVar("C", bound=DaemonConfig)
C_contra = TypeVar("C_contra", bound=DaemonConfig, contravariant=True)


class Service(Protocol[C_contra]):
    """What a daemon does. Only `start` and `stop` may take longer than a pass of the loop."""

    async def start(self) -> None:
        """Recover and begin to serve; the daemon is READY when this returns."""

    async def stop(self) -> None:
        """Stop accepting, flush, close. Called once, after a cancelled `start` as well."""

    def reload(self, config: C_contra) -> None:
        """Apply a changed config; raise OperatorFault to keep everything as it was.

        Keys that need a restart have the values with which the daemon runs. Keys declared for the
        next session are to be kept until `Context.session_began` is called.
        """

    def stats(self) -> dict[str, object]:
        """Return counters and values, without those that the runtime adds."""
        ...

    def histograms(self) -> Mapping[str, LatencyHistogram]:
        """Return durations, by the names of their metrics; what was reset is still in them."""
        ...

    def status(self) -> str:
        """Return one line for STATUS=: rate and lag. Called about once a second."""
        ...

    def levels(self) -> Sequence[Level]:
        """Return how full is what can fill up, but descriptors. Called about once a second."""
        ...

    def stalled(self, now_ns: int) -> str | None:
        """Return why the watchdog must not be fed at this monotonic time, or None."""
        ...

    def interfaces(self) -> Sequence[Interface]:
        """Return the Varlink interfaces that only this daemon has."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context(Generic[C]):
    """What the runtime passes to `Program.build`."""

    config: C
    instance: str | None  # from the command line, for a program with instances
    listeners: Mapping[str, socket.socket]  # by fd name, non-blocking, without the control socket
    clock: Clock
    notifier: Notifier
    state_path: Path
    credentials_directory: Path | None
    spawn: Callable[[Coroutine[object, object, None], str], "asyncio.Task[None]"]
    """Start a named task; a fault in it ends the process as a fault in `start` does."""
    session_began: Callable[[], None]
    """Note that a new session began: config keys that waited for it hold from now on."""
    session_ends: Callable[[], None] = lambda: None
    """Record the statistics of the session, whose counters are about to end with it."""
    note_level: Callable[[Level], None] = lambda _level: None
    """Say of a level that it is near its limit, if the next look may be too late to see it."""
    boot_id: str | None = None  # of the machine's present boot; None if not known

    @property
    def state_directory(self) -> Path:
        """The directory for the daemon's files, created if missing; raise OperatorFault."""
        try:
            self.state_path.mkdir(mode=STATE_DIRECTORY_MODE, parents=True, exist_ok=True)
        except OSError as error:
            raise OperatorFault(
                f"state_directory: {self.state_path}",
                error.strerror or str(error),
                "create it, writable by the daemon's user, or change the key",
            ) from error
        return self.state_path

    def login_password(self, password_file: Path | None) -> LoginPassword:
        """Return what reads the password before each login; raise OperatorFault as `password`."""
        return LoginPassword(partial(self.password, password_file))

    def password(self, password_file: Path | None) -> str:
        """Return the password with which to log in to servers; raise OperatorFault.

        It is in $CREDENTIALS_DIRECTORY/password (LoadCredential= of the unit), else in the file
        that the daemon's config key `password_file` names.
        """
        if self.credentials_directory is not None:
            return read_credential(self.credentials_directory, self.instance)
        if password_file is None:
            raise OperatorFault(
                "password_file",
                "no password: the service has no credential and the config names no file",
                "set the key to a file that holds only the password",
            )
        return read_login_password(password_file)


def read_credential(directory: Path, instance: str | None) -> str:
    """Read the password that systemd has passed; raise OperatorFault, which names its source.

    Without that file, the unit's SetCredential= passes an empty one.
    """
    try:
        return read_login_password(directory / CREDENTIAL)
    except OperatorFault:
        raise OperatorFault(
            _source_of(directory.name, instance),
            "no such file, or it holds no password of 1 to 10 characters in ASCII",
            "restore it; that of a strategy is made anew by install.sh "
            "(then reload gateway and order manager)",
        ) from None


def _source_of(unit: str, instance: str | None) -> str:
    """Return the file that the unit, whose name its directory of credentials has, reads it from."""
    for systemctl in (SYSTEM, OF_USER):
        text = text_of_unit(systemctl, unit)
        if source := source_of_credential(text, CREDENTIAL, instance):
            return source
    return f"LoadCredential= of {unit}"
