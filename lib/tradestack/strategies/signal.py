"""(state, batch of ticks) → intents: what a signal is.

A signal is a function of the feed alone: it asks no clock, file, socket or shared memory, so the
same feed session gives the same intents, live, after a restart and in a test. It holds its
parameters; what it has learnt of a feed session lives in a state that the runner keeps for it,
and that only the signal itself looks into or changes. How the feed was cut into batches must not
matter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from tradestack.domain.order import Side
from tradestack.wire.feed import TickBatch

StateT = TypeVar("StateT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """The wish to trade, with the feed message that gave rise to it."""

    sequence: int  # number of that message in its feed session
    index: int  # place among the intents of the same message, from 0
    symbol: str
    side: Side
    value: int  # what the signal saw in the message, ×10⁻⁸
    time_ns: int  # publish time of the message, ns since the Unix epoch


class Signal(Protocol[StateT]):
    """A way to trade; `version` grows when the same feed would give other intents than before."""

    @property
    def name(self) -> str:
        """The word for it in config and orders."""
        ...

    @property
    def value_label(self) -> str:
        """The word for the values of its intents, in orders: "sentiment", "price"."""
        ...

    @property
    def version(self) -> int:
        """Part of what names an order."""
        ...

    def parameters(self) -> Mapping[str, object]:
        """The effective parameters, as JSON can carry them: part of what names an order."""
        ...

    def initial_state(self) -> StateT:
        """What is known at the start of a feed session."""
        ...

    def on_batch(self, state: StateT, batch: TickBatch) -> Sequence[Intent]:
        """Takes the next messages into the state; the intents they give, in feed order."""
        ...

    def counters(self, state: StateT) -> Mapping[str, int]:
        """The signal's own counters of this feed session, by name."""
        ...
