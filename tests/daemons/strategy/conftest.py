"""Feeds written down as (kind, symbol, value) rows."""

from collections.abc import Callable, Sequence

import pytest
from tradestack.domain.fixed_point import parse_fixed
from tradestack.domain.ticks import TickKind
from tradestack.wire.feed import TickBatch, encode_symbol, new_records

Row = tuple[str, str, str]  # "P" or "N", symbol, value as decimal text
MakeBatch = Callable[..., TickBatch]


@pytest.fixture(scope="session")
def make_batch() -> MakeBatch:
    """Rows → a batch whose publish times are 1000 × sequence."""

    def make(rows: Sequence[Row], first_sequence: int = 1) -> TickBatch:
        records = new_records(len(rows))
        records["kind"] = [int(TickKind(ord(kind))) for kind, _, _ in rows]
        records["symbol"] = [encode_symbol(symbol) for _, symbol, _ in rows]
        records["value"] = [parse_fixed(value) for _, _, value in rows]
        numbers = range(first_sequence, first_sequence + len(rows))
        records["publish_time_ns"] = [1000 * number for number in numbers]
        return TickBatch(first_sequence, records)

    return make
