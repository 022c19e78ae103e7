"""No reader takes parts of two messages for one, while a writer works at full speed or dies."""

import runpy
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tradestack.store.shared_memory.book_reader import BookRecords
from tradestack.store.shared_memory.books import SharedPriceBook
from tradestack.store.shared_memory.segment import SEGMENT_DIRECTORY

Child = Callable[..., "subprocess.Popen[str]"]
HAMMER = Path(__file__).parent / "hammer.py"
HAMMER_PROGRAM = f"import runpy; runpy.run_path({str(HAMMER)!r}, run_name='__main__')"
expected_fields = runpy.run_path(str(HAMMER))["expected_fields"]

ONE_READS = 300_000
BLOCK_READS = 20_000
# Reads go on until this many updates were seen, however the processors are shared out.
SEEN_MIN = 200
KILLS = 6
KILL_SYMBOLS = 300


def count_torn(records: BookRecords) -> int:
    """Count the rows whose fields are not of one message."""
    columns = [records[name] for name in ("value", "size", "event_time_ns", "publish_time_ns")]
    expected = expected_fields(records["sequence"])
    whole = np.logical_and.reduce([a == b for a, b in zip(columns, expected, strict=True)])
    return int((~whole).sum())


@pytest.mark.parametrize("way", ["one", "batch"])
def test_one_record_is_never_torn(segment_name: str, child: Child, way: str) -> None:
    """Every entry is of one message while the writer does nothing but store."""
    hammer = child(HAMMER_PROGRAM, segment_name, "1" if way == "one" else "64", way)
    reader = SharedPriceBook.attach(segment_name)
    sequences: set[int] = set()
    reads = torn = 0

    while reads < ONE_READS or len(sequences) < SEEN_MIN:
        reads += 1
        assert hammer.poll() is None
        entry = reader.entry("S0")
        if entry is None:
            continue
        sequence = entry.sequence
        sequences.add(sequence)
        torn += (entry.value, entry.size, entry.event_time_ns, entry.publish_time_ns) != (
            sequence * 1_000_003,
            -sequence,
            sequence << 20,
            sequence ^ 0x5555_5555_5555,
        )

    assert torn == 0
    reader.close()


@pytest.mark.parametrize(("way", "count"), [("one", 8), ("batch", 1000)])
def test_the_block_is_never_torn(segment_name: str, child: Child, way: str, count: int) -> None:
    """Every row of read_all is of one message."""
    hammer = child(HAMMER_PROGRAM, segment_name, str(count), way)
    reader = SharedPriceBook.attach(segment_name)
    sequences: set[int] = set()
    reads = torn = 0

    while reads < BLOCK_READS or len(sequences) < SEEN_MIN:
        reads += 1
        assert hammer.poll() is None
        symbols, records = reader.read_all()
        torn += count_torn(records)
        sequences.update(records["sequence"][:1].tolist())
        assert len(symbols) == len(records)

    assert torn == 0
    reader.close()


@pytest.mark.parametrize(("way", "kept"), [("one", KILL_SYMBOLS - 1), ("batch", 0)])
def test_a_killed_writer_leaves_whole_records(
    segment_name: str, child: Child, way: str, kept: int
) -> None:
    """Killed at any moment, again and again, the writer leaves what readers and the next can use.

    Every record is whole or empty after the next writer's start; empty are at most those of the
    update or batch after `sequence`, which the gateway stores again.
    """
    SharedPriceBook((), segment_name).close()
    reader = SharedPriceBook.attach(segment_name)
    inode = (SEGMENT_DIRECTORY / segment_name).stat().st_ino
    for kill in range(1, KILLS + 1):
        process = child(HAMMER_PROGRAM, segment_name, str(KILL_SYMBOLS), way)
        enough = reader.sequence + KILL_SYMBOLS * (kill + 1)
        while reader.sequence < enough:
            assert process.poll() is None
            assert count_torn(reader.read_all()[1]) == 0
        process.kill()
        process.wait()
        assert count_torn(reader.read_all()[1]) == 0

        writer = SharedPriceBook((), segment_name)
        _, records = writer.read_all()
        done = writer.sequence
        live = set(records["sequence"].tolist())
        writer.close()

        assert count_torn(records) == 0
        assert set(range(done - kept + 1, done + 1)) <= live
        assert live <= set(range(done - KILL_SYMBOLS + 1, done + KILL_SYMBOLS + 1))
        assert reader.generation == 2 * kill + 1

    assert (SEGMENT_DIRECTORY / segment_name).stat().st_ino == inode
    assert len(reader.symbols) == KILL_SYMBOLS
    reader.close()
