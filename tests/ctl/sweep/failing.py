"""A strategy that fails at its first tick."""

from tests.ctl.sweep.waiting import Waiting
from tradestack.strategies import PriceTick


class Failing(Waiting):
    """Raises what no strategy should."""

    def on_tick(self, tick: PriceTick) -> None:
        """Raise ValueError."""
        raise ValueError("this never works")
