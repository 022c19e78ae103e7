"""A journal's file with other lines, for repairs: all of them or none, and the old file is kept."""

import os
import shutil
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from tradestack.store.append_file import AppendFile
from tradestack.store.durable_name import replace_durably
from tradestack.store.named_file import open_named_file

BACKUPS_MAX = 1_000


def rewrite_journal(path: Path, make_lines: Callable[[], Iterable[bytes]]) -> Path:
    """Replace the file by these lines; return the path of the copy of the file as it was.

    make_lines is called while no other process can write the file. Raises OperatorFault where
    another process holds it, OSError, and what make_lines raises; then nothing has changed.
    """
    lock = AppendFile.open(path)
    try:
        lines = make_lines()
        backup = _back_up(path)
        beside = path.with_name(f"{path.name}.repairing")
        with beside.open("wb") as file:
            _copy_owner_and_mode(path, file.fileno())
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        replace_durably(beside, path)
    finally:
        lock.close()
    return backup


def encode_line(payload: bytes) -> bytes:
    """Return the line of a payload, as in JOURNAL.md."""
    return b"%08x %b\n" % (zlib.crc32(payload), payload)


def _back_up(path: Path) -> Path:
    """Copy the file to the disk, beside it and under a name that is free."""
    names = (path.with_name(f"{path.name}.damaged{n or ''}") for n in range(BACKUPS_MAX))
    backup = next((name for name in names if not name.exists()), None)
    if backup is None:
        raise FileExistsError(f"there are {BACKUPS_MAX} damaged copies beside it: remove some")
    with open_named_file(path) as source, backup.open("xb") as target:
        _copy_owner_and_mode(path, target.fileno())
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
    return backup


def _copy_owner_and_mode(path: Path, descriptor: int) -> None:
    """Give the copy to the owner of the journal, the daemon's user: root makes repairs."""
    status = path.stat()
    os.fchmod(descriptor, status.st_mode & 0o777)
    os.fchown(descriptor, status.st_uid, status.st_gid)
