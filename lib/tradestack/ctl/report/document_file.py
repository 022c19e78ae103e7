"""A document that is written to a file, all of it or nothing."""

import os
from pathlib import Path

from tradestack.domain.faults import OperatorFault

ANOTHER_PLACE = "name a file in a directory that you may write to"


def write_document(path: Path, text: str) -> None:
    """Write a document, in place of the last one of that name. Raises OperatorFault."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise OperatorFault(str(path), error.strerror or str(error), ANOTHER_PLACE) from error


def check_place(path: Path) -> None:
    """Raise OperatorFault if a document cannot be written there; hours later is too late."""
    if path.is_dir():
        raise OperatorFault(str(path), "this is a directory", ANOTHER_PLACE)
    if not path.parent.is_dir():
        raise OperatorFault(str(path.parent), "no such directory", ANOTHER_PLACE)
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise OperatorFault(str(path.parent), "this user may not write into it", ANOTHER_PLACE)
