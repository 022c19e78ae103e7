"""fills, and the feed → positions, profit, cash, equity and drawdown.

An account begins flat, with no cash. A position has an average price: adding to it averages,
reducing it keeps the average and realises (price − average) · quantity closed, and what goes
through zero begins at the price of the fill. Fees are apart from the realised profit, and are paid
in cash. Equity is cash + Σ position · last trade, looked at after each message with all of its
fills. The peak is at least the 0 of the beginning; drawdown is what equity is below the peak.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.reference.execution import Execution, Settings
from tests.reference.feed import UNITS, Message, messages, round_half_even
from tests.reference.orders import ZERO, Fill, OrderState, Request


@dataclass
class Position:
    """What an account has of one symbol, below 0 if it is short."""

    quantity: Fraction = ZERO
    average_price: Fraction = ZERO
    realised: Fraction = ZERO
    fees: Fraction = ZERO
    last_price: Fraction = ZERO

    @property
    def value(self) -> Fraction:
        """Return what it is worth at the last price."""
        return self.quantity * self.last_price

    @property
    def unrealised(self) -> Fraction:
        """Return the profit if it were closed at the last price."""
        return self.quantity * (self.last_price - self.average_price)

    def trade(self, quantity: Fraction, price: Fraction) -> None:
        """Buy, or sell if the quantity is below 0."""
        before, after = self.quantity, self.quantity + quantity
        self.quantity = after
        if before * quantity >= 0:
            self.average_price = (before * self.average_price + quantity * price) / after
            return
        closed = -quantity if abs(quantity) < abs(before) else before
        self.realised += closed * (price - self.average_price)
        if after == 0:
            self.average_price = ZERO
        elif before * after < 0:
            self.average_price = price


@dataclass
class Account:
    """Everything that one account has."""

    positions: dict[str, Position] = field(default_factory=dict)
    fills: list[Fill] = field(default_factory=list)
    cash: Fraction = ZERO
    holdings: Fraction = ZERO  # what the positions are worth at the last trades
    equity: Fraction = ZERO
    peak_equity: Fraction = ZERO
    drawdown_max: Fraction = ZERO

    def handle(self, message: Message, fills: Sequence[Fill]) -> None:
        """Take the price of a message, and the fills at it, all of its symbol."""
        if not message.is_trade or not (fills or message.symbol in self.positions):
            return
        position = self.positions.setdefault(message.symbol, Position())
        self.holdings -= position.value
        for fill in fills:
            quantity = fill.quantity if fill.side == "BUY" else -fill.quantity
            position.trade(quantity, fill.price)
            position.fees += fill.fee
            self.cash -= quantity * fill.price + fill.fee
        self.fills += fills
        position.last_price = message.value
        self.holdings += position.value
        self.equity = self.cash + self.holdings
        self.peak_equity = max(self.peak_equity, self.equity)
        self.drawdown_max = max(self.drawdown_max, self.peak_equity - self.equity)


def expected_accounts(
    prices: Path, sentiment: Path, orders: Sequence[Request], settings: Settings
) -> dict[str, Any]:
    """Return of each account, by name, its orders, fills, positions and sums, as in JSON.

    The requests of an account are in the order sent. Numbers are exact until they become
    decimal strings, each rounded half to even at 8 decimals. Orders are under their newest ClOrdID.
    """
    feed = list(messages(prices, sentiment))
    names = dict.fromkeys(request.account for request in orders)
    return {
        name: _as_json(
            *run(feed, [request for request in orders if request.account == name], settings)
        )
        for name in names
    }


def run(
    feed: Iterable[Message], requests: Sequence[Request], settings: Settings
) -> tuple[Account, list[OrderState]]:
    """Take the feed through one account; return it, and its orders as they ended."""
    account, execution = Account(), Execution(requests, settings)
    for message in feed:
        account.handle(message, execution.handle(message))
    execution.end()
    return account, execution.orders


def decimal_text(number: Fraction) -> str:
    """Number → its shortest decimal text, rounded half to even at 8 decimals."""
    units = int(round_half_even(number) * UNITS)
    whole, fraction = divmod(abs(units), UNITS)
    sign = "-" if units < 0 else ""
    return f"{sign}{whole}.{fraction:08d}".rstrip("0").rstrip(".")


def _as_json(account: Account, orders: Sequence[OrderState]) -> dict[str, Any]:
    positions = account.positions.values()
    return {
        "orders": {
            order.cl_ord_id: {
                "ord_status": order.ord_status,
                "quantity": decimal_text(order.quantity),
                "cum_quantity": decimal_text(order.cum_quantity),
            }
            for order in orders
        },
        "fills": [_texts(fill) for fill in account.fills],
        "positions": {
            symbol: _texts(position) | {"unrealised": decimal_text(position.unrealised)}
            for symbol, position in sorted(account.positions.items())
        },
        "realised": decimal_text(sum((its.realised for its in positions), ZERO)),
        "unrealised": decimal_text(sum((its.unrealised for its in positions), ZERO)),
        "fees": decimal_text(sum((its.fees for its in positions), ZERO)),
        "cash": decimal_text(account.cash),
        "equity": decimal_text(account.equity),
        "peak_equity": decimal_text(account.peak_equity),
        "drawdown_max": decimal_text(account.drawdown_max),
    }


def _texts(values: Fill | Position) -> dict[str, Any]:
    """Return the fields by name, the numbers as text; a sequence remains a number."""
    return {
        name: decimal_text(value) if isinstance(value, Fraction) else value
        for name, value in asdict(values).items()
    }
