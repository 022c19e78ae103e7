"""Readers other than BookReader: ten lines of numpy, other users."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tradestack.domain.fixed_point import SCALE
from tradestack.store.shared_memory import books
from tradestack.store.shared_memory.books import SharedPriceBook
from tradestack.store.shared_memory.segment import SEGMENT_DIRECTORY

NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

BECOME = (
    "import mmap, os, sys\n"
    "import numpy as np\n"  # before the change: the interpreter may lie where others cannot read
    "os.setgroups([])\n"
    "os.setgid(int(sys.argv[1]))\n"
    f"os.setuid({NOBODY})\n"
)


@pytest.fixture
def book(segment_name: str) -> Iterator[SharedPriceBook]:
    """A book with two prices and a symbol without one."""
    book = SharedPriceBook(["AIG"], segment_name)
    book.store("SPY", 16_823_000_000, 100 * SCALE, 1, 2, 3)
    book.store("BTC-USD", 5 * SCALE, 0, 4, 5, 6)
    yield book
    book.close()


@pytest.fixture
def path(book: SharedPriceBook, segment_name: str) -> Path:
    """The file of the book's segment."""
    return SEGMENT_DIRECTORY / segment_name


@pytest.fixture
def lines(segment_name: str) -> str:
    """The program that BOOKS.md shows, for the test's segment."""
    text = (Path(books.__file__).parent / "BOOKS.md").read_text()
    found = re.search(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    program = found[1].replace(SharedPriceBook.NAME, segment_name)
    assert program.count(segment_name) == 1
    return program


def run(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The finished program."""
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


PRINTED = "SPY 168.23 100.0 1 2 3\nBTC-USD 5.0 0.0 4 5 6\n"


def test_ten_lines_of_numpy_read_a_book(book: SharedPriceBook, path: Path, lines: str) -> None:
    """The program in BOOKS.md prints the values, and does not remove the segment."""
    finished = run(lines)

    assert (finished.stdout, finished.stderr) == (PRINTED, "")
    assert book.entry("SPY") == SharedPriceBook.attach(path.name).entry("SPY")
    assert len([line for line in lines.splitlines() if line]) <= 10


@needs_root
def test_a_member_of_the_group_can_read(path: Path, lines: str) -> None:
    """Another user in the segment's group gets the same output from the same program."""
    finished = run(BECOME + lines, str(path.stat().st_gid))

    assert (finished.stdout, finished.stderr) == (PRINTED, "")


@needs_root
def test_a_member_of_the_group_cannot_write(path: Path) -> None:
    """The group's permission is to read."""
    finished = run(BECOME + f"open({str(path)!r}, 'r+b')", str(path.stat().st_gid))

    assert "PermissionError: [Errno 13]" in finished.stderr


@needs_root
def test_other_users_cannot_read(path: Path, lines: str) -> None:
    """A user who is neither owner nor in the group gets EACCES."""
    assert path.stat().st_gid != NOBODY

    finished = run(BECOME + lines, str(NOBODY))

    assert "PermissionError: [Errno 13]" in finished.stderr
    assert finished.stdout == ""


def test_readers_leave_the_segment_when_they_end(book: SharedPriceBook, segment_name: str) -> None:
    """A reader that exits without closing removes nothing, and starts no helper process."""
    program = (
        "import os, signal, sys\n"
        "from tradestack.store.shared_memory.books import SharedPriceBook\n"
        "print(SharedPriceBook.attach(sys.argv[1]).entry('SPY').sequence, flush=True)\n"
        "print('multiprocessing' in sys.modules, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    finished = run(program, segment_name)

    assert (finished.stdout, finished.stderr) == ("3\nFalse\n", "")
    assert SharedPriceBook.attach(segment_name).entry("SPY") == book.entry("SPY")
