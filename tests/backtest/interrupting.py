"""A strategy that presses Ctrl-C."""

import signal

from tradestack.strategies import PriceTick, whole_number
from tradestack.strategies.crossover import Crossover


class Interrupting(Crossover):
    """Presses Ctrl-C while it handles a message, and trades on."""

    at_tick: int = whole_number(10_000, minimum=1, maximum=10**9, doc="At which message.")
    times: int = whole_number(1, minimum=1, maximum=2, doc="How often.")

    def on_tick(self, tick: PriceTick) -> None:
        """Trade the crossover."""
        if tick.sequence == self.at_tick:
            for _ in range(self.times):
                signal.raise_signal(signal.SIGINT)
        super().on_tick(tick)
