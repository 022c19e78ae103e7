"""Other users lock the books, and take their names before the gateway does."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kit.gateway import Gateway
from tests.kit.other_user import acting_as, needs_root
from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT
from tradestack.store.shared_memory.segment import SEGMENT_DIRECTORY


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway with a random walk, not started."""
    with Gateway(tmp_path) as gateway:
        gateway.configure(source="random-walk")
        yield gateway


@pytest.fixture
def directory(gateway: Gateway) -> Path:
    """The directory of its books, not made yet."""
    return SEGMENT_DIRECTORY / f"tradestack{gateway.suffix}"


def test_a_reader_locks_a_book(gateway: Gateway, directory: Path) -> None:
    """A gateway that is restarted meanwhile takes the same books again."""
    gateway.start()
    readers = [os.open(directory / book, os.O_RDONLY) for book in ("prices", "news")]
    for reader in readers:
        fcntl.flock(reader, fcntl.LOCK_EX | fcntl.LOCK_NB)
    inode = (directory / "prices").stat().st_ino

    gateway.kill()
    gateway.start()

    assert (directory / "prices").stat().st_ino == inode
    for reader in readers:
        os.close(reader)


@pytest.mark.parametrize("squat", [Path.touch, os.mkfifo], ids=["file", "FIFO"])
def test_something_else_has_the_name_of_a_book(
    gateway: Gateway, directory: Path, squat: Callable[[Path], None]
) -> None:
    """What has the name in the gateway's own directory is replaced."""
    directory.mkdir(0o750)
    squat(directory / "prices")

    gateway.start()

    assert (directory / "prices").is_file()


@needs_root
def test_another_user_has_the_directory(gateway: Gateway, directory: Path) -> None:
    """The gateway ends with the place and the remedy, and does not touch what is there."""
    with acting_as():
        directory.mkdir()
    try:
        gateway.launch()

        assert gateway.wait() == EXIT_STATUS_OPERATOR_FAULT
        assert f"{directory}: it belongs to uid 65534; remove it" in gateway.errors
        assert not list(directory.iterdir())
    finally:
        shutil.rmtree(directory)
