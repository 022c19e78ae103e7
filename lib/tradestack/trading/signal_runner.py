"""batches of one feed session → the intents that count.

Every message from the first on goes through the signal, so that its state is what the feed makes
it; intents of messages before `from_sequence` are dropped and counted, for they are either of a
past that nobody asked to trade, or were decided under another config.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tradestack.domain.tick import TickKind
from tradestack.strategies.signal import Intent, Signal
from tradestack.trading.counters import Counted, Counters
from tradestack.trading.epoch import Epoch
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import TickBatch

StateT = TypeVar("StateT")


@dataclass(slots=True)
class SignalRunner(Generic[StateT]):
    """A signal in one feed session.

    from_sequence: number of the first message whose intents become orders; given by Registered.
    """

    epoch: Epoch
    signal: Signal[StateT]
    counters: Counters
    state: StateT = field(init=False)
    from_sequence: int = 0
    next_sequence: int = 1

    def __post_init__(self) -> None:
        self.state = self.signal.initial_state()

    @property
    def sequence_processed(self) -> int:
        """Number of the newest message the signal has seen, 0 = none."""
        return self.next_sequence - 1

    def on_batch(self, batch: TickBatch) -> Sequence[Intent]:
        """The intents to make orders of. Raises ProtocolError when messages are missing."""
        if batch.first_sequence != self.next_sequence:
            raise ProtocolError(
                f"feed goes on with message {batch.first_sequence}, not {self.next_sequence}"
            )
        intents = self.signal.on_batch(self.state, batch)
        # As bytes: for one tick numpy's comparing and counting takes eight times as long.
        news = batch.records["kind"].tobytes().count(TickKind.NEWS)
        self.counters.add(Counted.TICKS_RECEIVED, len(batch))
        self.counters.add(Counted.PRICES_RECEIVED, len(batch) - news)
        self.counters.add(Counted.NEWS_RECEIVED, news)
        self.next_sequence += len(batch)
        due = [intent for intent in intents if intent.sequence >= self.from_sequence]
        self.counters.add(Counted.ORDERS_SUPPRESSED, len(intents) - len(due))
        return due
