"""The symbols with the most fills, orders and prices → their charts."""

from collections import Counter
from collections.abc import Sequence

from tradestack.report.building.bounds import CHARTS_MAX, MARKS_MAX, POINTS_MAX
from tradestack.report.building.order_columns import order_marks, texts_of
from tradestack.report.columns.table import Table
from tradestack.report.figures.tape.charts import price_chart
from tradestack.report.figures.tape.market import Market
from tradestack.report.figures.traded import Fill
from tradestack.report.values.series import PriceChart


def price_charts(market: Market, orders: Table, fills: Sequence[Fill]) -> tuple[PriceChart, ...]:
    """Return the charts; orders: columns ORDERS."""
    filled = Counter(fill.symbol for fill in fills)
    ordered = Counter(texts_of(orders, "symbol"))
    symbols = sorted(
        market.prices,
        key=lambda name: (-filled[name], -ordered[name], -len(market.prices_of(name)), name),
    )
    return tuple(_chart(market, symbol, orders, fills) for symbol in symbols[:CHARTS_MAX])


def _chart(market: Market, symbol: str, orders: Table, fills: Sequence[Fill]) -> PriceChart:
    own = orders.rows(orders["symbol"] == orders.code("symbol", symbol))
    prices = market.prices_of(symbol).last(own["feed_seq"]).tolist()
    return price_chart(
        market,
        symbol,
        order_marks(own, prices),
        [fill for fill in fills if fill.symbol == symbol],
        POINTS_MAX,
        MARKS_MAX,
    )
