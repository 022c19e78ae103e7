"""Fixtures for tests of files and segments: full disks, segment names, child processes."""

import itertools
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.store.feed_logs import SESSION, make_records
from tests.store.journals import PAYLOADS
from tradestack.store.feed_log import FeedLog
from tradestack.store.journal import Journal
from tradestack.store.shared_memory import segment
from tradestack.store.shared_memory.book_reader import BookReader
from tradestack.store.shared_memory.books import SharedPriceBook

_numbers = itertools.count()


@contextmanager
def _limit(size_bytes: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def file_size_limit() -> Callable[[int], AbstractContextManager[None]]:
    """Limit the size of files: the kernel writes up to the limit, then fails."""
    return _limit


@pytest.fixture
def segment_name() -> Iterator[str]:
    """The name of a segment that does not exist; what the test makes is removed."""
    name = f"tradestack-test-{os.getpid()}-{next(_numbers)}"
    yield name
    segment.unlink(name)


@pytest.fixture
def child() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start Python programs that print "ready"; they are killed after the test."""
    children: list[subprocess.Popen[str]] = []

    def start(program: str, *arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True
        )
        children.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in children:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def writer(segment_name: str) -> Iterator[SharedPriceBook]:
    """An empty price book."""
    book = SharedPriceBook((), segment_name)
    yield book
    book.close()


@pytest.fixture
def reader(writer: SharedPriceBook, segment_name: str) -> Iterator[BookReader]:
    """A reader of the price book."""
    book = SharedPriceBook.attach(segment_name)
    yield book
    book.close()


@pytest.fixture
def log(tmp_path: Path) -> FeedLog:
    """A log with ten ticks."""
    log = FeedLog.create(tmp_path, SESSION)
    for number in range(1, 11):
        log.append(make_records(1, number).tobytes())
    return log


@pytest.fixture
def journal_path(tmp_path: Path) -> Path:
    """A journal of three lines, PAYLOADS."""
    path = tmp_path / "0MB9ZK3Q7X.journal"
    journal = Journal.create(path)
    journal.append(PAYLOADS)
    journal.close()
    return path
