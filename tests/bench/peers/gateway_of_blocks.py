"""The real gateway with a source of ready ticks, so that making them is not measured.

    BENCH_TICKS=N BENCH_BLOCK=N BENCH_SYMBOLS=N gateway_of_blocks --config FILE

Nothing else is replaced. One block of records is returned again and again, each time with its own
numbers in it, as the peers' publishers do.
"""

import os
from pathlib import Path

from tests.bench.pattern import new_block, number
from tradestack.configs.gateway import GatewayConfig
from tradestack.sources.bad_rows import BadRows
from tradestack.sources.source import Checkpoint, RowCounts, SourceBatch
from tradestack.wire.symbol_table import SymbolTable
from tradestack_gateway import __main__ as gateway
from tradestack_gateway.sessions import feed_sessions


class Blocks:
    """A `tradestack.sources.source.Source` of the same block, numbered again each time."""

    def __init__(self, ticks: int, block: int, symbols: int) -> None:
        self._ticks = ticks
        self.symbols = SymbolTable(symbols)
        self._block = SourceBatch.of(new_block(block, symbols), self.symbols)
        self._given = 0

    share_read = 0.0

    def next_batch(self) -> SourceBatch | None:
        left = self._ticks - self._given
        if not left:
            return None
        batch = self._block.part(0, min(left, len(self._block)))
        number(batch.records, self._given + 1)
        self._given += len(batch)
        return batch

    def checkpoint(self) -> Checkpoint:
        return {"given": self._given}

    def restore(self, checkpoint: Checkpoint) -> None:
        self._given = checkpoint["given"]

    def row_counts(self) -> RowCounts:
        return RowCounts()

    def close(self) -> None:
        pass


def open_blocks(_config: GatewayConfig, _bad_rows: BadRows, _directory: Path) -> Blocks:
    names = ("BENCH_TICKS", "BENCH_BLOCK", "BENCH_SYMBOLS")
    return Blocks(*(int(os.environ[name]) for name in names))


if __name__ == "__main__":
    feed_sessions.__dict__["open_source"] = open_blocks
    gateway.main()
