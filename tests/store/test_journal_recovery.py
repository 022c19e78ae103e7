"""Recovery of a journal: a torn end is cut, damage before it stops the start."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.journals import PAYLOADS, line_offsets, reopen, replay
from tradestack.domain.faults import OperatorFault
from tradestack.store import journal as journal_module
from tradestack.store.journal import (
    PAYLOAD_BYTES_MAX,
    PREFIX_LENGTH,
    Journal,
    Replay,
)

LOGGER = journal_module.__name__


def test_a_line_cut_anywhere_is_dropped_and_said(
    journal_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Truncated at every byte of the last line, the journal is what it was before that line."""
    content = journal_path.read_bytes()
    last = line_offsets(bytes(content))[-1]

    for size in range(last, len(content)):
        journal_path.write_bytes(content[:size])
        caplog.clear()
        assert replay(journal_path) == PAYLOADS[:-1]
        assert journal_path.stat().st_size == last
        assert (f"offset={last} bytes={size - last}" in caplog.text) == (size > last)


def test_lines_cut_anywhere_are_dropped(journal_path: Path) -> None:
    """Truncated at every byte of the file, the journal is the lines that are whole."""
    content = journal_path.read_bytes()

    for size in range(len(content)):
        journal_path.write_bytes(content[:size])
        assert replay(journal_path) == PAYLOADS[: content[:size].count(b"\n")]


def test_a_tail_of_zeros_is_dropped(journal_path: Path) -> None:
    """A block that was lost reads as zeros: from any byte of the last line on, and beyond it."""
    content = journal_path.read_bytes()
    last = line_offsets(bytes(content))[-1]

    for start in range(last, len(content) + 1):
        for extra in (0, 1, 4096):
            kept = content[:start]
            journal_path.write_bytes(kept + bytes(len(content) - start + extra))
            assert replay(journal_path) == PAYLOADS[: kept.count(b"\n")]


def test_the_journal_goes_on_after_a_torn_line(journal_path: Path) -> None:
    """What is appended after recovery begins where the torn line began."""
    content = journal_path.read_bytes()
    journal_path.write_bytes(content + b"01234567 {tor")

    journal, _ = reopen(journal_path)
    journal.append([b"{}"])
    journal.close()

    assert replay(journal_path) == [*PAYLOADS, b"{}"]


def test_the_cut_is_a_warning(journal_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Recovery logs what it cuts, with the first bytes of it."""
    journal_path.write_bytes(journal_path.read_bytes() + b"torn")

    replay(journal_path)

    assert [(record.name, record.levelno) for record in caplog.records] == [
        (LOGGER, logging.WARNING)
    ]
    assert "began=b'torn'" in caplog.text


@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80])
def test_a_changed_byte_stops_the_start(journal_path: Path, mask: int) -> None:
    """Any byte changed, the start is refused with file, line and offset, and nothing is cut.

    The one exception is the last newline: without it the line was never finished.
    """
    content = journal_path.read_bytes()
    offsets = line_offsets(bytes(content))

    for position in range(len(content) - 1):
        damaged = bytearray(content)
        damaged[position] ^= mask
        journal_path.write_bytes(damaged)
        number = sum(offset <= position for offset in offsets)
        with pytest.raises(OperatorFault) as refusal:
            replay(journal_path)
        assert refusal.value.where == f"{journal_path}: line {number} at byte {offsets[number - 1]}"
        assert journal_path.read_bytes() == damaged


def test_zeros_with_lines_after_them_stop_the_start(journal_path: Path) -> None:
    """A hole is damage: what came after it may have been acknowledged."""
    content = bytearray(journal_path.read_bytes())
    offsets = line_offsets(bytes(content))
    content[offsets[1] : offsets[2]] = bytes(offsets[2] - offsets[1])
    journal_path.write_bytes(content)

    with pytest.raises(OperatorFault, match="line 2"):
        replay(journal_path)


def test_endless_garbage_is_not_read_into_memory(journal_path: Path) -> None:
    """Zeros longer than any line are cut if no line follows, and damage if one does."""
    content = journal_path.read_bytes()
    tail = bytes(PAYLOAD_BYTES_MAX + journal_module.CHUNK_BYTES + 100)
    journal_path.write_bytes(content + tail + b"\n")

    with pytest.raises(OperatorFault, match="line 4"):
        replay(journal_path)

    journal_path.write_bytes(content + tail)
    assert replay(journal_path) == PAYLOADS
    assert journal_path.read_bytes() == content


def test_an_exception_of_replay_ends_the_opening(journal_path: Path) -> None:
    """A caller that does not know the version refuses, and the lock is free again."""

    def refuse(payload: bytes) -> Replay:
        raise OperatorFault(str(journal_path), f"unknown version in {payload!r}", "upgrade")

    with pytest.raises(OperatorFault, match="unknown version"):
        Journal.open(journal_path, refuse)

    assert replay(journal_path) == PAYLOADS


@pytest.mark.parametrize("refused", [1, 2])
def test_a_payload_that_is_refused_ends_the_opening_with_its_place(
    journal_path: Path, refused: int
) -> None:
    """The line is whole, so nothing but an operator may decide what becomes of it."""

    def refuse(read: Iterator[tuple[int, bytes]]) -> None:
        for number, (offset, payload) in enumerate(read, 1):
            if number == refused:
                raise ValueError(f"no such record: {payload!r} at {offset}")

    offset = line_offsets(journal_path.read_bytes())[refused] + PREFIX_LENGTH
    with pytest.raises(OperatorFault, match=f"byte {offset}: .* no such record.* at {offset}"):
        Journal.open(journal_path, lambda _: refuse)

    assert replay(journal_path) == PAYLOADS
