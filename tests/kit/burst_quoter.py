"""An interactive strategy for tests with real prices: it quotes for a while, and then rests."""

from tests.kit.quoter import Quoter
from tradestack.strategies import NewsItem, PriceTick, whole_number


class BurstQuoter(Quoter):
    """Quotes in one of 64 messages: only then does the feed have to wait for its reports."""

    spread: int = whole_number(2_000_000, minimum=1, maximum=10**8, doc="To a quote, ×10⁻⁸.")
    position_max: int = whole_number(
        4_000_000_000, minimum=1, maximum=10**12, doc="Position, ×10⁻⁸."
    )
    burst: int = whole_number(30, minimum=1, maximum=10**6, doc="Messages with quotes.")
    period: int = whole_number(1_920, minimum=1, maximum=10**6, doc="Messages of burst and rest.")

    def on_tick(self, tick: PriceTick) -> None:
        """Quote, or cancel what still works."""
        if tick.sequence % self.period < self.burst:
            super().on_tick(tick)
        else:
            self.rest(tick)

    def on_news(self, news: NewsItem) -> None:
        """Cancel everything, in a burst also what is about to be changed."""
        if news.sequence % self.period < self.burst:
            super().on_news(news)
        else:
            self.rest(news)

    def rest(self, message: PriceTick | NewsItem) -> None:
        """Cancel what still works."""
        self.sequence = message.sequence
        self.cancel_all()
