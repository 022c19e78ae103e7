"""The equity of accounts after selected messages of a tape, and their sums."""

from collections.abc import Callable, Sequence

import numpy as np

from tradestack.report.columns.table import Integers
from tradestack.report.equity.account_walk import BlockEquity
from tradestack.report.equity.exact import Exact, zeros


class Sampled:
    """The equity after the messages `rows`, which ascend; taken block by block."""

    def __init__(self, rows: Integers) -> None:
        self.rows = rows
        self._blocks: list[BlockEquity] = []

    def take(self, first: int, block: BlockEquity) -> None:
        """Take the messages that follow the first `first` ones."""
        last = first + len(block.drawdown_max)
        start, end = np.searchsorted(self.rows, (first, last), "right")
        places = self.rows[start:end] - 1 - first
        self._blocks.append(
            BlockEquity(
                block.equity.rows(places),
                block.gross.rows(places),
                block.peak.rows(places),
                block.drawdown_max[places],
            )
        )

    @property
    def equity(self) -> Exact:
        """The equity after each of them."""
        return self._joined(lambda block: block.equity)

    @property
    def gross(self) -> Exact:
        """The exposure without signs."""
        return self._joined(lambda block: block.gross)

    @property
    def peak(self) -> Exact:
        """The highest equity until then."""
        return self._joined(lambda block: block.peak)

    @property
    def drawdown_max(self) -> Integers:
        """The largest distance from it until then, ×10⁻⁸."""
        return np.concatenate([zeros(0).whole, *(block.drawdown_max for block in self._blocks)])

    def _joined(self, part: Callable[[BlockEquity], Exact]) -> Exact:
        parts = [zeros(0), *map(part, self._blocks)]
        return Exact(
            np.concatenate([each.whole for each in parts]),
            np.concatenate([each.rest for each in parts]),
        )


class Total:
    """The sum of accounts, with a peak of its own: after each message."""

    def __init__(self) -> None:
        self._peak: int | None = None
        self._drawdown_max = 0

    def take(self, blocks: Sequence[BlockEquity]) -> BlockEquity:
        """Add up what all accounts have in a block; of one account it is that account's."""
        if len(blocks) == 1:
            return blocks[0]
        equity = gross = zeros(len(blocks[0].drawdown_max))
        for block in blocks:
            equity, gross = equity.plus(block.equity), gross.plus(block.gross)
        equity = equity.carried()
        peak = equity.highest(equity.number(0) if self._peak is None else self._peak)
        fallen = np.maximum.accumulate(peak.minus(equity).rounded())
        drawdown_max = np.maximum(fallen, self._drawdown_max)
        self._peak, self._drawdown_max = peak.number(-1), int(drawdown_max[-1])
        return BlockEquity(equity, gross, peak, drawdown_max)
