"""What was appended is replayed, and what damage does to it."""

import logging
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.faults import OperatorFault
from tradestack.store import journal as journal_module
from tradestack.store.append_file import AppendFile
from tradestack.store.journal import (
    FRAME_LENGTH,
    PAYLOAD_BYTES_MAX,
    PREFIX_LENGTH,
    Journal,
    Replay,
)

Limit = Callable[[int], AbstractContextManager[None]]
FULL = "File too large|bytes were written"  # where the limit lets nothing in, or a part
PAYLOADS = [b'{"Version":1}', b'{"Record":"Order","Text":"\xc3\xa4"}', b'{"Record":"Report"}']
LOGGER = journal_module.__name__


def reopen(path: Path) -> tuple[Journal, list[tuple[int, bytes]]]:
    """Open the journal again; return it and what it replayed."""
    replayed: list[tuple[int, bytes]] = []

    def begin(payload: bytes) -> Replay:
        replayed.append((PREFIX_LENGTH, payload))
        return lambda offset, payload: replayed.append((offset, payload))

    return Journal.open(path, begin), replayed


def replay(path: Path) -> list[bytes]:
    """Return the payloads in the journal."""
    journal, replayed = reopen(path)
    journal.close()
    return [payload for _, payload in replayed]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make a journal of three lines."""
    path = tmp_path / "0MB9ZK3Q7X.journal"
    journal = Journal.create(path)
    journal.append(PAYLOADS)
    journal.close()
    return path


def line_offsets(content: bytes) -> list[int]:
    """Return the offsets at which the lines begin."""
    return [0, *(match.end() for match in re.finditer(b"\n", content))][:-1]


payload_lists = st.lists(
    st.lists(st.binary(max_size=40).map(lambda payload: payload.replace(b"\n", b"")), max_size=5)
)


@given(batches=payload_lists, chunk_bytes=st.integers(1, 200))
def test_replay_gives_what_was_appended(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[bytes]], chunk_bytes: int
) -> None:
    """Replay gives the same payloads and offsets, whatever the batches and chunks are."""
    path = tmp_path_factory.mktemp("journal") / "x.journal"
    Journal.create(path).close()
    appended: list[tuple[int, bytes]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal_module, "CHUNK_BYTES", chunk_bytes)

        for batch in batches:
            journal, replayed = reopen(path)
            assert replayed == appended
            appended += zip(journal.append(batch), batch, strict=True)
            assert [journal.read(offset, len(payload)) for offset, payload in appended] == [
                payload for _, payload in appended
            ]
            journal.close()

        assert replay(path) == [payload for _, payload in appended]


def test_a_line_is_checksum_and_payload(path: Path) -> None:
    """The file is as JOURNAL.md describes it, to the byte."""
    lines = [b"%08x %b\n" % (zlib.crc32(payload), payload) for payload in PAYLOADS]

    assert path.read_bytes() == b"".join(lines)


def test_the_example_in_the_specification_is_true() -> None:
    """The line that JOURNAL.md shows has the checksum that it should."""
    text = (Path(journal_module.__file__).parent / "JOURNAL.md").read_text()

    line = re.search(r"^([0-9a-f]{8}) (\{.*\})$", text, re.MULTILINE)

    assert line is not None
    assert f"{zlib.crc32(line[2].encode()):08x}" == line[1]


def test_a_line_cut_anywhere_is_dropped_and_said(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Truncated at every byte of the last line, the journal is what it was before that line."""
    content = path.read_bytes()
    last = line_offsets(content)[-1]

    for size in range(last, len(content)):
        path.write_bytes(content[:size])
        caplog.clear()
        assert replay(path) == PAYLOADS[:-1]
        assert path.stat().st_size == last
        assert (f"offset={last} bytes={size - last}" in caplog.text) == (size > last)


def test_lines_cut_anywhere_are_dropped(path: Path) -> None:
    """Truncated at every byte of the file, the journal is the lines that are whole."""
    content = path.read_bytes()

    for size in range(len(content)):
        path.write_bytes(content[:size])
        assert replay(path) == PAYLOADS[: content[:size].count(b"\n")]


def test_a_tail_of_zeros_is_dropped(path: Path) -> None:
    """A block that was lost reads as zeros: from any byte of the last line on, and beyond it."""
    content = path.read_bytes()
    last = line_offsets(content)[-1]

    for start in range(last, len(content) + 1):
        for extra in (0, 1, 4096):
            kept = content[:start]
            path.write_bytes(kept + bytes(len(content) - start + extra))
            assert replay(path) == PAYLOADS[: kept.count(b"\n")]


def test_the_journal_goes_on_after_a_torn_line(path: Path) -> None:
    """What is appended after recovery begins where the torn line began."""
    content = path.read_bytes()
    path.write_bytes(content + b"01234567 {tor")

    journal, _ = reopen(path)
    journal.append([b"{}"])
    journal.close()

    assert replay(path) == [*PAYLOADS, b"{}"]


@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80])
def test_a_changed_byte_stops_the_start(path: Path, mask: int) -> None:
    """Any byte changed, the start is refused with file, line and offset, and nothing is cut.

    The one exception is the last newline: without it the line was never finished.
    """
    content = path.read_bytes()
    offsets = line_offsets(content)

    for position in range(len(content) - 1):
        damaged = bytearray(content)
        damaged[position] ^= mask
        path.write_bytes(damaged)
        number = sum(offset <= position for offset in offsets)
        with pytest.raises(OperatorFault) as refusal:
            replay(path)
        assert refusal.value.where == f"{path}: line {number} at byte {offsets[number - 1]}"
        assert path.read_bytes() == damaged


def test_zeros_with_lines_after_them_stop_the_start(path: Path) -> None:
    """A hole is damage: what came after it may have been acknowledged."""
    content = bytearray(path.read_bytes())
    offsets = line_offsets(content)
    content[offsets[1] : offsets[2]] = bytes(offsets[2] - offsets[1])
    path.write_bytes(content)

    with pytest.raises(OperatorFault, match="line 2"):
        replay(path)


def test_endless_garbage_is_not_read_into_memory(path: Path) -> None:
    """Zeros longer than any line are cut if no line follows, and damage if one does."""
    content = path.read_bytes()
    tail = bytes(PAYLOAD_BYTES_MAX + journal_module.CHUNK_BYTES + 100)
    path.write_bytes(content + tail + b"\n")

    with pytest.raises(OperatorFault, match="line 4"):
        replay(path)

    path.write_bytes(content + tail)
    assert replay(path) == PAYLOADS
    assert path.read_bytes() == content


def test_an_empty_file_has_not_begun(tmp_path: Path) -> None:
    """A writer that died before its first record left nothing to replay."""
    Journal.create(tmp_path / "x.journal").close()

    assert replay(tmp_path / "x.journal") == []


def test_what_replay_raises_ends_the_opening(path: Path) -> None:
    """A caller that does not know the version refuses, and the lock is free again."""

    def refuse(payload: bytes) -> Replay:
        raise OperatorFault(str(path), f"unknown version in {payload!r}", "upgrade")

    with pytest.raises(OperatorFault, match="unknown version"):
        Journal.open(path, refuse)

    assert replay(path) == PAYLOADS


def test_a_payload_that_is_refused_ends_the_opening_with_its_place(path: Path) -> None:
    """The line is whole, so nothing but an operator may decide what becomes of it."""

    def refuse(offset: int, payload: bytes) -> None:
        raise ValueError(f"no such record: {payload!r} at {offset}")

    offset = 2 * PREFIX_LENGTH + len(PAYLOADS[0]) + 1
    with pytest.raises(OperatorFault, match=f"byte {offset}: .* no such record.* at {offset}"):
        Journal.open(path, lambda _: refuse)

    assert replay(path) == PAYLOADS


def test_a_second_writer_is_refused(path: Path) -> None:
    """A journal that is open is not opened again."""
    journal, _ = reopen(path)

    with pytest.raises(OperatorFault, match="another process"):
        reopen(path)

    journal.close()


@pytest.mark.parametrize("payload", [b"two\nlines", bytes(PAYLOAD_BYTES_MAX + 1)])
def test_what_is_no_line_is_refused(path: Path, payload: bytes) -> None:
    """A payload that replay could not give back is never written."""
    journal, _ = reopen(path)

    with pytest.raises(ValueError, match="not a payload"):
        journal.append([b"{}", payload])

    journal.close()
    assert replay(path) == PAYLOADS


def test_a_full_disk_takes_all_of_a_batch_or_nothing(path: Path, file_size_limit: Limit) -> None:
    """Wherever within a batch the disk is full, no line of it stays, and the next one may."""
    content = path.read_bytes()
    journal, _ = reopen(path)
    batch = [b'{"Record":"Order"}', b'{"Record":"Report"}']
    length = sum(len(payload) + 10 for payload in batch)

    for room in range(length):
        with file_size_limit(len(content) + room), pytest.raises(OSError, match=FULL):
            journal.append(batch)
        assert (path.read_bytes(), journal.size_bytes) == (content, len(content))

    journal.append(batch)
    journal.close()
    assert replay(path) == PAYLOADS + batch


def test_the_cut_is_a_warning(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Recovery logs what it cuts, with the first bytes of it."""
    path.write_bytes(path.read_bytes() + b"torn")

    replay(path)

    assert [(record.name, record.levelno) for record in caplog.records] == [
        (LOGGER, logging.WARNING)
    ]
    assert "began=b'torn'" in caplog.text


def test_no_numpy_comes_with_it() -> None:
    """The order manager does not load numpy, and this module must not bring it."""
    program = "import sys, tradestack.store.journal; sys.exit('numpy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("newest_bytes_max", [0, 60, 1_000_000])
def test_what_was_appended_last_is_read_from_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, newest_bytes_max: int
) -> None:
    """Reads of the newest append give the file's bytes; one above the limit is not kept."""
    monkeypatch.setattr("tradestack.store.journal.NEWEST_BYTES_MAX", newest_bytes_max)
    file_reads: list[int] = []
    read = AppendFile.read

    def counted(file: AppendFile, offset: int, length: int) -> bytes:
        file_reads.append(offset)
        return read(file, offset, length)

    journal = Journal.create(tmp_path / "a.journal")
    monkeypatch.setattr(AppendFile, "read", counted)
    for payloads in ([b'{"a":1}'], [b'{"b":2}', b'{"c":3}'], [b'{"d":%d}' % 10**50]):
        offsets = journal.append(payloads)
        content = (tmp_path / "a.journal").read_bytes()
        for offset in range(len(content)):
            assert journal.read(offset, 20) == content[offset : offset + 20]
        file_reads.clear()
        assert [journal.read(o, len(p)) for o, p in zip(offsets, payloads, strict=True)] == payloads
        size = sum(len(payload) + FRAME_LENGTH for payload in payloads)
        assert bool(file_reads) == (size > newest_bytes_max)
    journal.close()
