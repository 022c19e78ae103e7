"""The price of a fill that takes the market's price; the formulas are at `Slippage`."""

import math
from typing import NamedTuple

from tradestack.domain.fixed_point import SCALE, divide_half_even
from tradestack.domain.order import Side
from tradestack.domain.trade import Trade
from tradestack.trading.execution.draws import DrawKey, Purpose, draw
from tradestack.trading.execution.model import RATE_WHOLE, ExecutionModel, SlippageKind
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.trading.tape import Tape


class Market(NamedTuple):
    """What one account's orders meet: the model, the account's user, and the recorded trades."""

    model: ExecutionModel
    user: str
    tape: Tape


def taker_price(order: WorkingOrder, trade: Trade, market: Market) -> int:
    """Return the price at which the trade fills the order: worse than the trade's by the slippage.

    It is never past the limit of an order that has one.
    """
    slippage = market.model.slippage
    amount = _fixed_amount(order, trade, market) + _drawn_amount(order, trade, market)
    if order.side is Side.BUY:
        price = trade.price + amount
        return price if order.price is None else min(price, order.price)
    price = max(trade.price - amount, min(trade.price, slippage.increment))
    return price if order.price is None else max(price, order.price)


def recent_volume(trade: Trade, market: Market) -> int:
    """Return the size of the symbol's last trades, up to this one."""
    model = market.model
    count = model.slippage.recent_trades
    trades = market.tape.recent_trades(trade.symbol, trade.sequence, count)
    return sum(model.size_of(recent.size) for recent in trades)


def _fixed_amount(order: WorkingOrder, trade: Trade, market: Market) -> int:
    slippage = market.model.slippage
    if slippage.kind is SlippageKind.NONE:
        return 0
    if slippage.kind is SlippageKind.TICKS:
        return slippage.ticks * slippage.increment
    share, whole = slippage.rate, RATE_WHOLE
    if slippage.kind is SlippageKind.SQUARE_ROOT:
        # √(quantity / volume) ×10⁸, rounded down. The trade fills, so there is a volume.
        share *= math.isqrt(order.quantity * SCALE**2 // recent_volume(trade, market))
        whole *= SCALE
    increments = divide_half_even(abs(trade.price) * share, whole * slippage.increment)
    return increments * slippage.increment


def _drawn_amount(order: WorkingOrder, trade: Trade, market: Market) -> int:
    slippage = market.model.slippage
    if not slippage.random_ticks:
        return 0
    key = DrawKey(market.user, order.cause, order.cause_index)
    bound = slippage.random_ticks + 1
    ticks = draw(market.model, key, Purpose.SLIPPAGE, bound, trade.sequence)
    return ticks * slippage.increment
