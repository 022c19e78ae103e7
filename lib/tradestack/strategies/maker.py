"""The market maker: quote both sides of each symbol's price, lower the more is held."""

from tradestack.domain.order import Side
from tradestack.strategies.messages import PriceTick
from tradestack.strategies.parameter import decimal
from tradestack.strategies.strategy import Strategy


class Maker(Strategy):
    """Quotes at a distance on both sides of the last price, and moves quotes that are off.

    Each quantity that is held moves both quotes by `skew` against it; at `position_max` the side
    that would add to the position is left out.
    """

    interactive = True

    spread: int = decimal("0.02", minimum="0.00000001", maximum="1000000", doc="Price to a quote.")
    skew: int = decimal("0.005", minimum="0", maximum="1000000", doc="For each quantity held.")
    tolerance: int = decimal("0.02", minimum="0", maximum="1000000", doc="Off by more: moved.")
    position_max: int = decimal("50", minimum="0", maximum="1000000000", doc="Long or short.")

    def on_tick(self, tick: PriceTick) -> None:
        """Put both quotes of the symbol where they belong."""
        held = self.position(tick.symbol)
        middle = tick.price - self.skew * held // self.quantity
        bid, offer = middle - self.spread, middle + self.spread
        self.quote(tick.symbol, Side.BUY, bid if held < self.position_max else 0)
        self.quote(tick.symbol, Side.SELL, offer if held > -self.position_max else 0)

    def quote(self, symbol: str, side: Side, price: int) -> None:
        """Place or move the quote of one side; cancel it if the price is not above 0."""
        quotes = [o for o in self.working.values() if (o.symbol, o.side) == (symbol, side)]
        if not quotes and price > 0:
            (self.buy if side is Side.BUY else self.sell)(symbol, price=price)
        for quote in quotes:
            if quote.changed_by is not None or quote.price is None:
                continue
            if price <= 0:
                self.cancel(quote.cl_ord_id)
            elif abs(quote.price - price) > self.tolerance:
                self.replace(quote.cl_ord_id, quote.quantity, price)
