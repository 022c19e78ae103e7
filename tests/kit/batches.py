"""Batches of ticks, written as rows of text."""

import itertools
from collections.abc import Callable, Iterable, Sequence

from tradestack.domain.fixed_point import parse_fixed
from tradestack.domain.tick import TickKind
from tradestack.wire.feed import TickBatch, encode_symbol, new_records

Row = tuple[str, str, str]  # "P" or "N", symbol, value as decimal text
MakeBatch = Callable[..., TickBatch]


def batch_of(rows: Sequence[Row], first_sequence: int = 1) -> TickBatch:
    """Rows → a batch whose publish times are 1000 × sequence number."""
    records = new_records(len(rows))
    records["kind"] = [int(TickKind(ord(kind))) for kind, _, _ in rows]
    records["symbol"] = [encode_symbol(symbol) for _, symbol, _ in rows]
    records["value"] = [parse_fixed(value) for _, _, value in rows]
    numbers = range(first_sequence, first_sequence + len(rows))
    records["publish_time_ns"] = [1000 * number for number in numbers]
    return TickBatch(first_sequence, records)


def cut(batch: TickBatch, cuts: Iterable[int]) -> list[TickBatch]:
    """A batch → the same messages in several batches, which begin at these rows."""
    edges = [0, *sorted({each for each in cuts if 0 < each < len(batch)}), len(batch)]
    return [
        TickBatch(batch.first_sequence + start, batch.records[start:end])
        for start, end in itertools.pairwise(edges)
        if end > start
    ]
