"""Strategies that press Ctrl-C."""

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from tradestack.strategies.crossover import Crossover, CrossoverState
from tradestack.strategies.intent import Intent
from tradestack.strategies.parameter import whole_number
from tradestack.wire.feed import TickBatch


@dataclass(frozen=True, kw_only=True)
class Interrupting(Crossover):
    """Presses Ctrl-C while it handles a batch, and trades on."""

    name: ClassVar[str] = "interrupting"

    at_tick: int = whole_number(10_000, minimum=1, maximum=10**9, doc="In whose batch it is.")
    times: int = whole_number(1, minimum=1, maximum=2, doc="How often.")

    def on_batch(self, state: CrossoverState, batch: TickBatch) -> Sequence[Intent]:
        """Return the intents of the crossover."""
        if batch.first_sequence <= self.at_tick <= batch.last_sequence:
            for _ in range(self.times):
                signal.raise_signal(signal.SIGINT)
        return super().on_batch(state, batch)
