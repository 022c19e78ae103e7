"""A file system that is full, in memory. Only root can mount one."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

needs_mount = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a full disk")


@contextlib.contextmanager
def full_disk(directory: Path) -> Iterator[Path]:
    """Give a new directory in which files can be created, and nothing can be written to them."""
    place = directory / "full"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tradestack-test", place], check=True)
    try:
        with contextlib.suppress(OSError), (place / "filling").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        yield place
    finally:
        subprocess.run(["umount", place], check=True)
