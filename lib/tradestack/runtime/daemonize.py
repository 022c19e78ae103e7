"""Detaching with a pidfile, by way of python-daemon, for hosts whose init is not systemd.

    launcher ──fork──► child ──python-daemon: fork, setsid, fork──► daemon
        ▲                                                              │
        └────────── readiness pipe: "0", or a status and a reason ─────┘

The launcher returns 0 only when the daemon serves; otherwise it writes the daemon's reason to
stderr and returns its status. The daemon holds a lock on its pidfile until it ends, so a pidfile
that is not locked is stale, whatever process has its pid now.
"""

import contextlib
import fcntl
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT, OperatorFault
from tradestack.runtime.logs.handler import Destination
from tradestack.runtime.process.end_process import EXIT_STATUS_FAULT
from tradestack.runtime.process.inherited_limits import no_more_processes

REASON_BYTES_MAX = 4096  # PIPE_BUF: a pipe takes this much in one write

_UMASK = 0o077  # as the units set
# A process that can open the file can lock it, and so keep a daemon from starting.
_PIDFILE_MODE = 0o600
# The path may be in a directory that is open to others: no link is followed, no FIFO waited for.
_PIDFILE_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class PidFile:
    """A file with the pid, locked until the process ends; a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def check(self) -> None:
        """Raise OperatorFault if its daemon runs or the file cannot be written."""
        os.close(self._open_locked())

    def __enter__(self) -> "PidFile":
        """Lock the file and write the pid into it. Raises OperatorFault."""
        self._fd = self._open_locked()
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the file, then release its lock for another daemon."""
        if self._fd is None:
            return
        self._path.unlink(missing_ok=True)
        os.close(self._fd)
        self._fd = None

    def _open_locked(self) -> int:
        try:
            fd = os.open(self._path, _PIDFILE_FLAGS, _PIDFILE_MODE)
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
            os.close(fd)
            raise self._unusable(f"it is not a file of this user, but of uid {status.st_uid}")
        os.fchmod(fd, _PIDFILE_MODE)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.pread(fd, 32, 0).decode("ascii", errors="replace").strip()
            os.close(fd)
            raise OperatorFault(
                f"pidfile {self._path}",
                f"the daemon already runs as process {pid}",
                "stop it first, or name another path with --pidfile",
            ) from None
        return fd

    def _unusable(self, problem: str) -> OperatorFault:
        return OperatorFault(f"pidfile {self._path}", problem, "name another path with --pidfile")


class Readiness:
    """The daemon's end of the readiness pipe; only the first message is sent."""

    def __init__(self, fd: int) -> None:
        self._fd: int | None = fd

    def ready(self) -> None:
        """Make the launcher return 0."""
        self._send("0")

    def failed(self, status: int, reason: str) -> None:
        """Make the launcher write the reason and return the status."""
        self._send(f"{status} {reason}")

    def _send(self, text: str) -> None:
        if self._fd is None:
            return
        with contextlib.suppress(BrokenPipeError):  # the launcher was killed
            os.write(self._fd, text.encode()[:REASON_BYTES_MAX])
        os.close(self._fd)
        self._fd = None


def daemonize(pidfile_path: Path, run: Callable[[Readiness, Destination], int]) -> int:
    """Run `run` in a daemon; return in launcher and daemon, each with its own exit status.

    Raises OperatorFault in the launcher if the daemon already runs or no process can be started; in
    the daemon, after reporting it to the launcher, what `run` raises.
    """
    pidfile = PidFile(pidfile_path)
    pidfile.check()
    reading_fd, writing_fd = os.pipe()
    try:
        pid = os.fork()
    except BlockingIOError as error:
        raise no_more_processes() from error
    if pid > 0:
        os.close(writing_fd)
        return _await_readiness(reading_fd)
    os.close(reading_fd)
    return _become_daemon(pidfile, Readiness(writing_fd), writing_fd, run)


def _await_readiness(fd: int) -> int:
    with os.fdopen(fd, "rb") as pipe:
        message = pipe.read().decode(errors="replace")
    status_text, _, reason = message.partition(" ")
    if status_text == "0":
        return 0
    reason = reason or "the daemon ended before it was ready; look into its log"
    sys.stderr.write(f"{reason}\n")
    return int(status_text or EXIT_STATUS_FAULT)


def _become_daemon(
    pidfile: PidFile,
    readiness: Readiness,
    readiness_fd: int,
    run: Callable[[Readiness, Destination], int],
) -> int:
    # Imported here because a daemon under systemd never needs it.
    from daemon import DaemonContext

    log_file = _stderr_if_file()
    context = DaemonContext(
        detach_process=True,  # its own guess is wrong in containers and user services
        files_preserve=[readiness_fd],
        pidfile=pidfile,
        umask=_UMASK,
        working_directory="/",
        prevent_core=False,
        signal_map={},  # the event loop handles signals
        stdout=log_file,
        stderr=log_file,
    )
    try:
        with context:
            destination = Destination.SYSLOG if log_file is None else Destination.PEOPLE
            return run(readiness, destination)
    except OperatorFault as fault:
        readiness.failed(EXIT_STATUS_OPERATOR_FAULT, str(fault))
        raise
    except Exception as error:
        readiness.failed(EXIT_STATUS_FAULT, f"{type(error).__name__}: {error}")
        raise


def _stderr_if_file() -> TextIO | None:
    """Return stderr if it is a file; a terminal or a pipe belongs to the launcher's user."""
    try:
        is_file = stat.S_ISREG(os.fstat(sys.stderr.fileno()).st_mode)
    except (OSError, ValueError, AttributeError):
        return None
    return sys.stderr if is_file else None
