"""One account along the tape: its equity after every message, as the account itself has it.

A price of a symbol that is held changes equity by quantity × change of the price; a fill by what it
was better than the newest price, less its fee. At the message of a fill both are one step: the
account notes its peak after each fill, and not between the price and the first of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tradestack.domain.fixed_point import SCALE, divide_half_even
from tradestack.report.columns.table import Integers
from tradestack.report.equity.exact import Exact, product, zeros
from tradestack.report.equity.fill_course import FillCourse
from tradestack.report.equity.tape_blocks import TapeBlock
from tradestack.trading.account.holdings.portfolio import Portfolio


@dataclass(frozen=True, slots=True, eq=False)
class BlockEquity:
    """The equity after each message of a block; gross: the exposure without signs.

    peak: the highest equity so far. drawdown_max: the largest distance from it so far, ×10⁻⁸.
    """

    equity: Exact
    gross: Exact
    peak: Exact
    drawdown_max: Integers


class AccountWalk:
    """An account after message `through`, at which it has that portfolio.

    marks: the newest prices of what it has traded, by the codes of symbols.
    """

    def __init__(
        self, portfolio: Portfolio, course: FillCourse, codes: Mapping[str, int], through: int = 0
    ) -> None:
        self._course = course
        self._through = through
        self._taken = 0  # fills
        self._held = {codes[each]: portfolio.position(each).quantity for each in portfolio.held}
        self.marks = {codes[symbol]: mark for symbol, mark in portfolio.marks.items()}
        self._equity = portfolio.equity
        self._gross = portfolio.gross_notional
        self._peak = portfolio.peak_equity
        self._drawdown_max = divide_half_even(portfolio.drawdown_max, SCALE)

    def take(self, block: TapeBlock) -> BlockEquity:
        """Meet the messages of the next block."""
        steps = _Steps(block)
        fills = self._next_fills(block)
        places = self._course.sequences[fills] - 1 - block.first
        changes = zeros(len(places))
        symbols = self._course.symbols[fills]
        for symbol in sorted({*self._held, *symbols.tolist()}):
            mine = np.flatnonzero(symbols == symbol)
            better = self._trade(block, steps, symbol, fills.start + mine, places[mine])
            changes.whole[mine] = better.whole - self._course.fees[fills][mine]
            changes.rest[mine] = better.rest
        return self._behind(steps, places, changes)

    def _next_fills(self, block: TapeBlock) -> slice:
        start = self._taken
        end = block.first + block.count
        self._taken = int(np.searchsorted(self._course.sequences, end, "right"))
        return slice(start, self._taken)

    def _trade(
        self, block: TapeBlock, steps: "_Steps", symbol: int, fills: Integers, at: Integers
    ) -> Exact:
        """Take prices and fills of a symbol; return by what the fills were better than prices."""
        places, prices = block.prices(symbol)
        met = np.searchsorted(places, self._through - block.first)
        places, prices = places[met:], prices[met:]
        known = np.append([self._known(symbol, block)], prices)
        traded = self._course.signed[fills]
        held = self._held.get(symbol, 0) + np.append([0], np.cumsum(traded))
        before = held[np.searchsorted(at, places, "left")]
        steps.equity_at(places, product(before, np.diff(known)))
        steps.gross_at(places, product(np.abs(before), np.diff(np.abs(known))))
        newest = known[np.searchsorted(places, at, "right")]
        steps.gross_of_fills(at, product(np.diff(np.abs(held)), np.abs(newest)))
        self._held[symbol] = int(held[-1])
        self.marks[symbol] = int(known[-1])
        if not self._held[symbol]:  # its prices do not matter until it is traded again
            del self._held[symbol]
            self.marks[symbol] = int(newest[-1])
        return product(traded, newest - self._course.prices[fills])

    def _known(self, symbol: int, block: TapeBlock) -> int:
        """Return what a symbol was worth to the account before the block.

        What is held has a mark, which may be older than the tape: that of an earlier feed session.
        """
        if symbol in self._held:
            return self.marks[symbol]
        return block.newest.get(symbol, 0)

    def _behind(self, steps: "_Steps", places: Integers, changes: Exact) -> BlockEquity:
        """Sum the steps up; the further fills of a message are steps of their own."""
        is_first = np.ones(len(places), np.bool_)
        is_first[1:] = places[1:] != places[:-1]
        steps.equity_at(places[is_first], changes.rows(np.flatnonzero(is_first)))
        further = np.flatnonzero(~is_first)
        equity, ends = steps.equity, np.arange(steps.count)
        if len(further):
            at = places[further]
            equity = Exact(
                np.insert(equity.whole, at + 1, changes.whole[further]),
                np.insert(equity.rest, at + 1, changes.rest[further]),
            )
            ends = ends + np.searchsorted(at, ends, "right")
        sums = equity.summed(self._equity)
        peak = sums.highest(self._peak)
        fallen = np.maximum.accumulate(np.maximum(peak.minus(sums).rounded(), self._drawdown_max))
        gross = steps.gross.summed(self._gross)
        self._equity, self._gross = sums.number(-1), gross.number(-1)
        self._peak, self._drawdown_max = peak.number(-1), int(fallen[-1])
        return BlockEquity(sums.rows(ends), gross, peak.rows(ends), fallen[ends])


class _Steps:
    """By what equity and gross exposure change at each message of a block."""

    def __init__(self, block: TapeBlock) -> None:
        self.count = block.count
        self.equity = zeros(block.count)
        self.gross = zeros(block.count)

    def equity_at(self, places: Integers, changes: Exact) -> None:
        """Add changes at places, each of which occurs once."""
        self.equity.whole[places] += changes.whole
        self.equity.rest[places] += changes.rest

    def gross_at(self, places: Integers, changes: Exact) -> None:
        """Add changes at places, each of which occurs once."""
        self.gross.whole[places] += changes.whole
        self.gross.rest[places] += changes.rest

    def gross_of_fills(self, places: Integers, changes: Exact) -> None:
        """Add changes at places, of which some occur several times."""
        np.add.at(self.gross.whole, places, changes.whole)
        np.add.at(self.gross.rest, places, changes.rest)
