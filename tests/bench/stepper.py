"""A strategy that reads its reports and trades by the count, for the row in-step."""

from tradestack.strategies import PriceTick, Strategy, TimeInForce, whole_number


class Stepper(Strategy):
    """Buys if it holds nothing, else sells, at one price of `every`."""

    interactive = True

    every: int = whole_number(1, minimum=1, maximum=10**9, doc="Prices from an order to the next.")

    def on_start(self) -> None:
        """Begin to count."""
        self.prices = 0

    def on_tick(self, tick: PriceTick) -> None:
        """Send a market order, which the next trade fills."""
        self.prices += 1
        if self.prices % self.every == 0:
            trade = self.sell if self.position(tick.symbol) > 0 else self.buy
            trade(tick.symbol, time_in_force=TimeInForce.DAY)
