"""Series for charts: bounded in length, with every extreme kept."""

import msgspec

from tradestack.report.values.units import Fixed, Time


class EquityCurve(msgspec.Struct, frozen=True, kw_only=True):
    """The course of one account, or of all together, in feed time; columns of equal length.

    user: None: all of them. equity: cash and positions at their last trades; drawdown: what it is
    below its highest value so far, at least 0; gross, net: what the positions are worth, each
    without and with its sign. rows_total: of how many points these were chosen; highest and lowest
    equity and the largest drawdown are among them.
    """

    user: str | None
    times: tuple[Time, ...]
    equity: tuple[Fixed, ...]
    drawdown: tuple[Fixed, ...]
    gross: tuple[Fixed, ...]
    net: tuple[Fixed, ...]
    rows_total: int


class NewsMark(msgspec.Struct, frozen=True):
    """A news item of the symbol; sentiment: 0 to 100, ×10⁻⁸."""

    time: Time
    sentiment: Fixed


class OrderMark(msgspec.Struct, frozen=True):
    """An order at the event time of its cause; price: the last one then, None: there was none."""

    time: Time
    price: Fixed | None
    side: str
    order_id: int
    result: str


class FillMark(msgspec.Struct, frozen=True):
    """A fill at the event time of the trade that made it."""

    time: Time
    price: Fixed
    side: str
    order_id: int
    quantity: Fixed


class PriceChart(msgspec.Struct, frozen=True, kw_only=True):
    """The prices of a symbol in feed time, with what happened to it.

    times, prices: columns of equal length, chosen from `prices_total`. Each list of marks is cut
    to some, evenly; the totals say how many there were.
    """

    symbol: str
    times: tuple[Time, ...]
    prices: tuple[Fixed, ...]
    prices_total: int
    news: tuple[NewsMark, ...]
    news_total: int
    orders: tuple[OrderMark, ...]
    orders_total: int
    fills: tuple[FillMark, ...]
    fills_total: int


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """equity: all accounts together first, if there are several, then some of the users.

    prices: of the symbols with the most fills, then orders, then prices.
    """

    equity: tuple[EquityCurve, ...]
    prices: tuple[PriceChart, ...]
