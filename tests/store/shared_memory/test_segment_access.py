"""Names in shared memory that another user made first, and the writer's lock."""

import fcntl
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tradestack.domain.faults import OperatorFault
from tradestack.store.shared_memory.segment import SEGMENT_DIRECTORY, SEGMENT_LENGTH, Segment
from tradestack.store.shared_memory.segment_access import lock_for_writing

KIND = ord("P")
NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to others")


@pytest.fixture
def name(segment_name: str) -> Iterator[str]:
    """A name in a directory that does not exist."""
    yield f"{segment_name}/prices"
    shutil.rmtree(SEGMENT_DIRECTORY / segment_name, ignore_errors=True)


@pytest.fixture
def path(name: str) -> Path:
    """The path of the segment, in a directory of this user."""
    path = SEGMENT_DIRECTORY / name
    path.parent.mkdir(0o750)
    return path


def foreign_file(path: Path) -> None:
    """Put a file of another user there, of the right size."""
    path.write_bytes(bytes(SEGMENT_LENGTH))
    os.chown(path, NOBODY, NOBODY)


def link(path: Path) -> None:
    """Put a link to a file there."""
    target = path.with_name("target")
    target.touch()
    path.symlink_to(target)


def listening_socket(path: Path) -> None:
    """Put a socket there."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


SQUATTERS = [
    pytest.param(os.mkfifo, id="FIFO"),
    pytest.param(link, id="link"),
    pytest.param(listening_socket, id="socket"),
    pytest.param(foreign_file, id="file of another user", marks=needs_root),
]


@pytest.mark.parametrize("squat", SQUATTERS)
def test_whatever_has_the_name_is_replaced(
    name: str, path: Path, squat: Callable[[Path], None]
) -> None:
    """The writer gives the name to a new segment; a link's target stays as it is."""
    squat(path)

    Segment.create(name, KIND).close()

    Segment.attach(name, KIND).close()
    target = path.with_name("target")
    assert not target.exists() or target.read_bytes() == b""


@pytest.mark.parametrize("squat", SQUATTERS)
def test_a_reader_refuses_it_at_once(name: str, path: Path, squat: Callable[[Path], None]) -> None:
    """It neither waits for a FIFO's other end nor maps a file of a user who is not trusted."""
    squat(path)

    with pytest.raises(OperatorFault, match=f"{path}"):
        Segment.attach(name, KIND)


def test_the_directory_is_closed_to_others(name: str) -> None:
    """The group may read in it, only the writer's user may make names, whatever the umask."""
    umask = os.umask(0o077)
    try:
        Segment.create(name, KIND).close()
    finally:
        os.umask(umask)

    directory = (SEGMENT_DIRECTORY / name).parent
    assert directory.stat().st_mode & 0o7777 == 0o750


@needs_root
def test_another_users_directory_is_refused(name: str, path: Path) -> None:
    """Its owner could replace the segment at any time: by writer and reader."""
    Segment.create(name, KIND).close()
    os.chown(path.parent, NOBODY, NOBODY)

    with pytest.raises(OperatorFault, match=f"{path.parent}: it belongs to uid {NOBODY}; remove"):
        Segment.create(name, KIND)
    with pytest.raises(OperatorFault, match=f"{path.parent}: it belongs to uid {NOBODY}; remove"):
        Segment.attach(name, KIND)


@pytest.mark.parametrize(
    ("mode", "problem"), [(0o770, "write to it"), (0o757, "write to it"), (None, "no.* directory")]
)
def test_an_unsafe_directory_is_refused(
    name: str, path: Path, mode: int | None, problem: str
) -> None:
    """A directory that others can write to is refused, and so is a file in its place."""
    if mode is None:
        path.parent.rmdir()
        path.parent.touch()
    else:
        path.parent.chmod(mode)

    with pytest.raises(OperatorFault, match=problem):
        Segment.create(name, KIND)
    if mode is None:
        path.parent.unlink()


def test_a_linked_directory_is_refused(name: str, path: Path) -> None:
    """A link to a directory may lead to the books of another stack."""
    other = path.parent.rename(path.parent.with_name(f"{path.parent.name}-other"))
    path.parent.symlink_to(other)
    try:
        with pytest.raises(OperatorFault):
            Segment.create(name, KIND)
        with pytest.raises(OperatorFault):
            Segment.attach(name, KIND)
    finally:
        path.parent.unlink()
        other.rmdir()


def test_a_reader_cannot_lock_the_writer_out(name: str) -> None:
    """Locks on the file, of both kinds that a reader can take, do not concern the writer."""
    Segment.create(name, KIND).close()
    reader = os.open(SEGMENT_DIRECTORY / name, os.O_RDONLY)
    fcntl.flock(reader, fcntl.LOCK_EX)
    fcntl.lockf(reader, fcntl.LOCK_SH)

    Segment.create(name, KIND).close()

    os.close(reader)
    lock = SEGMENT_DIRECTORY / f"{name}.lock"
    assert lock.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("squat", SQUATTERS)
def test_a_lock_file_of_another_user_is_refused(
    name: str, path: Path, squat: Callable[[Path], None]
) -> None:
    """In a directory of this user, only root can have put it there."""
    squat(path.with_name("prices.lock"))

    with pytest.raises(OperatorFault, match=r"prices\.lock: .*; remove it"):
        Segment.create(name, KIND)


def test_full_memory_keeps_no_writer_out(
    name: str, file_size_limit: Callable[[int], AbstractContextManager[None]]
) -> None:
    """The lock needs no byte; the pid in it is for people."""
    Segment.create(name, KIND).close()
    lock = SEGMENT_DIRECTORY / f"{name}.lock"
    lock.write_bytes(b"")

    with file_size_limit(0):
        os.close(lock_for_writing(SEGMENT_DIRECTORY / name))

    assert lock.read_bytes() == b""
