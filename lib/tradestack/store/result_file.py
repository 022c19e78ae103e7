"""A file that is the result of a command: it appears when it is complete, or not at all."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.store.free_space import DISK_FULL, has_room

ANOTHER_PLACE = "name a file in a directory that you may write to"


@contextlib.contextmanager
def result_file(target: Path) -> Iterator[Path]:
    """Give the name of a new file beside the target, which it replaces if all goes well.

    Raises OperatorFault for an OSError that names this file, or, as one of a write, none.
    """
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield beside
        beside.replace(target)
    except OSError as error:
        if error.filename not in (None, str(beside), beside):
            raise
        raise _fault_of(target, error) from error
    finally:
        beside.unlink(missing_ok=True)


def write_result(target: Path, text: str) -> None:
    """Write a text, in place of the last file of that name. Raises OperatorFault."""
    with result_file(target) as path:
        path.write_text(text, encoding="utf-8")


def check_place(path: Path) -> None:
    """Raise OperatorFault if a result cannot be written there; hours later is too late."""
    directory = path.absolute().parent
    if path.is_dir():
        raise OperatorFault(str(path), "this is a directory", ANOTHER_PLACE)
    if not directory.is_dir():
        raise OperatorFault(str(directory), "no such directory", ANOTHER_PLACE)
    if not os.access(directory, os.W_OK | os.X_OK):
        raise OperatorFault(str(directory), "this user may not write into it", ANOTHER_PLACE)


def check_new(path: Path, *, is_forced: bool) -> None:
    """Raise OperatorFault if a result cannot be written there, or would replace another one."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OperatorFault(str(path), "is no regular file", "name another one")
    check_place(path)
    if path.exists() and not is_forced:
        raise OperatorFault(str(path), "already exists", "name another one, or add --force")


def _fault_of(target: Path, error: OSError) -> OperatorFault:
    """Return what a person can do; a library may have lost the number of the error."""
    is_full = error.errno in DISK_FULL or (error.errno is None and not has_room(target.parent))
    if is_full:
        remedy = "make room on its disk, or name a file on another one"
        return OperatorFault(str(target), "no space is left", remedy)
    return OperatorFault(str(target), error.strerror or str(error), ANOTHER_PLACE)
