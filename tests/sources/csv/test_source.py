"""A file as a source: gzip, checkpoints, memory, and files that are not for us."""

import gzip
import os
import tempfile
import tracemalloc
from pathlib import Path

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
from tradestack.sources.csv.header import SourceKind
from tradestack.sources.source import SourceFault

TEXT = PRICES_HEADER + price_rows(9_000) + "bad\n" + price_rows(1_000, first=9_000)


@pytest.mark.parametrize("content", [TEXT.encode(), gzip.compress(TEXT.encode())])
def test_a_checkpoint_leads_to_the_same_rest(tmp_path: Path, content: bytes) -> None:
    """From the position before any batch, in a fresh source, records and counters are the same."""
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


def test_a_cut_gzip_file_gives_what_it_has_and_says_so(tmp_path: Path) -> None:
    """Nothing is streamed as if it were complete."""
    content = gzip.compress(TEXT.encode())
    source = open_csv(write(tmp_path / "prices.gz", content[: len(content) // 2]))

    with pytest.raises(SourceFault, match="compressed file is truncated"):
        read_all(source)
    source.close()


def test_a_damaged_gzip_file_says_so(tmp_path: Path) -> None:
    """A flipped byte in the middle is found by zlib or by the checksum."""
    content = bytearray(gzip.compress(TEXT.encode()))
    content[len(content) // 2] ^= 0xFF
    source = open_csv(write(tmp_path / "prices.gz", bytes(content)))

    with pytest.raises(SourceFault):
        read_all(source)
    source.close()


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


def test_a_missing_file_is_the_operators(tmp_path: Path) -> None:
    """Named, with what to do."""
    with pytest.raises(OperatorFault, match=r"gone\.csv: No such file"):
        open_csv(tmp_path / "gone.csv")


def test_a_directory_is_the_operators(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(OperatorFault, match="Is a directory"):
        open_csv(tmp_path)


def test_a_file_we_may_not_read_names_user_and_remedy(tmp_path: Path) -> None:
    """Tried by a child that gave up being root, if we are."""
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
    """All that can be seen of a file that is read in such chunks: records, fault, state."""
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
def test_any_bytes_give_rows_or_a_fault_however_they_are_cut(
    pieces: list[bytes], chunk_bytes: int
) -> None:
    """No other exception, no difference, no end that does not come."""
    with tempfile.TemporaryDirectory() as directory:
        path = write(Path(directory) / "any.csv", PRICES_HEADER.encode() + b"".join(pieces))

        assert outcome(path, chunk_bytes) == outcome(path, 1 << 17)
