"""A strategy in one feed session: its state, and those of its intents that become orders.

Every message from the first on goes through the strategy, so that its state is a function of the
feed. Intents of messages before `from_sequence` are dropped and counted: they belong to a past that
is not to be traded, or were acted on under another configuration.
"""

from collections.abc import Sequence
from typing import Generic, TypeVar

from tradestack.domain.tick import TickKind
from tradestack.strategies.intent import Intent
from tradestack.strategies.strategy import Strategy
from tradestack.trading.counters import Counted, Counters
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import TickBatch, count_kind

StateT = TypeVar("StateT")


class SignalRunner(Generic[StateT]):
    """One strategy in one feed session.

    from_sequence: number of the first message whose intents become orders (FromSeq of Registered).
    """

    def __init__(self, strategy: Strategy[StateT], counters: Counters) -> None:
        self.from_sequence = 0
        self.next_sequence = 1
        self._strategy = strategy
        self._state = strategy.initial_state()
        self._counters = counters

    @property
    def sequence_processed(self) -> int:
        """The number of the newest message that the strategy has seen; 0 if none."""
        return self.next_sequence - 1

    def on_batch(self, batch: TickBatch) -> Sequence[Intent]:
        """Return the intents to make orders of. Raises ProtocolError when messages are missing."""
        if batch.first_sequence != self.next_sequence:
            raise ProtocolError(
                f"feed continues with message {batch.first_sequence}, not {self.next_sequence}"
            )
        intents = self._strategy.on_batch(self._state, batch)
        news = count_kind(batch.records, TickKind.NEWS)
        self._counters.add(Counted.TICKS_RECEIVED, len(batch))
        self._counters.add(Counted.PRICES_RECEIVED, len(batch) - news)
        self._counters.add(Counted.NEWS_RECEIVED, news)
        self.next_sequence += len(batch)
        due = [intent for intent in intents if intent.sequence >= self.from_sequence]
        self._counters.add(Counted.ORDERS_SUPPRESSED, len(intents) - len(due))
        return due

    def strategy_counters(self) -> dict[str, int]:
        """Return the strategy's own counters of this feed session, by name."""
        return dict(self._strategy.counters(self._state))
