"""The lines of a journal: appended, read, replayed, or refused as a whole."""

import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.journals import PAYLOADS, Limit, reopen, replay
from tradestack.domain.faults import OperatorFault
from tradestack.store import journal as journal_module
from tradestack.store.append_file import AppendFile
from tradestack.store.journal import (
    FRAME_LENGTH,
    PAYLOAD_BYTES_MAX,
    PREFIX_LENGTH,
    Journal,
)

FULL = "File too large|bytes were written"  # where the limit lets nothing in, or a part
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


@given(batches=payload_lists, chunk_bytes=st.integers(1, 200))
def test_lines_are_read_in_chunks_from_any_line_on(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[bytes]], chunk_bytes: int
) -> None:
    """Each chunk has whole lines, at least one, and all chunks together have all lines."""
    journal = Journal.create(tmp_path_factory.mktemp("journal") / "x.journal")
    payloads = [payload for batch in batches for payload in batch]
    places = [offset - PREFIX_LENGTH for batch in batches for offset in journal.append(batch)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal_module, "CHUNK_BYTES", chunk_bytes)
        for first, begin in enumerate([*places, journal.size_bytes]):
            place, read = begin, []
            while chunk := journal.read_payloads(place):
                place += sum(len(payload) + FRAME_LENGTH for payload in chunk)
                read += chunk
            assert read == payloads[first:]
            assert place == journal.size_bytes
    journal.close()


def test_a_chunk_of_lines_is_bounded_unless_one_line_is_longer(tmp_path: Path) -> None:
    """A line of the greatest length is read alone; of others as many as a chunk has."""
    journal = Journal.create(tmp_path / "x.journal")
    journal.append([b"x" * 100] * 10_000)
    journal.append([b"y" * PAYLOAD_BYTES_MAX])

    many = journal.read_payloads(0)

    assert len(many) == journal_module.CHUNK_BYTES // (100 + FRAME_LENGTH)
    place = 10_000 * (100 + FRAME_LENGTH)
    assert journal.read_payloads(place) == [b"y" * PAYLOAD_BYTES_MAX]
    assert journal.read_payloads(journal.size_bytes) == []
    journal.close()


@pytest.mark.parametrize("at", range(len(PAYLOADS[0]) + FRAME_LENGTH))
def test_a_line_that_was_damaged_meanwhile_is_not_read(tmp_path: Path, at: int) -> None:
    """Whichever byte of it has changed, its newline included."""
    journal = Journal.create(tmp_path / "x.journal")
    for payload in PAYLOADS:
        journal.append([payload])
    content = bytearray(journal.path.read_bytes())
    content[at] ^= 1
    journal.path.write_bytes(content)

    with pytest.raises(OSError, match="line at byte 0 is damaged"):
        journal.read_payloads(0)
    journal.close()


def test_a_line_is_checksum_and_payload(journal_path: Path) -> None:
    """The file is as JOURNAL.md describes it, to the byte."""
    lines = [b"%08x %b\n" % (zlib.crc32(payload), payload) for payload in PAYLOADS]

    assert journal_path.read_bytes() == b"".join(lines)


def test_the_example_in_the_specification_is_true() -> None:
    """The line that JOURNAL.md shows has the checksum that it should."""
    text = (Path(journal_module.__file__).parent / "JOURNAL.md").read_text()

    line = re.search(r"^([0-9a-f]{8}) (\{.*\})$", text, re.MULTILINE)

    assert line is not None
    assert f"{zlib.crc32(line[2].encode()):08x}" == line[1]


def test_an_empty_file_has_not_begun(tmp_path: Path) -> None:
    """A writer that died before its first record left nothing to replay."""
    Journal.create(tmp_path / "x.journal").close()

    assert replay(tmp_path / "x.journal") == []


def test_a_second_writer_is_refused(journal_path: Path) -> None:
    """A journal that is open is not opened again."""
    journal, _ = reopen(journal_path)

    with pytest.raises(OperatorFault, match="another process"):
        reopen(journal_path)

    journal.close()


@pytest.mark.parametrize("payload", [b"two\nlines", bytes(PAYLOAD_BYTES_MAX + 1)])
def test_a_payload_that_makes_no_line_is_refused(journal_path: Path, payload: bytes) -> None:
    """A payload that replay could not give back is never written."""
    journal, _ = reopen(journal_path)

    with pytest.raises(ValueError, match="not a payload"):
        journal.append([b"{}", payload])

    journal.close()
    assert replay(journal_path) == PAYLOADS


def test_a_full_disk_takes_all_of_a_batch_or_nothing(
    journal_path: Path, file_size_limit: Limit
) -> None:
    """Wherever within a batch the disk is full, no line of it stays, and the next one may."""
    content = journal_path.read_bytes()
    journal, _ = reopen(journal_path)
    batch = [b'{"Record":"Order"}', b'{"Record":"Report"}']
    length = sum(len(payload) + 10 for payload in batch)

    for room in range(length):
        with file_size_limit(len(content) + room), pytest.raises(OSError, match=FULL):
            journal.append(batch)
        assert (journal_path.read_bytes(), journal.size_bytes) == (content, len(content))

    journal.append(batch)
    journal.close()
    assert replay(journal_path) == PAYLOADS + batch


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
            expected = content[offset : offset + 20]
            assert journal.read(offset, len(expected)) == expected
        file_reads.clear()
        assert [journal.read(o, len(p)) for o, p in zip(offsets, payloads, strict=True)] == payloads
        size = sum(len(payload) + FRAME_LENGTH for payload in payloads)
        assert bool(file_reads) == (size > newest_bytes_max)
    journal.close()


def test_no_numpy_comes_with_it() -> None:
    """The order manager does not load numpy, and this module must not bring it."""
    program = "import sys, tradestack.store.journal; sys.exit('numpy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
