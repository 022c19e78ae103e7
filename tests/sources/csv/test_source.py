"""A CSV file as a source: gzip, checkpoints, memory, and files that cannot be read."""

import contextlib
import gzip
import os
import tempfile
import tracemalloc
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.csv_files import (
    PRICES_HEADER,
    joined,
    open_csv,
    price_rows,
    read_all,
    write,
)
from tradestack.domain.faults import OperatorFault
from tradestack.sources.csv import source as csv_source
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.source import SourceFault

GZIP_HEADER_LENGTH = 10
TEXT = PRICES_HEADER + price_rows(9_000) + "bad\n" + price_rows(1_000, first=9_000)


@pytest.mark.parametrize("content", [TEXT.encode(), gzip.compress(TEXT.encode())])
def test_a_restored_source_returns_the_same_records(tmp_path: Path, content: bytes) -> None:
    """Records and counters after any checkpoint are the same in a fresh source."""
    path = write(tmp_path / "prices", content)
    source = open_csv(path)
    marks = [source.checkpoint()]
    while source.next_batch() is not None:
        marks.append(source.checkpoint())
    everything = read_all(fresh := open_csv(path))

    for mark in marks:
        again = open_csv(path)
        again.restore(mark)
        rest = read_all(again)
        assert rest.tobytes() == everything[len(everything) - len(rest) :].tobytes()
        assert again.checkpoint() == source.checkpoint() == fresh.checkpoint()
        again.close()

    assert len(marks) > 3
    source.close()
    fresh.close()


def test_a_truncated_gzip_file_ends_with_a_fault(tmp_path: Path) -> None:
    """Its records come first, so that nothing looks complete that is not."""
    content = gzip.compress(TEXT.encode())
    source = open_csv(write(tmp_path / "prices.gz", content[: len(content) // 2]))

    with pytest.raises(SourceFault, match="compressed file is truncated"):
        read_all(source)
    source.close()


def test_a_damaged_gzip_file_is_a_fault(tmp_path: Path) -> None:
    """A flipped byte is found by zlib or by the checksum."""
    content = bytearray(gzip.compress(TEXT.encode()))
    content[len(content) // 2] ^= 0xFF
    source = open_csv(write(tmp_path / "prices.gz", bytes(content)))

    with pytest.raises(SourceFault):
        read_all(source)
    source.close()


def test_a_damaged_gzip_file_is_not_read_behind_the_damage(tmp_path: Path) -> None:
    """A wrong checksum stays an error though bytes that look like the right one follow."""
    content = gzip.compress(TEXT.encode())
    source = open_csv(write(tmp_path / "prices.gz", content[:-8] + bytes(8) + content[-8:]))

    with pytest.raises(SourceFault, match="compressed file is damaged"):
        read_all(source)
    with pytest.raises(SourceFault, match="compressed file is damaged"):
        source.next_batch()
    source.close()


@pytest.mark.parametrize("damage", ["cut", "flip", "trailer", "garbage"])
def test_damage_is_the_same_whatever_the_size_of_the_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    """The same rows come before a damage at any byte, and the same error after them."""
    whole = gzip.compress((PRICES_HEADER + price_rows(3)).encode())
    path = tmp_path / "prices.gz"

    def outcome(chunk_bytes: int) -> tuple[bytes, str]:
        monkeypatch.setattr(csv_source, "CHUNK_BYTES", chunk_bytes)
        batches = []
        try:
            with contextlib.closing(open_csv(path)) as source:
                while (batch := source.next_batch()) is not None:
                    batches.append(batch.records.tobytes())
        except SourceFault as fault:
            return b"".join(batches), str(fault)
        return b"".join(batches), "none"

    for place in range(GZIP_HEADER_LENGTH, len(whole)):
        damaged = {
            "cut": whole[:place],
            "flip": whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :],
            "trailer": whole[:-8] + bytes(8) + whole[place:],
            "garbage": whole + whole[place:],
        }[damage]
        write(path, damaged)
        assert outcome(7) == outcome(64) == outcome(128 << 10)


def test_a_checkpoint_behind_the_damage_is_a_fault(tmp_path: Path) -> None:
    """A position that a damaged file does not reach any more is reported as its damage."""
    content = gzip.compress(TEXT.encode())
    source = open_csv(write(tmp_path / "prices.gz", content))
    source.next_batch()
    source.next_batch()
    mark = source.checkpoint()
    source.close()
    again = open_csv(write(tmp_path / "prices.gz", content[: len(content) // 8]))

    with pytest.raises(SourceFault, match="compressed file is truncated"):
        again.restore(mark)
    again.close()


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A file ten times as large is read in the same memory."""
    peaks = []
    for copies in (2, 20):
        path = write(tmp_path / f"{copies}.csv", PRICES_HEADER + price_rows(5_000)[:-1])
        with path.open("a") as file:
            file.writelines("\n2026-01-15T14:31:00.000Z,AA,1.25,1" for _ in range(5_000 * copies))
        source = open_csv(path)
        tracemalloc.start()
        while source.next_batch() is not None:
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        source.close()

    assert peaks[1] < 1.5 * peaks[0]


def test_a_missing_file_is_an_operator_fault(tmp_path: Path) -> None:
    """The fault names the file and a remedy."""
    with pytest.raises(OperatorFault, match=r"gone\.csv: No such file"):
        open_csv(tmp_path / "gone.csv")


def test_a_directory_is_an_operator_fault(tmp_path: Path) -> None:
    """There is no traceback."""
    with pytest.raises(OperatorFault, match="Is a directory"):
        open_csv(tmp_path)


def test_a_file_without_permission_names_user_and_remedy(tmp_path: Path) -> None:
    """A child process gives up root, if the tests run as root."""
    path = write(tmp_path / "secret.csv", PRICES_HEADER)
    path.chmod(0)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setuid(65_534)
            open_csv(path)
        except OperatorFault as fault:
            os.write(writer, str(fault).encode())
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as pipe:
        message = pipe.read()

    assert "may not read it" in message or "Permission denied" in message
    assert f"tradestackctl import {path}" in message


# Weighted towards what a parser trips over.
scraps = st.sampled_from(
    [
        b"2026-01-15T14:30:00Z,SPY,1.5,100\n",
        b"2026-01-15T14:30:01Z,SPY,1.5,100\r\n",
        b"1768487400,SPY,1.5,100\n",
        b'"2026-01-15T14:30:02Z","S""PY","1\n5",\n',
        b'"',
        b",",
        b"\n",
        b"\r",
        b"\0",
        b"\xff",
        b"SPY",
        b"9" * 30,
    ]
)


def outcome(path: Path, chunk_bytes: int) -> tuple[bytes, str, object]:
    """Return all that is observable of a file read in these chunks: records, fault, state."""
    source = open_csv(path, SourceKind.PRICES)
    batches, fault = [], ""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_source, "CHUNK_BYTES", chunk_bytes)
        try:
            while (batch := source.next_batch()) is not None:
                batches.append(batch.records)
        except SourceFault as error:
            fault = str(error)
        finally:
            source.close()
    return joined(batches).tobytes(), fault, source.state


@given(st.lists(st.one_of(scraps, st.binary(max_size=8)), max_size=12), st.integers(1, 60))
def test_any_bytes_give_rows_or_a_fault(pieces: list[bytes], chunk_bytes: int) -> None:
    """Chunk sizes make no difference, no other exception is raised, and reading ends."""
    with tempfile.TemporaryDirectory() as directory:
        path = write(Path(directory) / "any.csv", PRICES_HEADER.encode() + b"".join(pieces))

        assert outcome(path, chunk_bytes) == outcome(path, 1 << 17)


@pytest.mark.parametrize(
    "change",
    [{"offset": -1}, {"offset": 2**70}, {"line": "x"}, {"form": "AGES"}, {"rows_good": None}],
)
def test_an_invalid_checkpoint_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    """It is refused when it is restored, and not where one of its values is used later."""
    source = open_csv(write(tmp_path / "prices.csv", PRICES_HEADER + price_rows(3)))

    with pytest.raises((KeyError, ValueError, msgspec.ValidationError)):
        source.restore(source.checkpoint() | change)
    source.close()


def test_a_gzip_file_is_closed_with_its_source(tmp_path: Path) -> None:
    """A looping gateway opens it again and again."""
    path = write(
        tmp_path / "prices.csv.gz", gzip.compress((PRICES_HEADER + price_rows(3)).encode())
    )
    source = open_csv(path)
    assert len(read_all(source)) == 3

    source.close()

    assert path not in [
        link.readlink() for link in Path("/proc/self/fd").iterdir() if link.exists()
    ]
