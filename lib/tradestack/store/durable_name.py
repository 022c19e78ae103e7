"""Names of files that survive a power cut.

A file's name is in its directory, and a directory has to be synced like a file: until then a power
cut may leave the old name, the old file under it, or nothing.
"""

import os
from pathlib import Path


def replace_durably(unfinished: Path, path: Path) -> None:
    """Give a file, which is synced itself, its name, whatever had it before. Raises OSError."""
    unfinished.replace(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Return when the names in the directory are on the disk. Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
