"""A strategy in one feed session that never waits: whole batches in, intents out.

Every message from the first on goes through the strategy, so that its state is a function of the
feed. Intents of messages before `from_sequence` are dropped and counted: they belong to a past that
is not to be traded, or were acted on under another configuration.
"""

from collections.abc import Sequence

from tradestack.domain.tick import TickKind
from tradestack.strategies.configured import ConfiguredStrategy
from tradestack.strategies.intent import AnyIntent, Intent
from tradestack.trading.desk.background import Background
from tradestack.trading.desk.counters import Counted, Counters, count_tiny
from tradestack.trading.desk.desk import TradingDesk
from tradestack.trading.desk.epoch import Epoch
from tradestack.trading.desk.handled_feed import BatchFeed
from tradestack.trading.desk.strategy_object import StrategyFailed, StrategyObject
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import TickBatch, count_kind


class SignalRunner:
    """One strategy in one feed session; it neither reads reports nor has async hooks.

    from_sequence: number of the first message whose intents become requests (FromSeq of
    Registered).
    """

    def __init__(
        self,
        configured: ConfiguredStrategy,
        epoch: Epoch,
        counters: Counters,
        background: Background | None = None,
    ) -> None:
        self.next_sequence = 1
        self._feed = BatchFeed()
        self._desk = TradingDesk(epoch, self._feed, None, background)
        self._object = StrategyObject(configured, self._desk)
        self._counters = counters

    @property
    def from_sequence(self) -> int:
        """The number of the first message whose intents become requests."""
        return self._desk.from_sequence

    @from_sequence.setter
    def from_sequence(self, sequence: int) -> None:
        self._desk.from_sequence = sequence

    @property
    def sequence_handled(self) -> int | None:
        """The number of the message that hooks are called for now."""
        return self._desk.sequence

    @property
    def not_run(self) -> int:
        """How many coroutines were not run, because nothing runs beside the feed."""
        return self._desk.not_run

    @property
    def sequence_processed(self) -> int:
        """The number of the newest message that the strategy has seen; 0 if none."""
        return self.next_sequence - 1

    def on_batch(self, batch: TickBatch) -> Sequence[AnyIntent]:
        """Return the intents to make requests of.

        Raises ProtocolError when messages are missing, StrategyFailed for an exception of a hook:
        the messages before that one are handled.
        """
        if batch.first_sequence != self.next_sequence:
            raise ProtocolError(
                f"feed continues with message {batch.first_sequence}, not {self.next_sequence}"
            )
        self._feed.enter(batch)
        try:
            self._object.take_batch(batch)
        except StrategyFailed as failure:
            rows = (failure.sequence or batch.first_sequence) - batch.first_sequence
            failure.intents_before = self._handled(
                TickBatch(batch.first_sequence, batch.records[:rows])
            )
            raise
        return self._handled(batch)

    def _handled(self, batch: TickBatch) -> Sequence[AnyIntent]:
        """Count messages that were handled; return their intents that become requests."""
        intents = [
            each for each in self._desk.take_intents() if each.sequence <= batch.last_sequence
        ]
        news = count_kind(batch.records, TickKind.NEWS)
        self._counters.add(Counted.TICKS_RECEIVED, len(batch))
        self._counters.add(Counted.PRICES_RECEIVED, len(batch) - news)
        self._counters.add(Counted.NEWS_RECEIVED, news)
        self.next_sequence += len(batch)
        due = [intent for intent in intents if intent.sequence >= self.from_sequence]
        orders = [each for each in intents if isinstance(each, Intent)]
        suppressed = sum(order.sequence < self.from_sequence for order in orders)
        self._counters.add(Counted.ORDERS_SUPPRESSED, suppressed)
        self._counters.add(Counted.ORDERS_TINY, count_tiny(orders))
        return due

    def end(self) -> None:
        """Tell the strategy that the session has ended. Raises StrategyFailed."""
        self._object.end()

    def strategy_counters(self) -> dict[str, int]:
        """Return the strategy's own counters of this feed session, by name."""
        return self._object.counters()
