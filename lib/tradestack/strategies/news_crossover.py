"""The news-and-crossover strategy: trade when sentiment and price trend agree."""

from tradestack.strategies.indicators import Mean, per_symbol
from tradestack.strategies.messages import NewsItem, PriceTick
from tradestack.strategies.parameter import decimal, whole_number
from tradestack.strategies.strategy import Strategy


class NewsCrossover(Strategy):
    """Buys if the last news is good and the short average above the long one; sells if neither is.

    What disagrees changes nothing, and a symbol is never traded twice in the same direction.
    """

    short_ticks: int = whole_number(
        20, minimum=1, maximum=10_000, below="long_ticks", doc="Prices in the short average."
    )
    long_ticks: int = whole_number(
        100, minimum=1, maximum=10_000, doc="Prices in the long average."
    )
    buy_above: int = decimal("60", minimum="0", maximum="100", doc="News above this is good.")
    sell_below: int = decimal(
        "40", minimum="0", maximum="100", not_above="buy_above", doc="News below this is bad."
    )

    def on_start(self) -> None:
        """Begin without prices, news and sides."""
        self.short = per_symbol(Mean, self.short_ticks)
        self.long = per_symbol(Mean, self.long_ticks)
        self.trends: dict[str, int] = {}  # 1 = up, -1 = down
        self.moods: dict[str, int] = {}  # 1 = good, -1 = bad
        self.sides: dict[str, int] = {}  # 1 = bought, -1 = sold

    def on_tick(self, tick: PriceTick) -> None:
        """Take the price into the averages."""
        short, long = self.short[tick.symbol], self.long[tick.symbol]
        short.add(tick.price)
        long.add(tick.price)
        self.trends[tick.symbol] = short.compare(long) or 0
        self.trade_if_agreed(tick.symbol)

    def on_news(self, news: NewsItem) -> None:
        """Take the news as good, bad, or neither."""
        is_good, is_bad = news.sentiment > self.buy_above, news.sentiment < self.sell_below
        self.moods[news.symbol] = is_good - is_bad
        self.trade_if_agreed(news.symbol)

    def trade_if_agreed(self, symbol: str) -> None:
        """Trade if news and trend agree on another side than the last one."""
        side = self.trends.get(symbol, 0)
        if side and side == self.moods.get(symbol) and side != self.sides.get(symbol):
            self.sides[symbol] = side
            (self.buy if side > 0 else self.sell)(symbol)
