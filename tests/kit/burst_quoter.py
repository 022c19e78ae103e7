"""An interactive strategy for tests with real prices: it quotes for a while, and then rests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from tests.kit.quoter import Quoter, QuoterState
from tradestack.domain.tick import Tick
from tradestack.strategies.interactive import Cancel, Decision, View
from tradestack.strategies.parameter import whole_number


@dataclass(frozen=True, kw_only=True)
class BurstQuoter(Quoter):
    """Quotes in one of 64 messages: only then does the feed have to wait for its reports."""

    name: ClassVar[str] = "burst-quoter"

    spread: int = whole_number(2_000_000, minimum=1, maximum=10**8, doc="To a quote, ×10⁻⁸.")
    position_max: int = whole_number(
        4_000_000_000, minimum=1, maximum=10**12, doc="Position, ×10⁻⁸."
    )
    burst: int = whole_number(30, minimum=1, maximum=10**6, doc="Messages with quotes.")
    period: int = whole_number(1_920, minimum=1, maximum=10**6, doc="Messages of burst and rest.")

    def on_tick(self, state: QuoterState, tick: Tick, view: View) -> Sequence[Decision]:
        """Quote, or cancel what still works."""
        if tick.sequence % self.period < self.burst:
            return super().on_tick(state, tick, view)
        state.sequence = tick.sequence
        return [
            Cancel(order.cl_ord_id) for order in view.working.values() if order.changed_by is None
        ]
