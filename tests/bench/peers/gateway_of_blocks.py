"""The real gateway, with ticks that are made already: a random walk would be measured with it.

    BENCH_TICKS=N BENCH_BLOCK=N BENCH_SYMBOLS=N gateway_of_blocks --config FILE

Nothing else is replaced. One block of records is given again and again, each time with its own
numbers in it, as the peers' publishers do.
"""

import os

from bench.pattern import new_block, number
from tradestack.sources.bad_rows import BadRows
from tradestack.sources.source import Checkpoint
from tradestack.wire.feed import TickRecords
from tradestack_gateway import __main__ as gateway
from tradestack_gateway import sessions
from tradestack_gateway.config import GatewayConfig


class Blocks:
    """See `tradestack.sources.source.Source`."""

    def __init__(self, ticks: int, block: int, symbols: int) -> None:
        self._ticks = ticks
        self._block = new_block(block, symbols)
        self._given = 0

    def next_batch(self) -> TickRecords | None:
        left = self._ticks - self._given
        if not left:
            return None
        records = self._block[: min(left, len(self._block))]
        number(records, self._given + 1)
        self._given += len(records)
        return records

    def checkpoint(self) -> Checkpoint:
        return {"given": self._given}

    def restore(self, checkpoint: Checkpoint) -> None:
        self._given = checkpoint["given"]

    def rows_rejected(self) -> int:
        return 0

    def rows_rounded(self) -> int:
        return 0

    def close(self) -> None:
        pass


def open_blocks(_config: GatewayConfig, _refusals: BadRows) -> Blocks:
    names = ("BENCH_TICKS", "BENCH_BLOCK", "BENCH_SYMBOLS")
    return Blocks(*(int(os.environ[name]) for name in names))


if __name__ == "__main__":
    sessions.open_source = open_blocks
    gateway.main()
