"""The crossover strategy: buy while a short moving average is above a long one, sell below it."""

from tradestack.strategies.indicators import Mean, per_symbol
from tradestack.strategies.messages import PriceTick
from tradestack.strategies.parameter import whole_number
from tradestack.strategies.strategy import Strategy


class Crossover(Strategy):
    """Trades the crossing of two moving averages of a symbol's prices.

    The averages are compared exactly. A symbol is traded when its side changes, beginning with the
    first side that it takes once it has had long_ticks prices; equal averages change nothing.
    """

    short_ticks: int = whole_number(
        20,
        minimum=1,
        maximum=10_000,
        below="long_ticks",
        doc="The number of prices in the short average.",
    )
    long_ticks: int = whole_number(
        100, minimum=1, maximum=10_000, doc="The number of prices in the long average."
    )

    def on_start(self) -> None:
        """Begin without prices and sides."""
        self.short = per_symbol(Mean, self.short_ticks)
        self.long = per_symbol(Mean, self.long_ticks)
        self.sides: dict[str, int] = {}

    def on_tick(self, tick: PriceTick) -> None:
        """Trade if the price changes the symbol's side."""
        symbol = tick.symbol
        short, long = self.short[symbol], self.long[symbol]
        short.add(tick.price)
        long.add(tick.price)
        side = short.compare(long)
        if not side or side == self.sides.get(symbol):
            return
        self.sides[symbol] = side
        (self.buy if side > 0 else self.sell)(symbol)
