"""command, sockets → a supervised child: what systemd does for a service, for `up`.

    fork ─► LISTEN_FDS 3, 4, … + names, NOTIFY_SOCKET, stderr into a pipe ─► exec
    child ─► READY=1, STATUS=…, EXTEND_TIMEOUT_USEC=… ─► its own notify socket
    child ─► lines ─► pipe ─► `on_line`                    pidfd readable ─► exited

LISTEN_PID must be the child's own pid, known only between fork and exec; so neither subprocess nor
posix_spawn will do. One thread, one loop: nothing is forked but this thread.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradestack.domain.faults import OperatorFault
from tradestack.runtime.supervisor.listen_fds import LISTEN_FDS_START

READY_TIMEOUT_S = 30.0  # as TimeoutStartSec= in the units; the child may ask for more
LINE_BYTES_MAX = 64 << 10  # a longer line is passed on in pieces
DATAGRAM_BYTES_MAX = 8 << 10  # of the notify socket

# As the units set it. The daemons are single-threaded: OpenBLAS, which numpy loads, would start a
# pool of threads with stacks and buffers that nobody uses.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1"}
_DESCRIPTORS_MAX = 1 << 16  # closed in the child above those it is passed
_EXIT_STATUS_NO_EXEC = 127
_PR_SET_PDEATHSIG = 1  # prctl(2)
_READ_BYTES = 64 << 10


class ChildDied(Exception):
    """A child ended unasked; the message names it, how it ended, and its last words.

    exit_code: as a shell counts it, negative for a signal; None = it was given up while it lived.
    """

    def __init__(self, message: str, exit_code: int | None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildCommand:
    """What to run. `variables` are set on top of the environment of this process."""

    name: str
    argv: Sequence[str]
    listeners: Mapping[str, socket.socket]
    variables: Mapping[str, str]
    notify_path: Path


class ChildProcess:
    """One running child. `exited` is done when it has ended: the status as os.waitpid gives it."""

    def __init__(self, command: ChildCommand, on_line: Callable[[str, str], None]) -> None:
        self.name = command.name
        self.status = ""  # the last STATUS=
        self.last_words = ""  # the last line it wrote; a trace ends with its reason
        self._loop = asyncio.get_running_loop()
        self._on_line = on_line
        self._ready = asyncio.Event()
        self._deadline_s = self._loop.time() + READY_TIMEOUT_S
        self._partial_line = b""
        self.exited: asyncio.Future[int] = self._loop.create_future()
        self._notify = _notify_socket(command.notify_path)
        self._stderr, writing_fd = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self._stderr, False)
        self.pid = _spawn(command, writing_fd)
        os.close(writing_fd)
        self._pidfd = os.pidfd_open(self.pid)
        self._loop.add_reader(self._notify, self._on_notify)
        self._loop.add_reader(self._stderr, self._on_stderr)
        self._loop.add_reader(self._pidfd, self._on_exit)

    async def wait_ready(self) -> None:
        """Returns at READY=1. Raises ChildDied when it ends first, or takes longer than it said."""
        ready = asyncio.create_task(self._ready.wait())
        either: set[asyncio.Future[Any]] = {ready, self.exited}
        try:
            while not self._ready.is_set():
                left_s = self._deadline_s - self._loop.time()
                if left_s <= 0:
                    status = self.status or "no status"
                    raise ChildDied(f"{self.name} was not ready in time: {status}", None)
                await asyncio.wait(either, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
                if self.exited.done():
                    raise self.death()
        finally:
            ready.cancel()

    def death(self) -> ChildDied:
        """How it ended, in words; only after `exited`."""
        code = os.waitstatus_to_exitcode(self.exited.result())
        if code < 0:  # what it said before has nothing to do with it
            return ChildDied(f"{self.name} was killed by {signal.Signals(-code).name}", code)
        reason = self.last_words.partition(" critical ")[2].strip() or self.last_words
        said = f": {reason}" if code and reason else ""
        return ChildDied(f"{self.name} ended with {code}{said}", code)

    def send_signal(self, number: signal.Signals) -> None:
        """Nothing happens when it has ended; a pidfd cannot hit another process."""
        if not self.exited.done():
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    def _on_notify(self) -> None:
        with contextlib.suppress(BlockingIOError):
            message = self._notify.recv(DATAGRAM_BYTES_MAX)
            for line in message.decode("ascii", errors="replace").splitlines():
                self._take_notification(*line.partition("=")[::2])

    def _take_notification(self, name: str, value: str) -> None:
        if name == "READY":
            self._ready.set()
        elif name == "STATUS":
            self.status = value
        elif name == "EXTEND_TIMEOUT_USEC" and value.isdigit():
            self._deadline_s = max(self._deadline_s, self._loop.time() + int(value) / 1_000_000)

    def _on_stderr(self) -> None:
        try:
            chunk = os.read(self._stderr, _READ_BYTES)
        except BlockingIOError:
            return
        if not chunk:
            self._loop.remove_reader(self._stderr)
        *lines, self._partial_line = (self._partial_line + chunk).split(b"\n")
        if len(self._partial_line) > LINE_BYTES_MAX or (not chunk and self._partial_line):
            lines.append(self._partial_line)
            self._partial_line = b""
        for line in lines:
            self._take_line(line.decode(errors="replace"))

    def _take_line(self, line: str) -> None:
        self.last_words = line.strip() or self.last_words
        self._on_line(self.name, line)

    def _on_exit(self) -> None:
        for descriptor in (self._pidfd, self._notify, self._stderr):
            self._loop.remove_reader(descriptor)
        self._on_stderr()  # what it said last may still be in the pipe
        _, status = os.waitpid(self.pid, 0)
        os.close(self._pidfd)
        os.close(self._stderr)
        self._notify.close()
        self.exited.set_result(status)


def _notify_socket(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiver.settimeout(0)
    try:
        receiver.bind(str(path))
    except OSError as error:  # sockaddr_un takes 107 characters
        receiver.close()
        raise OperatorFault(
            str(path), str(error), "choose a --state-dir with a shorter path"
        ) from error
    return receiver


def _spawn(command: ChildCommand, stderr_fd: int) -> int:
    libc = ctypes.CDLL(None)  # loaded before the fork: the child only calls
    variables = {**os.environ, **_ENVIRONMENT, **command.variables}
    variables["NOTIFY_SOCKET"] = str(command.notify_path)
    for inherited in ("WATCHDOG_USEC", "WATCHDOG_PID", "JOURNAL_STREAM"):
        variables.pop(inherited, None)
    variables["LISTEN_FDS"] = str(len(command.listeners))
    variables["LISTEN_FDNAMES"] = ":".join(command.listeners)
    pid = os.fork()
    if pid == 0:
        try:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)  # nobody outlives `up`
            _become(command, stderr_fd, variables)
        finally:
            os._exit(_EXIT_STATUS_NO_EXEC)
    return pid


def _become(command: ChildCommand, stderr_fd: int, variables: dict[str, str]) -> None:
    """In the child: its descriptors, its group, its program. Returns only when that failed."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.setpgid(0, 0)  # Ctrl-C is for `up` alone, which then stops its children in order
    os.umask(0o077)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(stderr_fd, 1)
    os.dup2(stderr_fd, 2)
    first_free = LISTEN_FDS_START + len(command.listeners)
    moved = [
        fcntl.fcntl(listener.fileno(), fcntl.F_DUPFD, first_free)
        for listener in command.listeners.values()
    ]
    for index, descriptor in enumerate(moved):
        os.dup2(descriptor, LISTEN_FDS_START + index)
    os.closerange(first_free, _DESCRIPTORS_MAX)
    variables["LISTEN_PID"] = str(os.getpid())
    try:
        os.execve(command.argv[0], list(command.argv), variables)
    except OSError as error:
        os.write(2, f"cannot run {command.argv[0]}: {error.strerror}\n".encode())
