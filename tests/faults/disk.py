"""A machine's disk: a small ext4 file system whose power can be cut, and that can be filled.

    image file ─ mount -o loop ─► mount point        the loop device goes with the mount
    shut_down ─► what was not synced stays in memory ─► unmount ─► lost ─► mount ─► journal recovery

Each mount is a boot with an id of its own. It needs root, and a mount namespace of the caller's own
(unshare(1)): the kernel unmounts the file system when the last process in there has ended, however
that happens.
"""

import asyncio
import contextlib
import fcntl
import os
import resource
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

SIZE_BYTES = 2 << 30  # of the image, which is sparse
BLOCK_BYTES = 4_096
POLL_S = 0.02
RELEASE_DEADLINE_S = 30.0

_EXT4_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32)
_BOOT_ID = "/proc/sys/kernel/random/boot_id"
_NO_LOG_FLUSH = 2  # not even the file system's own journal reaches the disk


class DiskFault(Exception):
    """The file system cannot be made or mounted here; the message says why."""


class Disk:
    """The file system, mounted from `mount` to `unmount`."""

    def __init__(self, image: Path, mount_point: Path) -> None:
        """Make an empty file system. Raises DiskFault."""
        self.mount_point = mount_point
        self._image = image
        mount_point.mkdir()
        with image.open("wb") as file:
            file.truncate(SIZE_BYTES)
        # Without blocks reserved for root, as whom the daemons run here.
        _run("mkfs.ext4", "-q", "-m", "0", str(image))
        self._boot_id = image.with_name("boot-id")

    @property
    def within(self) -> tuple[str, ...]:
        """A command that runs another, in which the boot has the id of the newest mount."""
        script = f'mount --bind "$0" {_BOOT_ID} && exec "$@"'
        return ("unshare", "--mount", "sh", "-c", script, str(self._boot_id))

    def mount(self) -> None:
        """Mount it. Raises DiskFault."""
        self._boot_id.write_text(f"{uuid.uuid4()}\n")
        _run("mount", "-o", "loop", str(self._image), str(self.mount_point))

    async def unmount(self) -> None:
        """Unmount it; return when nothing uses it any more. Raises DiskFault, TimeoutError."""
        _run("umount", str(self.mount_point))
        async with asyncio.timeout(RELEASE_DEADLINE_S):
            # A process that has just ended may have held its own copy of the mount.
            while _run("losetup", "--associated", str(self._image)):
                await asyncio.sleep(POLL_S)

    def shut_down(self) -> None:
        """From now on nothing reaches the disk: writes and syncs fail with EIO."""
        descriptor = os.open(self.mount_point, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(descriptor, _EXT4_IOC_SHUTDOWN, _NO_LOG_FLUSH.to_bytes(4, "little"))
        finally:
            os.close(descriptor)

    def sync(self) -> None:
        """Write everything back."""
        _run("sync", "--file-system", str(self.mount_point))

    @contextlib.contextmanager
    def filled(self) -> Iterator[None]:
        """Leave no free block within the context."""
        ballast = self.mount_point / "ballast"
        descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            _fill(descriptor)
            yield
        finally:
            os.close(descriptor)
            ballast.unlink()


def write_back(path: Path) -> None:
    """Write one file back, as the kernel does at a time of its choice."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def limited_file(pid: int, size_bytes: int) -> Iterator[None]:
    """Let no file of the process grow beyond this size within the context."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


def _fill(descriptor: int) -> None:
    """Allocate blocks, in ever smaller pieces, until none is left."""
    size = os.fstatvfs(descriptor).f_bavail * BLOCK_BYTES
    end = 0
    while size >= BLOCK_BYTES:
        try:
            os.posix_fallocate(descriptor, end, size)
        except OSError:
            size //= 2
        else:
            end += size


def _run(*command: str) -> str:
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise DiskFault(f"{command[0]}: command not found") from None
    except subprocess.CalledProcessError as error:
        raise DiskFault(f"{' '.join(command)}: {error.stderr.strip()}") from None
    return done.stdout
