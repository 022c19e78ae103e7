"""The news strategy: buy a symbol on good news about it, sell it on bad news."""

from collections.abc import Mapping

from tradestack.domain.order import Side
from tradestack.strategies.messages import NewsItem
from tradestack.strategies.parameter import decimal
from tradestack.strategies.strategy import Strategy


class News(Strategy):
    """Buys above one sentiment and sells below another; between the two nothing changes.

    A symbol is traded when its side changes, so good, neutral and good news are one order. News
    about a symbol without a price is counted, and leaves the side as it was.
    """

    value_label = "sentiment"

    buy_above: int = decimal(
        "60", minimum="0", maximum="100", doc="BUY if the sentiment is greater than this."
    )
    sell_below: int = decimal(
        "40",
        minimum="0",
        maximum="100",
        not_above="buy_above",
        doc="SELL if the sentiment is less than this.",
    )

    def on_start(self) -> None:
        """Begin without a side for any symbol."""
        self.sides: dict[str, Side] = {}
        self.signals_without_price = 0

    def on_news(self, news: NewsItem) -> None:
        """Trade if the news changes the symbol's side."""
        if news.sentiment > self.buy_above:
            side, trade = Side.BUY, self.buy
        elif news.sentiment < self.sell_below:
            side, trade = Side.SELL, self.sell
        else:
            return
        if self.sides.get(news.symbol) is side:
            return
        if self.last_price(news.symbol) is None:
            self.signals_without_price += 1
            return
        self.sides[news.symbol] = side
        trade(news.symbol, value=news.sentiment)

    def counters(self) -> Mapping[str, int]:
        """Return the count of news that would have changed the side of a symbol without price."""
        return {"signals_without_price": self.signals_without_price}
