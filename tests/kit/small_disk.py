"""A file system of its own in a file, whose power can be cut: what was not synced is gone.

It is an ext4 on a loop device. `cut_power` shuts it down without writing its log, as the loss of
the machine's power would leave it, and mounts it again. Only root can do that.
"""

import fcntl
import os
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Self

import pytest

SIZE_BYTES = 64 << 20
EXT4_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32), linux/fs/ext4/ext4.h
GOING_NOLOGFLUSH = 2

needs_small_disk = pytest.mark.skipif(
    os.geteuid() != 0
    or shutil.which("mkfs.ext4") is None
    or not Path("/dev/loop-control").exists(),
    reason="only root can mount a small disk, with mkfs.ext4 and loop devices",
)


class SmallDisk:
    """A mounted directory; a context manager that unmounts it."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "disk"
        self._image = directory / "disk.ext4"

    def __enter__(self) -> Self:
        self.path.mkdir()
        with self._image.open("wb") as image:
            image.truncate(SIZE_BYTES)
        subprocess.run(["mkfs.ext4", "-q", self._image], check=True)
        self._mount()
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", self.path], check=True)

    def sync(self) -> None:
        """Write everything to the disk."""
        subprocess.run(["sync", "--file-system", self.path], check=True)

    def sync_names(self) -> None:
        """Write names, and no content of files: ext4 does so every five seconds by itself."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def cut_power(self) -> None:
        """Lose what is not on the disk. From now on processes that use it get errors."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, struct.pack("I", GOING_NOLOGFLUSH))
        finally:
            os.close(descriptor)

    def restart(self) -> None:
        """Mount it again; nothing may have a file of it open."""
        subprocess.run(["umount", self.path], check=True)
        self._mount()

    def _mount(self) -> None:
        subprocess.run(["mount", "-o", "loop", self._image, self.path], check=True)
