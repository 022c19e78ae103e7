"""A symbol's prices, news, orders and fills → its chart."""

from collections.abc import Sequence
from typing import TypeVar

from tradestack.domain.order import Side
from tradestack.report.figures.tape.chosen_rows import chosen_rows, spread_rows
from tradestack.report.figures.tape.market import Market
from tradestack.report.figures.traded import Fill
from tradestack.report.values.series import FillMark, NewsMark, OrderMark, PriceChart

Mark = TypeVar("Mark")


def price_chart(
    market: Market,
    symbol: str,
    orders: Sequence[OrderMark],
    fills: Sequence[Fill],
    points_max: int,
    marks_max: int,
) -> PriceChart:
    """Return the chart of a symbol; orders, fills: of this symbol."""
    columns, news = market.prices_of(symbol), market.news_of(symbol)
    rows = chosen_rows(columns.prices, points_max)
    news_rows = spread_rows(len(news.numbers), marks_max)
    news_times = market.times[news.numbers[news_rows] - 1].tolist()
    return PriceChart(
        symbol=symbol,
        times=tuple(market.times[columns.numbers[rows] - 1].tolist()),
        prices=tuple(columns.prices[rows].tolist()),
        prices_total=len(columns),
        news=tuple(map(NewsMark, news_times, news.sentiments[news_rows].tolist())),
        news_total=len(news.numbers),
        orders=tuple(_spread(orders, marks_max)),
        orders_total=len(orders),
        fills=tuple(map(_fill_mark, _spread(fills, marks_max))),
        fills_total=len(fills),
    )


def _fill_mark(fill: Fill) -> FillMark:
    side = Side.BUY if fill.sign > 0 else Side.SELL
    return FillMark(fill.time_ns, fill.price, side, fill.order_id, fill.quantity)


def _spread(marks: Sequence[Mark], marks_max: int) -> list[Mark]:
    return [marks[row] for row in spread_rows(len(marks), marks_max).tolist()]
