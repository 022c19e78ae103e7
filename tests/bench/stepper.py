"""A strategy that reads its reports and trades by the count, for the row in-step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from tradestack.domain.order import Side
from tradestack.domain.tick import Tick, TickKind
from tradestack.strategies.interactive import Decision, InteractiveStrategy, NewOrder, View
from tradestack.strategies.parameter import whole_number


@dataclass(slots=True)
class Stepped:
    """How many prices the strategy has seen."""

    prices: int = 0


@dataclass(frozen=True, kw_only=True)
class Stepper(InteractiveStrategy[Stepped]):
    """Buys if it holds nothing, else sells, at one price of `every`."""

    name: ClassVar[str] = "stepper"
    version: ClassVar[int] = 1
    value_label: ClassVar[str] = "price"

    every: int = whole_number(1, minimum=1, maximum=10**9, doc="Prices from an order to the next.")

    def initial_state(self) -> Stepped:
        """Return a state that has seen nothing."""
        return Stepped()

    def on_tick(self, state: Stepped, tick: Tick, view: View) -> Sequence[Decision]:
        """Send a market order, which the next trade fills."""
        if tick.kind is not TickKind.PRICE:
            return ()
        state.prices += 1
        if state.prices % self.every:
            return ()
        side = Side.SELL if view.position(tick.symbol) > 0 else Side.BUY
        return [NewOrder(symbol=tick.symbol, side=side)]
