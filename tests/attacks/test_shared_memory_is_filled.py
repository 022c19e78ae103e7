"""/dev/shm is missing or read-only, or somebody fills it, before the gateway's start or after."""

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.gateway import Gateway
from tests.kit.inherited_state import UNSHARE, after, needs_roots

# A /dev/shm of the gateway's own, with so much room, and a file that takes what is left of it.
IN_SMALL_MEMORY = """
import ctypes, os, runpy, subprocess, sys
CLONE_NEWNS = 0x20000
assert ctypes.CDLL(None).unshare(CLONE_NEWNS) == 0
subprocess.run(["mount", "--make-rprivate", "/"], check=True)
subprocess.run(["mount", "-t", "tmpfs", "-o", "size={size}", "tmpfs", "/dev/shm"], check=True)
runpy.run_module("tradestack_gateway", run_name="__main__")
"""

# What the gateway finds instead of memory, and what the system says of it.
NO_MEMORY = {
    "read-only": ("mount('-t', 'tmpfs', '-o', 'ro', 'tmpfs', '/dev/shm')", "Read-only file system"),
    "missing": (
        "mount('-t', 'tmpfs', 'tmpfs', '/dev')\nos.mknod('/dev/null', 0o020666, os.makedev(1, 3))",
        "No such file or directory",
    ),
    "a file": (
        "mount('-t', 'tmpfs', 'tmpfs', '/dev')\n"
        "os.mknod('/dev/null', 0o020666, os.makedev(1, 3))\n"
        "open('/dev/shm', 'w').close()",
        "Not a directory",
    ),
}

pytestmark = needs_roots


@pytest.mark.parametrize(("statements", "reason"), NO_MEMORY.values(), ids=NO_MEMORY)
def test_a_gateway_without_shared_memory_says_so(
    tmp_path: Path, statements: str, reason: str
) -> None:
    """A restart would find none either: it exits with 78, and says what to mount."""
    with Gateway(tmp_path) as gateway:
        gateway.configure(source="random-walk", pace="100/s")
        gateway.launch(after(f"{UNSHARE}{statements}", "tradestack-gateway"))

        assert gateway.wait() == 78
        (line,) = gateway.errors.splitlines()
        assert f"/dev/shm: no shared memory can be used there: {reason}; mount a tmpfs" in line


def test_up_without_room_for_its_books_ends_after_its_duration(tmp_path: Path) -> None:
    """With --respawn the gateway is started again and again, but not forever."""
    prices = tmp_path / "prices.csv"
    prices.write_text("timestamp,symbol,price\n2026-01-05T14:30:00Z,AAA,1\n")
    mount = "mount('-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', '/dev/shm')"

    done = subprocess.run(
        [
            *(sys.executable, *after(f"{UNSHARE}{mount}", "tradestackctl"), "up"),
            *("--prices", prices, "--respawn", "--duration", "1s"),
        ],
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "No space left on device: 364,544 bytes for /dev/shm/" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_gateway_without_room_for_its_books_says_so(tmp_path: Path) -> None:
    """It ends with words and not by SIGBUS; a restart finds the room that there is then."""
    with Gateway(tmp_path) as gateway:
        gateway.configure(source="random-walk", pace="100/s")
        gateway.launch(("-c", IN_SMALL_MEMORY.format(size="400k")))

        assert gateway.wait() == 1
        assert "No space left on device: 364,544 bytes for /dev/shm/" in gateway.errors
        assert "Traceback" not in gateway.errors


def test_a_running_gateway_keeps_its_pages(tmp_path: Path) -> None:
    """New symbols find room in its books, whatever the others take."""
    with Gateway(tmp_path) as gateway:
        gateway.configure(source="random-walk", pace="100/s", walk_symbols=4_000)
        gateway.start(("-c", IN_SMALL_MEMORY.format(size="1m")))
        fill(Path("/proc") / str(gateway.pid) / "root/dev/shm")
        gateway.call("SetPace", {"pace": "max"})

        gateway.stats_when(lambda stats: stats["head"] > 50_000)

        assert gateway.stop() == 0


def fill(directory: Path) -> None:
    """Take all memory that is left in the file system."""
    with contextlib.suppress(OSError), (directory / "full").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
