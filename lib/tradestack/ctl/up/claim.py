"""The claim of a running `up` on its directory and its books, by which they are found if it dies.

    /dev/shm/tradestack-up-1a2b3c4d.claim   {"directory": "/tmp/tradestack-x", "is_temporary": true}

`up` holds an flock on its claim, which ends with the process however that ends. So a claim that can
be locked by another is of an `up` that is gone. Its daemons end with it, but may take a moment:
what they use stays while one of their control sockets accepts connections.
"""

import contextlib
import fcntl
import json
import os
import shutil
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from tradestack.ctl.up.stack_files import StackFiles
from tradestack.store.shared_memory.segment import SEGMENT_DIRECTORY

FILE_MODE = 0o600
CLAIM_BYTES_MAX = 8 << 10  # the path of a directory has 4 KiB at most
PREFIX = "tradestack"
SUFFIX = ".claim"

_FLAGS = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


@contextlib.contextmanager
def claimed(files: StackFiles, *, is_temporary: bool) -> Iterator[None]:
    """Hold a claim on the files, which are deleted with it if they are temporary.

    Without /dev/shm there is none; the gateway says what is wrong with it.
    """
    path = SEGMENT_DIRECTORY / f"{PREFIX}{files.suffix}{SUFFIX}"
    try:
        descriptor = _make(path)
        content = {"directory": str(files.root), "is_temporary": is_temporary}
        os.truncate(descriptor, 0)
        os.write(descriptor, json.dumps(content).encode())
    except OSError:
        yield
        return
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def remove_abandoned() -> list[Path]:
    """Remove what belongs to no running `up` of this user; return the directories deleted."""
    removed: list[Path] = []
    for path in SEGMENT_DIRECTORY.glob(f"{PREFIX}-up-*{SUFFIX}"):
        descriptor = _lock_abandoned(path)
        if descriptor is None:
            continue
        try:
            directory = _remove_claimed(path, os.read(descriptor, CLAIM_BYTES_MAX))
        finally:
            os.close(descriptor)
        if directory is not None:
            removed.append(directory)
    return removed


def daemons_run(directory: Path) -> bool:
    """Return whether a daemon of the stack in this directory listens on its control socket."""
    return any(_listens(path) for path in directory.glob("run/*.sock"))


def _make(path: Path) -> int:
    """Open and lock the claim; raise OSError.

    One of an earlier run in the same directory may be removed in between: then it is made again.
    """
    while True:
        descriptor = os.open(path, _FLAGS | os.O_CREAT, FILE_MODE)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if _is_at(path, descriptor):
            return descriptor
        os.close(descriptor)


def _lock_abandoned(path: Path) -> int | None:
    """Return the locked claim if it is of this user and of no running process, else None."""
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError:
        return None
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid():
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(path, descriptor):
                return descriptor
    os.close(descriptor)
    return None


def _remove_claimed(path: Path, content: bytes) -> Path | None:
    """Remove books, claim and, if it is temporary, the directory; return it if it is deleted."""
    try:
        claim = json.loads(content)
        root, is_temporary = Path(claim["directory"]), claim["is_temporary"] is True
    except (ValueError, TypeError, KeyError):
        path.unlink(missing_ok=True)  # its maker died before it had anything else
        return None
    if daemons_run(root):
        return None
    StackFiles(root, path.name.removeprefix(PREFIX).removesuffix(SUFFIX)).remove_books()
    if is_temporary:
        shutil.rmtree(root, ignore_errors=True)
    path.unlink(missing_ok=True)
    return root if is_temporary else None


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        status = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(status, os.fstat(descriptor))


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(0)
        try:
            client.connect(str(path))
        except BlockingIOError:
            return True  # its queue is full
        except OSError:
            return False
    return True
