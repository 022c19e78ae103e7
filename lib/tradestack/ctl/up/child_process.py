"""One daemon as a supervised child process: what systemd does for a service, for `up`.

    posix_spawn ─► LISTEN_FDS 3, 4, … and their names, NOTIFY_SOCKET, stdout and stderr into a pipe
    child ─► READY=1, STATUS=…, EXTEND_TIMEOUT_USEC=… ─► its notify socket
    child ─► lines ─► pipe ─► `on_line`                  pidfd readable ─► `exited`

The child becomes the daemon by way of setpriv(1), which has the kernel end it if `up` dies, and of
a shell, which sets LISTEN_PID: a process's id is known only within it, and remains the same when it
executes another program.
"""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradestack.domain.faults import OperatorFault
from tradestack.runtime.process.inherited_limits import no_more_processes
from tradestack.runtime.supervisor.listen_fds import LISTEN_FDS_START

READY_TIMEOUT_S = 30.0  # as TimeoutStartSec= in the units; the child may extend it
LINE_BYTES_MAX = 64 << 10  # a longer line is passed on in pieces
DATAGRAM_BYTES_MAX = 8 << 10  # of the notify socket

_READ_BYTES = 64 << 10
_SETPRIV = "setpriv"
# A SIGHUP is ignored until the daemon's own code handles it.
_SHELL = ("/bin/sh", "-c", 'umask 077; trap "" HUP; export LISTEN_PID=$$; exec "$@"', "sh")
# What the service manager of `up` itself may have set; it is not meant for the children.
_NOT_INHERITED = ("WATCHDOG_USEC", "WATCHDOG_PID", "JOURNAL_STREAM")


class ChildDied(Exception):
    """A child ended unexpectedly; the message has its name, how it ended and its last line.

    exit_code: negative for a signal, as subprocess has it; None if it is still running.
    """

    def __init__(self, message: str, exit_code: int | None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildCommand:
    """A program to run. `variables` are added to the environment of this process."""

    name: str
    argv: Sequence[str]
    listeners: Mapping[str, socket.socket]
    variables: Mapping[str, str]
    notify_path: Path


class ChildProcess:
    """A running child. `exited` has its wait status (os.waitpid) once it has ended."""

    def __init__(self, command: ChildCommand, on_line: Callable[[str, str], None]) -> None:
        self.name = command.name
        self.status = ""  # the last STATUS=
        self.last_line = ""  # of its output; a traceback ends with its reason
        self._loop = asyncio.get_running_loop()
        self._on_line = on_line
        self._ready = asyncio.Event()
        self._deadline_s = self._loop.time() + READY_TIMEOUT_S
        self._partial_line = b""
        self.exited: asyncio.Future[int] = self._loop.create_future()
        self._notify = _notify_socket(command.notify_path)
        self._output, output_writer = os.pipe()
        os.set_blocking(self._output, False)
        try:
            self.pid = _spawn(command, output_writer)
        finally:
            os.close(output_writer)
        self._pidfd = os.pidfd_open(self.pid)
        self._loop.add_reader(self._notify, self._on_notify)
        self._loop.add_reader(self._output, self._on_output)
        self._loop.add_reader(self._pidfd, self._on_exit)

    async def wait_ready(self) -> None:
        """Return at READY=1; raise ChildDied if the child ends before, or does not get ready."""
        ready = asyncio.create_task(self._ready.wait())
        either: set[asyncio.Future[Any]] = {ready, self.exited}
        try:
            while not self._ready.is_set():
                timeout_s = self._deadline_s - self._loop.time()
                if timeout_s <= 0:
                    status = self.status or "no status"
                    raise ChildDied(f"{self.name} was not ready in time: {status}", None)
                await asyncio.wait(either, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
                if self.exited.done():
                    raise self.death()
        finally:
            ready.cancel()

    def death(self) -> ChildDied:
        """Describe how the child ended; only valid after `exited`."""
        code = os.waitstatus_to_exitcode(self.exited.result())
        if code < 0:  # its last line has nothing to do with the signal
            return ChildDied(f"{self.name} was killed by {signal.Signals(-code).name}", code)
        reason = self.last_line.partition(" critical ")[2].strip() or self.last_line
        explanation = f": {reason}" if code and reason else ""
        return ChildDied(f"{self.name} exited with status {code}{explanation}", code)

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, unless the child has ended; a pidfd never refers to another process."""
        if not self.exited.done():
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    def _on_notify(self) -> None:
        with contextlib.suppress(BlockingIOError):
            message = self._notify.recv(DATAGRAM_BYTES_MAX)
            for line in message.decode("ascii", errors="replace").splitlines():
                self._on_notification(*line.partition("=")[::2])

    def _on_notification(self, name: str, value: str) -> None:
        if name == "READY":
            self._ready.set()
        elif name == "STATUS":
            self.status = value
        elif name == "EXTEND_TIMEOUT_USEC" and value.isdigit():
            self._deadline_s = max(self._deadline_s, self._loop.time() + int(value) / 1_000_000)

    def _on_output(self) -> None:
        try:
            chunk = os.read(self._output, _READ_BYTES)
        except BlockingIOError:
            return
        if not chunk:
            self._loop.remove_reader(self._output)
        *lines, self._partial_line = (self._partial_line + chunk).split(b"\n")
        if len(self._partial_line) > LINE_BYTES_MAX or (not chunk and self._partial_line):
            lines.append(self._partial_line)
            self._partial_line = b""
        for line in lines:
            text = line.decode(errors="replace")
            self.last_line = text.strip() or self.last_line
            self._on_line(self.name, text)

    def _on_exit(self) -> None:
        for descriptor in (self._pidfd, self._notify, self._output):
            self._loop.remove_reader(descriptor)
        self._on_output()  # its last lines may still be in the pipe
        with contextlib.suppress(ProcessLookupError):  # what it has started, as systemd does
            os.killpg(self.pid, signal.SIGKILL)  # before waitpid: the number is still its own
        _, status = os.waitpid(self.pid, 0)
        os.close(self._pidfd)
        os.close(self._output)
        self._notify.close()
        self.exited.set_result(status)


def _notify_socket(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.settimeout(0)
    try:
        receiver.bind(str(path))
    except OSError as error:
        receiver.close()
        raise OSError(error.errno, os.strerror(error.errno or 0), str(path)) from error
    return receiver


def _spawn(command: ChildCommand, output: int) -> int:
    """Start the program with nothing but its listeners and standard streams; return its pid.

    Raises OperatorFault.
    """
    # The system's own first: PATH may be empty, or name other programs.
    setpriv = shutil.which(_SETPRIV, path=os.defpath) or shutil.which(_SETPRIV)
    if setpriv is None:
        raise OperatorFault(_SETPRIV, "command not found", "install the package util-linux")
    variables = {
        **{name: value for name, value in os.environ.items() if name not in _NOT_INHERITED},
        **command.variables,
        "NOTIFY_SOCKET": str(command.notify_path),
        "LISTEN_FDS": str(len(command.listeners)),
        "LISTEN_FDNAMES": ":".join(command.listeners),
    }
    first_free = LISTEN_FDS_START + len(command.listeners)
    # Moved out of the way first: a listener may have the number that another one is to get.
    moved = [
        fcntl.fcntl(listener.fileno(), fcntl.F_DUPFD_CLOEXEC, first_free)
        for listener in command.listeners.values()
    ]
    # The output first: its number may be one that a listener is to get.
    numbers = [(1, output), (2, output), *enumerate(moved, LISTEN_FDS_START)]
    try:
        return os.posix_spawn(
            setpriv,
            [setpriv, "--pdeathsig", "TERM", *_SHELL, *command.argv],
            variables,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                *((os.POSIX_SPAWN_DUP2, descriptor, number) for number, descriptor in numbers),
            ],
            setpgroup=0,  # Ctrl-C goes to `up` alone, which then stops its children in order
            setsigdef=[signal.SIGPIPE],
        )
    except BlockingIOError as error:
        raise no_more_processes() from error
    finally:
        for descriptor in moved:
            os.close(descriptor)
