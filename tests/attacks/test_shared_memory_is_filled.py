"""Somebody fills /dev/shm, before the gateway's first start and while it runs."""

import contextlib
import subprocess
from pathlib import Path

import pytest

from tests.kit.gateway import Gateway

# A /dev/shm of the gateway's own, with so much room, and a file that takes what is left of it.
IN_SMALL_MEMORY = """
import ctypes, os, runpy, subprocess, sys
CLONE_NEWNS = 0x20000
assert ctypes.CDLL(None).unshare(CLONE_NEWNS) == 0
subprocess.run(["mount", "--make-rprivate", "/"], check=True)
subprocess.run(["mount", "-t", "tmpfs", "-o", "size={size}", "tmpfs", "/dev/shm"], check=True)
runpy.run_module("tradestack_gateway", run_name="__main__")
"""

pytestmark = pytest.mark.skipif(
    subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode
    != 0,
    reason="mount namespaces are not available",
)


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
