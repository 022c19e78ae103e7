"""A strategy in a file, as a user writes one."""

SOURCE = """\
from tradestack.strategies import PriceTick, Strategy, decimal, whole_number


class Mine(Strategy):
    step: int = decimal("0.5", minimum="0.01", maximum="100", doc="From one order to the next.")
    length: int = whole_number(
        20, minimum=1, maximum=1000, doc="Prices in the average."
    )

    def on_start(self) -> None:
        self.marks: dict[str, int] = {}
        self.orders = 0

    def on_tick(self, tick: PriceTick) -> None:
        mark = self.marks.setdefault(tick.symbol, tick.price)
        if abs(tick.price - mark) >= self.step:
            (self.buy if tick.price > mark else self.sell)(tick.symbol)
            self.marks[tick.symbol] = tick.price
"""
