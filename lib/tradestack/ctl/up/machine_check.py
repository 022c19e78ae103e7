"""The check of the machine before `up` starts anything."""

import contextlib
import errno
import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.runtime.config.quantities import ByteSize
from tradestack.store.free_space import find_shortage

ANOTHER_DIRECTORY = "choose another --state-dir, or TMPDIR"

_PROC = Path("/proc/self")
_DISCARD_PORT = 9  # nothing is sent to it
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def check_machine() -> None:
    """Raise OperatorFault if daemons could not start or find each other."""
    if not _PROC.exists():
        raise OperatorFault(
            "/proc", "it is not mounted", "mount it by `mount -t proc proc /proc` as root"
        )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("127.0.0.1", _DISCARD_PORT))
        except OSError as error:
            raise OperatorFault(
                "127.0.0.1",
                error.strerror or str(error),
                "start the loopback interface by `ip link set lo up` as root",
            ) from error


def check_space(root: Path, server_keys: Mapping[str, object]) -> None:
    """Raise OperatorFault if a server with this configuration would wait for free space."""
    try:
        bytes_min = ByteSize().parse(server_keys["free_bytes_min"])
    except ValueError:
        return  # the daemon itself says what is wrong
    shortage = find_shortage(root, bytes_min)
    if shortage is not None:
        raise OperatorFault(str(root), shortage, f"free space there, or {ANOTHER_DIRECTORY}")


def make_temporary_directory() -> Path:
    """Create a directory below TMPDIR and return its path. Raises OperatorFault."""
    try:
        return Path(tempfile.mkdtemp(prefix="tradestack-"))
    except OSError as error:
        problem = error.strerror or str(error)
        raise OperatorFault("temporary directory", problem, ANOTHER_DIRECTORY) from error


def leave_deleted_directory() -> None:
    """Change to / if the current directory was deleted: children's shells would complain."""
    try:
        Path.cwd()
    except FileNotFoundError:
        os.chdir("/")


@contextlib.contextmanager
def faults_of(root: Path) -> Iterator[None]:
    """Turn errors of the files in a directory into OperatorFault: it is full, or cannot be used."""
    try:
        yield
    except OSError as error:
        is_inside = str(error.filename or "").startswith(f"{root}{os.sep}")
        if is_inside or (error.filename is None and error.errno in _NO_ROOM):
            problem = os.strerror(error.errno or errno.EIO)
            raise OperatorFault(str(root), problem, ANOTHER_DIRECTORY) from error
        raise
