"""The prices of symbols, with the news, orders and fills marked."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from tradestack.domain.fixed_point import SCALE
from tradestack.report.rendering import quantities
from tradestack.report.rendering.blocks import Chart, Line, Marks, Section, Shape
from tradestack.report.rendering.contents.shown import cut, floats
from tradestack.report.rendering.thinning import spread
from tradestack.report.report import Report
from tradestack.report.values.series import FillMark, NewsMark, OrderMark, PriceChart

CHARTS_MAX = 6
MARKS_MAX = 200  # of a kind
NEWS_BELOW = 0.08  # of the range of prices
SYNC = "feed-time"
BUY, SELL = "BUY", "SELL"

Mark = TypeVar("Mark", NewsMark, OrderMark, FillMark)


def prices_section(report: Report) -> Section:
    """The section of prices, a chart a symbol."""
    charts = report.series.prices[:CHARTS_MAX]
    left_out = report.feed.symbols_total - len(charts)
    which = f" These are the {len(charts)} symbols with the most fills." if left_out > 0 else ""
    return Section(
        name="prices",
        title="Prices, news, orders and fills",
        says="Trades in feed time. Orders are marked when their tick came, fills when the trade "
        "came that filled them. News stands below the prices; point at it for its sentiment, 0 to "
        f"100.{which}",
        blocks=[_chart(number, chart) for number, chart in enumerate(charts)],
    )


def _chart(number: int, chart: PriceChart) -> Chart:
    low, high = min(chart.prices, default=None), max(chart.prices, default=None)
    return Chart(
        name=f"price-{number}",
        title=cut(chart.symbol),
        unit="last trade",
        says=f"A line of prices from {quantities.price(low)} to {quantities.price(high)}, with "
        f"{chart.news_total:,} news, {quantities.counted(chart.orders_total, 'order')} and "
        f"{quantities.counted(chart.fills_total, 'fill')} marked.",
        times_ns=chart.times,
        lines=[Line(label="price", values=floats(chart.prices), tone=6)],
        marks=[_news(chart), _orders(chart), *_fills(chart)],
        sync=SYNC,
        note=_left_out(chart),
    )


def _news(chart: PriceChart) -> Marks:
    """News stands below the prices, where it hides none of them."""
    lowest, highest = min(chart.prices, default=0), max(chart.prices, default=0)
    below = (lowest - NEWS_BELOW * (highest - lowest)) / SCALE
    return _marks(
        "news",
        (Shape.DIAMOND, 4),
        chart.news,
        lambda _news: below,
        lambda news: f"sentiment {quantities.quantity(news.sentiment)}",
    )


def _orders(chart: PriceChart) -> Marks:
    priced = [order for order in chart.orders if order.price is not None]
    return _marks("order", (Shape.SQUARE, 5), priced, _order_price, _order_text)


def _order_price(order: OrderMark) -> float:
    return (order.price or 0) / SCALE


def _order_text(order: OrderMark) -> str:
    return f"order {order.order_id}: {order.side}, {order.result}"


def _fills(chart: PriceChart) -> list[Marks]:
    kinds = ((BUY, "bought", (Shape.UP, 1)), (SELL, "sold", (Shape.DOWN, 2)))
    return [
        _marks(
            label,
            look,
            [fill for fill in chart.fills if (fill.side == BUY) == (side == BUY)],
            lambda fill: fill.price / SCALE,
            _fill_text,
        )
        for side, label, look in kinds
    ]


def _fill_text(fill: FillMark) -> str:
    filled = f"{quantities.quantity(fill.quantity)} @ {quantities.price(fill.price)}"
    return f"order {fill.order_id}: {fill.side} {filled}"


def _marks(
    label: str,
    look: tuple[Shape, int],
    marks: Sequence[Mark],
    place: Callable[[Mark], float],
    text: Callable[[Mark], str],
) -> Marks:
    kept = [marks[index] for index in spread(len(marks), MARKS_MAX)]
    shape, tone = look
    return Marks(
        label=label,
        shape=shape,
        tone=tone,
        times_ns=[mark.time for mark in kept],
        values=[place(mark) for mark in kept],
        texts=[text(mark) for mark in kept],
    )


def _left_out(chart: PriceChart) -> str:
    parts = [
        f"{min(len(marks), MARKS_MAX):,} of {total:,} {noun}"
        for noun, marks, total in (
            ("news", chart.news, chart.news_total),
            ("orders", chart.orders, chart.orders_total),
            ("fills", chart.fills, chart.fills_total),
        )
        if min(len(marks), MARKS_MAX) < total
    ]
    return f"Marked: {', '.join(parts)}, evenly spaced." if parts else ""
