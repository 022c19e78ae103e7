"""A strategy that never comes to an end."""

import signal

from tradestack.strategies import PriceTick, whole_number
from tradestack.strategies.crossover import Crossover


class Waiting(Crossover):
    """Trades the crossover if `waits` is 0; else waits for what never comes."""

    waits: int = whole_number(0, minimum=0, maximum=10, doc="Whether it waits.")

    def on_tick(self, tick: PriceTick) -> None:
        """Trade the crossover, if at all."""
        if self.waits:
            signal.pause()
        super().on_tick(tick)
