"""A file system of a few MiB, in memory, which a test can fill. Only root can mount one."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")


@contextlib.contextmanager
def small_disk(directory: Path) -> Iterator[Path]:
    """Make the directory, with 3 MiB of its own; the caller ends what uses it."""
    directory.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tradestack-test", str(directory)]
    subprocess.run(mount, check=True)
    try:
        yield directory
    finally:
        subprocess.run(["umount", directory], check=True)


@contextlib.contextmanager
def full_disk(directory: Path) -> Iterator[Path]:
    """Give a new directory in which files can be created, and nothing can be written to them."""
    with small_disk(directory / "full") as place:
        fill(place)
        yield place


def fill(directory: Path) -> None:
    """Leave no byte free."""
    with (directory / "filling").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
