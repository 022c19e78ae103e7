"""What an account owns: cash, positions, and what they are worth at the newest prices.

Money is ×10⁻¹⁶ (quantity ×10⁻⁸ times price ×10⁻⁸), so it is exact. A position is worth its
quantity times its mark: the symbol's last trade.

    equity        cash + Σ quantity·mark
                  = starting cash + realized − fees + unrealized, exactly
    peak equity   the highest equity after any mark or fill, from the starting cash on
    drawdown      peak equity − equity
"""

from collections.abc import Mapping

import msgspec

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Side
from tradestack.domain.position import Position, signed_quantity

FLAT = Position()


class Portfolio(msgspec.Struct, kw_only=True):
    """The state of one account's money; `open_portfolio` makes a new one.

    A position that was closed stays, for its realized profit and fees. Marks are those of the
    symbols that were ever traded. market_value: Σ quantity·mark, kept with each step.
    realized_before, fees_before: of positions that were closed in earlier feed sessions.
    """

    starting_cash: int
    cash: int
    peak_equity: int
    drawdown_max: int = 0  # the largest drawdown so far
    market_value: int = 0
    positions: dict[str, Position] = {}
    marks: dict[str, int] = {}  # price ×10⁻⁸
    realized_before: int = 0
    fees_before: int = 0

    def position(self, symbol: str) -> Position:
        """Return the position in the symbol, flat if it was never traded."""
        return self.positions.get(symbol, FLAT)

    @property
    def held(self) -> frozenset[str]:
        """Return the symbols whose position is not flat."""
        return frozenset(symbol for symbol, held in self.positions.items() if held.quantity)

    def mark(self, symbol: str, price: int) -> None:
        """Value the position at the symbol's last trade.

        A caller may leave out the trades of a symbol while the account holds none of it.
        """
        self._set_mark(symbol, price)
        self._note_equity()

    def follow(
        self, marks: Mapping[str, int], *, highest: int, lowest: int, largest_fall: int
    ) -> None:
        """Value the positions at many trades, of which `marks` are the last ones.

        highest, lowest: of the equity on the way, from what it is now on. largest_fall: from a
        point of the way to a later one. All are ×10⁻¹⁶.
        """
        below_peak = self.drawdown - lowest
        self.drawdown_max = max(self.drawdown_max, below_peak, largest_fall)
        self.peak_equity = max(self.peak_equity, self.equity + highest)
        for symbol, price in marks.items():
            self._set_mark(symbol, price)

    def apply_fill(
        self, symbol: str, side: Side, quantity: int, price: int, *, fee: int, mark: int
    ) -> None:
        """Exchange cash for a position; `mark` is the price of the trade that filled the order."""
        self._set_mark(symbol, mark)
        signed = signed_quantity(side, quantity)
        self.cash -= signed * price + fee * SCALE
        self.market_value += signed * mark
        self.positions[symbol] = self.position(symbol).with_fill(side, quantity, price, fee)
        self._note_equity()

    @property
    def equity(self) -> int:
        """Return what would be left if every position were closed at its mark, without fees."""
        return self.cash + self.market_value

    @property
    def drawdown(self) -> int:
        """Return how far the equity is below its peak."""
        return self.peak_equity - self.equity

    @property
    def realized(self) -> int:
        """Return the profit of all that was closed, before fees."""
        return self.realized_before + sum(each.realized for each in self.positions.values())

    @property
    def fees(self) -> int:
        """Return the fees of all fills, ×10⁻⁸ as they are charged."""
        return self.fees_before + sum(each.fees for each in self.positions.values())

    @property
    def unrealized(self) -> int:
        """Return the profit of what is held, at its marks, before fees."""
        return self.market_value - sum(position.cost for position in self.positions.values())

    @property
    def net_notional(self) -> int:
        """Return the value of all positions, short ones below 0."""
        return self.market_value

    @property
    def gross_notional(self) -> int:
        """Return the value of all positions, each without its sign."""
        return sum(
            abs(position.market_value(self.marks[symbol]))
            for symbol, position in self.positions.items()
        )

    def going_on(self) -> "Portfolio":
        """Return the portfolio with which another feed session begins: of positions those held.

        Those that are closed would add up forever; what was earned with them stays in the sums.
        """
        held = {symbol: self.positions[symbol] for symbol in sorted(self.held)}
        return msgspec.structs.replace(
            self,
            positions=held,
            marks={symbol: self.marks[symbol] for symbol in held},
            realized_before=self.realized - sum(each.realized for each in held.values()),
            fees_before=self.fees - sum(each.fees for each in held.values()),
        )

    def _set_mark(self, symbol: str, price: int) -> None:
        quantity = self.position(symbol).quantity
        self.market_value += quantity * (price - self.marks.get(symbol, price))
        self.marks[symbol] = price

    def _note_equity(self) -> None:
        self.peak_equity = max(self.peak_equity, self.equity)
        self.drawdown_max = max(self.drawdown_max, self.drawdown)


def open_portfolio(starting_cash: int = 0) -> Portfolio:
    """Return the portfolio of an account that begins flat; starting_cash is ×10⁻⁸."""
    cash = starting_cash * SCALE
    return Portfolio(starting_cash=cash, cash=cash, peak_equity=cash)
