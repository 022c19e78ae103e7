"""A file in memory, for decoders that read files; each process has its own."""

import atexit
import os
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")

_directories: dict[int, "tempfile.TemporaryDirectory[str]"] = {}


def scratch_file(name: str, content: bytes) -> Path:
    """Write a file of this name and content; it is removed at the end of the process."""
    path = Path(_directory()) / name
    path.write_bytes(content)
    return path


def _directory() -> str:
    process = os.getpid()
    if process not in _directories:
        directory = tempfile.TemporaryDirectory(
            prefix="tradestack-fuzz-", dir=MEMORY if MEMORY.is_dir() else None
        )
        atexit.register(directory.cleanup)
        _directories[process] = directory
    return _directories[process].name
