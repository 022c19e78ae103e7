"""The names of segments that tests make in /dev/shm, and the removal of those left behind.

A name contains the process id of the run of tests or benchmarks. A run removes at its end what it
has left, and at its beginning what runs have left that were killed.
"""

import itertools
import os
import re
import shutil
from pathlib import Path

SEGMENTS = Path("/dev/shm")

_numbers = itertools.count()
_NAME = re.compile(r"tradestack-(?:test|bench)-(\d{1,7})-.*")


def new_suffix() -> str:
    """Return a suffix that no other test's segments have."""
    return f"-test-{os.getpid()}-stack-{next(_numbers)}"


def pytest_sessionstart() -> None:
    """Remove what killed runs have left."""
    remove_segments(SEGMENTS, ending=None)


def pytest_sessionfinish() -> None:
    """Remove what this run has left."""
    remove_segments(SEGMENTS, ending=os.getpid())


def remove_segments(directory: Path, *, ending: int | None) -> None:
    """Remove the segments of processes that do not run, and of the one that is ending."""
    for path in directory.glob("tradestack-*"):
        name = _NAME.fullmatch(path.name)
        if name is None or not (int(name[1]) == ending or not Path(f"/proc/{name[1]}").exists()):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
