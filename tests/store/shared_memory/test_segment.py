"""Shared-memory segments: who may map and write them, and what replaces an unusable one."""

import errno
import mmap
import os
import signal
import subprocess
from collections.abc import Callable

import pytest

from tests.kit.disk_calls import fail_with
from tradestack.domain.faults import OperatorFault
from tradestack.store.shared_memory import segment
from tradestack.store.shared_memory.segment import (
    SEGMENT_DIRECTORY,
    SEGMENT_LENGTH,
    SLOT_GENERATION,
    SLOT_KIND,
    SLOT_MAGIC,
    SLOT_SYMBOL_COUNT,
    SLOT_VERSION,
    SLOT_WRITER_PID,
    Segment,
)

KIND = ord("P")


def test_what_is_written_is_read(segment_name: str) -> None:
    """Writer and reader map the same memory; the reader's mapping is read-only."""
    writer = Segment.create(segment_name, KIND)
    reader = Segment.attach(segment_name, KIND)
    writer.words[SLOT_GENERATION] = 7

    assert reader.words[SLOT_GENERATION] == 7
    with pytest.raises(TypeError, match="read-only"):
        reader.words[SLOT_GENERATION] = 8
    reader.close()
    writer.close()


def test_the_mode_does_not_depend_on_the_umask(segment_name: str) -> None:
    """The group may read, others may not, whatever the umask."""
    umask = os.umask(0o077)
    try:
        Segment.create(segment_name, KIND).close()
    finally:
        os.umask(umask)

    assert (SEGMENT_DIRECTORY / segment_name).stat().st_mode & 0o777 == 0o640


def test_no_segment_is_a_missing_file(segment_name: str) -> None:
    """A reader that starts before the writer gets an error that it can wait on."""
    with pytest.raises(FileNotFoundError):
        Segment.attach(segment_name, KIND)
    with pytest.raises(FileNotFoundError):
        Segment.attach(f"{segment_name}/prices", KIND)


def test_a_second_writer_is_refused(segment_name: str) -> None:
    """The refusal names the segment and the pid of its writer."""
    writer = Segment.create(segment_name, KIND)
    writer.words[SLOT_WRITER_PID] = os.getpid()

    with pytest.raises(OperatorFault) as refusal:
        Segment.create(segment_name, KIND)

    assert refusal.value.where == str(SEGMENT_DIRECTORY / segment_name)
    assert f"pid {os.getpid()}" in refusal.value.problem
    writer.close()
    Segment.create(segment_name, KIND).close()


def test_segment_of_a_killed_writer_is_used_in_place(
    segment_name: str, child: Callable[..., "subprocess.Popen[str]"]
) -> None:
    """After SIGKILL, the next writer finds the file with its content."""
    program = (
        "import sys, signal\n"
        "from tradestack.store.shared_memory.segment import Segment\n"
        "segment = Segment.create(sys.argv[1], ord('P'))\n"
        "segment.words[7] = 5\n"
        "print('ready', flush=True)\n"
        "signal.pause()\n"
    )
    process = child(program, segment_name)
    inode = (SEGMENT_DIRECTORY / segment_name).stat().st_ino
    with pytest.raises(OperatorFault, match="another process writes it"):
        Segment.create(segment_name, KIND)

    process.send_signal(signal.SIGKILL)
    process.wait()

    writer = Segment.create(segment_name, KIND)
    assert writer.words[SLOT_GENERATION] == 5
    assert (SEGMENT_DIRECTORY / segment_name).stat().st_ino == inode
    writer.close()


@pytest.mark.parametrize(
    ("slot", "value", "words"),
    [
        (SLOT_MAGIC, 1, "magic"),
        (SLOT_VERSION, 1, "format version is 1, not 2"),
        (SLOT_KIND, ord("N"), "kind"),
        (SLOT_SYMBOL_COUNT, 4097, "claims to have 4097 symbols"),
    ],
)
def test_another_format_is_refused_or_replaced(
    segment_name: str, slot: int, value: int, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Readers refuse it with a reason; the writer replaces it and logs that."""
    writer = Segment.create(segment_name, KIND)
    reader = Segment.attach(segment_name, KIND)
    writer.words[slot] = value
    writer.close()

    with pytest.raises(OperatorFault, match=words):
        Segment.attach(segment_name, KIND)
    assert not reader.is_replaced()
    writer = Segment.create(segment_name, KIND)

    assert words in caplog.text
    assert reader.is_replaced()
    Segment.attach(segment_name, KIND).close()
    reader.close()
    writer.close()


def test_another_size_is_replaced_not_changed(segment_name: str) -> None:
    """A mapped file is never resized: a new file takes its name."""
    path = SEGMENT_DIRECTORY / segment_name
    path.write_bytes(b"x" * 5000)
    with path.open("rb") as old, mmap.mmap(old.fileno(), 5000, access=mmap.ACCESS_READ) as memory:
        Segment.create(segment_name, KIND).close()

        assert memory[:] == b"x" * 5000
    assert path.stat().st_size == SEGMENT_LENGTH


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another group")
def test_a_segment_of_another_group_is_replaced(segment_name: str) -> None:
    """The group decides who may read, so it must be the writer's."""
    path = SEGMENT_DIRECTORY / segment_name
    Segment.create(segment_name, KIND).close()
    os.chown(path, -1, 65534)

    Segment.create(segment_name, KIND).close()

    assert path.stat().st_gid == os.getegid()


def test_unlinking_keeps_mappings(segment_name: str) -> None:
    """Existing mappings stay valid; the name is free for a new segment."""
    writer = Segment.create(segment_name, KIND)
    segment.unlink(segment_name)
    segment.unlink(segment_name)

    writer.words[SLOT_GENERATION] = 9

    assert writer.words[SLOT_GENERATION] == 9
    assert not writer.is_replaced()
    writer.close()


@pytest.mark.parametrize("is_new", [True, False])
def test_all_pages_are_reserved(segment_name: str, is_new: bool) -> None:
    """To store into a page that /dev/shm has no room for would end the process by SIGBUS."""
    path = SEGMENT_DIRECTORY / segment_name
    Segment.create(segment_name, KIND).close()
    if not is_new:  # as an older version has left it
        header = path.read_bytes()[: mmap.PAGESIZE]
        with path.open("r+b") as file:
            file.truncate(0)
            file.write(header)
            file.truncate(SEGMENT_LENGTH)
    Segment.create(segment_name, KIND).close()

    assert path.stat().st_blocks * 512 >= SEGMENT_LENGTH


def test_a_full_shared_memory_is_an_error_in_words(
    segment_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the file and its size, and the segment can be made later."""
    with monkeypatch.context() as full:
        full.setattr(os, "posix_fallocate", fail_with(errno.ENOSPC))
        with pytest.raises(OSError, match=r"No space left on device: 364,544 bytes for /dev/shm/"):
            Segment.create(segment_name, KIND)

    names = SEGMENT_DIRECTORY.glob(f"{segment_name}*")
    assert [path.name for path in names] == [f"{segment_name}.lock"]
    Segment.create(segment_name, KIND).close()
