"""A strategy in one feed session that goes message by message, in step with its reports.

Message m is handed to an interactive strategy when every report that can be visible by then was
received:

    no order is open and no request is unanswered, or
    MatchedThrough >= m − 1, and >= m if message m − 1 caused requests

The account never matches more than one message past the strategy's Progress, so MatchedThrough
m − 1 may have been sent before the requests that message m − 1 caused came; their verdicts are
certainly in the stream when m is matched. So what the strategy decides is a function of the feed
and of the reports with their VisibleTime: whenever they arrive, and however the feed is cut.

A strategy with async hooks goes message by message too: the next one waits until all hooks for the
one before have ended.
"""

from collections import deque
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any

from tradestack.domain.execution_report import Report
from tradestack.domain.tick import Tick, TickKind
from tradestack.strategies.class_check import is_async
from tradestack.strategies.configured import ConfiguredStrategy
from tradestack.strategies.intent import AnyIntent, Intent
from tradestack.trading.desk.background import Background
from tradestack.trading.desk.counters import Counted, Counters, count_tiny
from tradestack.trading.desk.desk import TradingDesk
from tradestack.trading.desk.epoch import Epoch
from tradestack.trading.desk.handled_feed import MessageFeed
from tradestack.trading.desk.matched import Matched
from tradestack.trading.desk.own_view import OwnView
from tradestack.trading.desk.report_queue import ReportQueue
from tradestack.trading.desk.strategy_object import StrategyObject
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import TickBatch

Intents = Sequence[AnyIntent]


class InStepRunner:
    """One strategy in one feed session.

    received: sequenced messages received so far in the order session.
    """

    def __init__(
        self,
        configured: ConfiguredStrategy,
        epoch: Epoch,
        counters: Counters,
        reports: ReportQueue,
        received: int,
        background: Background | None = None,
    ) -> None:
        self.matched = Matched(epoch.feed_session, received)
        self.view = OwnView()
        self._is_interactive = configured.is_interactive
        self._is_async = is_async(configured.strategy)
        self._feed = MessageFeed()
        view = self.view if self._is_interactive else None
        self._desk = TradingDesk(epoch, self._feed, view, background)
        self._object = StrategyObject(configured, self._desk)
        self._counters = counters
        self._reports = reports
        self._waiting: deque[Tick] = deque()  # the one that is handled included
        self._is_busy = False  # with hooks that have not ended
        self._next_sequence = 1  # of the message that is added next
        self._asked_sequence = 0  # of the newest message that caused requests

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
        """The number of the newest message that the strategy has handled; 0 if none."""
        return self._next_sequence - 1 - len(self._waiting)

    @property
    def has_messages(self) -> bool:
        """Whether messages wait for the strategy, or for the end of its hooks."""
        return bool(self._waiting)

    def add(self, batch: TickBatch) -> None:
        """Take messages, to be handed on by `step`. Raises ProtocolError when some are missing."""
        if batch.first_sequence != self._next_sequence:
            raise ProtocolError(
                f"feed continues with message {batch.first_sequence}, not {self._next_sequence}"
            )
        self._waiting.extend(batch.ticks())
        self._next_sequence += len(batch)

    def step(self, *, is_idle: bool) -> Intents | Coroutine[Any, Any, Intents] | None:
        """Hand on the next message; return the intents to make requests of.

        None: there is no message, or it has to wait. is_idle: no order is open and no request is
        unanswered. Of a strategy with async hooks a coroutine is returned, which returns the
        intents. Raises StrategyFailed for an exception of a hook.
        """
        if self._is_busy or not self._waiting:
            return None
        if self._is_interactive and not (is_idle or self._is_due(self._waiting[0].sequence)):
            return None
        tick = self._waiting[0]
        self._feed.enter(tick)
        if self._is_async:
            self._is_busy = True
            return self._step_async(tick)
        self._object.take(tick, self._visible(tick))
        return self._handled(tick)

    async def _step_async(self, tick: Tick) -> Intents:
        try:
            await self._object.take_async(tick, self._visible(tick))
        finally:
            self._is_busy = False
        return self._handled(tick)

    def end(self) -> None:
        """Tell the strategy that the session has ended. Raises StrategyFailed."""
        self._object.end()

    def lose_order_session(self) -> None:
        """Forget orders, and reports that are not visible yet: what became of them is unknown."""
        self._reports.clear()
        self.view.forget_orders()

    def strategy_counters(self) -> dict[str, int]:
        """Return the strategy's own counters of this feed session, by name."""
        return self._object.counters()

    def _is_due(self, sequence: int) -> bool:
        has_asked = self._asked_sequence == sequence - 1
        return self.matched.through >= (sequence if has_asked else sequence - 1)

    def _visible(self, tick: Tick) -> Iterator[Report]:
        """Yield the reports that are visible at a message, each when the view has taken it."""
        if self._is_interactive:
            for report in self._reports.take_visible(tick.event_time_ns):
                self.view.take(report)
                yield report

    def _handled(self, tick: Tick) -> Intents:
        """Count a message that was handled; return its intents that become requests."""
        self._waiting.popleft()
        is_price = tick.kind is TickKind.PRICE
        self._counters.add(Counted.TICKS_RECEIVED)
        self._counters.add(Counted.PRICES_RECEIVED if is_price else Counted.NEWS_RECEIVED)
        intents = self._desk.take_intents()
        orders = [each for each in intents if isinstance(each, Intent)]
        self._counters.add(Counted.ORDERS_TINY, count_tiny(orders))
        if intents and tick.sequence >= self.from_sequence:
            self._asked_sequence = tick.sequence
            return intents
        self._counters.add(Counted.ORDERS_SUPPRESSED, len(orders))
        return ()
