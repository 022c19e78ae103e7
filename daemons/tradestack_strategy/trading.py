"""One feed session being traded: its ticks lead the strategy to orders.

Trading            what every strategy needs
  SignalTrading    a strategy that reads no reports: a batch is handled as it comes
  InStepTrading    one that does (in_step.py)
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from tradestack.domain.clock import Clock
from tradestack.domain.order import Start
from tradestack.domain.times import format_utc
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_listener import EndReason, FeedListener
from tradestack.net.client.login import LoginRejected, SequenceHole
from tradestack.observe.events import FEED_SESSION_ENDED, emit
from tradestack.observe.statistics import RateWindows
from tradestack.runtime.process.fail_points import FailPoint, passed
from tradestack.strategies.intent import AnyIntent
from tradestack.trading.desk.counters import Counted, Counters
from tradestack.trading.desk.epoch import Epoch
from tradestack.trading.desk.signal_runner import SignalRunner
from tradestack.trading.desk.strategy_object import StrategyFailed
from tradestack.wire.close_reason import Close
from tradestack.wire.feed import TickBatch
from tradestack.wire.order_messages import MatchedThrough
from tradestack_strategy.handshake import Event
from tradestack_strategy.orders.order_entry import OrderEntry

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a feed session is traded; the defaults hold before the first one is known."""

    feed_session: str = ""
    start_time: str = ""  # when the strategy began with it, UTC
    is_connected: bool = False
    from_sequence: int = 0  # of the first message to trade on
    sequence_processed: int = 0
    head: int = 0
    strategy_counters: Mapping[str, int] = field(default_factory=dict)

    @property
    def lag(self) -> int:
        """The number of messages known to exist that the strategy has not seen yet."""
        return self.head - self.sequence_processed


class StrategyRunner(Protocol):
    """A strategy in one feed session."""

    from_sequence: int  # of the first message to trade on

    @property
    def sequence_processed(self) -> int:
        """The number of the newest message that the strategy has seen; 0 if none."""

    @property
    def sequence_handled(self) -> int | None:
        """The number of the message that hooks are called for now."""

    def strategy_counters(self) -> dict[str, int]:
        """Return the strategy's own counters of this feed session, by name."""

    def end(self) -> None:
        """Tell the strategy that the session has ended."""


RunnerT = TypeVar("RunnerT", bound=StrategyRunner)


class Trading(FeedListener, ABC, Generic[RunnerT]):
    """A feed session from the moment its head is known until another session is entered.

    head: number of the newest message known to exist. start: what the session is registered with.
    on_event: takes each event for the handshake. on_failure: takes the exception of a hook.
    """

    def __init__(
        self,
        epoch: Epoch,
        runner: RunnerT,
        *,
        head: int,
        start: Start,
        feed: FeedClient,
        order_entry: OrderEntry,
        counters: Counters,
        ticks_rates: RateWindows,
        clock: Clock,
        on_event: Callable[[Event], None],
        on_failure: Callable[[StrategyFailed], None],
    ) -> None:
        self.epoch = epoch
        self.runner = runner
        self.head = head
        self.start = start
        self.feed = feed
        self._start_time = format_utc(clock.wall_ns())
        self.is_over = False  # the end of the session was received
        self._has_caught_up = False
        self._order_entry = order_entry
        self._counters = counters
        self._ticks_rates = ticks_rates
        self._clock = clock
        self._on_event = on_event
        self._on_failure = on_failure

    def progress(self) -> Progress:
        """Return how far the session is traded."""
        return Progress(
            feed_session=self.epoch.feed_session,
            start_time=self._start_time,
            is_connected=self.feed.is_connected,
            from_sequence=self.runner.from_sequence,
            sequence_processed=self.runner.sequence_processed,
            head=self.head,
            strategy_counters=self._strategy_counters(),
        )

    def _strategy_counters(self) -> Mapping[str, int]:
        try:
            return self.runner.strategy_counters()
        except StrategyFailed as failure:
            self._on_failure(failure)
            return {}

    async def follow(self) -> None:
        """Read the session from the next message on, until cancelled."""
        if self.is_over:
            self._on_event(Event.SESSION_ENDED)
            return
        while True:
            try:
                await self.feed.run(self)
            except SequenceHole as hole:  # nothing is decided on a feed with a gap
                logger.error("gateway has lost messages: %s", hole)
            except LoginRejected:
                logger.debug("the client has logged it, and waits before the next login")

    def stop(self) -> None:
        """Take nothing more from the feed until `follow` is called again."""
        self.feed.close()

    def close(self) -> None:
        """Abandon the session: a hook that still runs makes no requests any more."""

    def on_connected(self) -> None:
        """Replay what was missed."""
        self._has_caught_up = False
        self._on_event(Event.FEED_LOGGED_IN)
        self._note_progress()

    @abstractmethod
    def on_ticks(self, batch: TickBatch) -> None:
        """Make and send the orders that the batch leads to."""

    @property
    def is_unfinished(self) -> bool:
        """Whether the session was received to its end, but not handled to its end."""
        return False

    # ---- reports, for a strategy that reads them -----------------------------------------------

    def matched(self, message: MatchedThrough) -> None:
        """Take how far the orders have met the feed."""

    def received(self, sequence: int) -> None:
        """Note that this many messages of the order session were received."""

    def leave_order_session(self, *, is_lost: bool) -> None:
        """Leave the order session; is_lost: what it had not reported stays unknown."""

    def advance(self) -> None:
        """Handle what had to wait for a report."""

    # ---- progress ------------------------------------------------------------------------------

    def tell_progress(self) -> None:
        """Send the order manager how far the feed is handled."""
        self._order_entry.tell_progress(self.runner.sequence_processed)

    def repeat_progress(self) -> None:
        """Send it again while something depends on it."""
        if self.is_over or not self._order_entry.is_idle:
            self.tell_progress()

    # ---- pauses --------------------------------------------------------------------------------

    def pause_reading(self) -> None:
        """Read nothing more: too many orders wait for their reports."""
        self.feed.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        self.feed.resume_reading()

    # ---- the feed ------------------------------------------------------------------------------

    def on_disconnected(self, close: Close) -> None:  # noqa: ARG002 (the client logs it)
        """Count the loss; the client reconnects."""
        self._counters.add_to_process(Counted.FEED_DISCONNECTS)
        self._on_event(Event.FEED_LOST)

    def on_session_ended(self, session_id: str, last_sequence: int, reason: EndReason) -> None:
        """Leave the session; the handshake finds the next one."""
        if reason is EndReason.NOT_AVAILABLE:
            self._on_event(Event.SESSION_CHANGED)
            return
        self.is_over = True
        try:
            self.runner.end()
        except StrategyFailed as failure:
            self._on_failure(failure)
            return
        self.tell_progress()
        emit(logger, FEED_SESSION_ENDED, session=session_id, last=last_sequence)
        self._on_event(Event.SESSION_ENDED)

    def _enter(self, intents: Sequence[AnyIntent], began_ns: int) -> None:
        """Make and send the requests that the intents lead to.

        began_ns: when the strategy began with their messages, monotonic.
        """
        if intents:
            passed(FailPoint.STRATEGY_DECIDED)
            self._order_entry.enter(self.epoch, intents, began_ns)

    def _note_progress(self) -> None:
        processed = self.runner.sequence_processed
        if processed < self.head:
            return
        self.head = processed
        if not self._has_caught_up and self.feed.is_connected:
            self._has_caught_up = True
            self._on_event(Event.CAUGHT_UP)


class SignalTrading(Trading[SignalRunner]):
    """A feed session of a strategy that reads no reports."""

    def on_ticks(self, batch: TickBatch) -> None:
        """Make and send the orders that the batch leads to."""
        passed(FailPoint.STRATEGY_RECEIVED)
        began_ns = self._clock.monotonic_ns()
        try:
            intents = self.runner.on_batch(batch)
        except StrategyFailed as failure:
            self._enter(failure.intents_before, began_ns)
            self._on_failure(failure)
            return
        self._enter(intents, began_ns)
        if not self._order_entry.is_idle:
            self.tell_progress()
        self._ticks_rates.add(len(batch), began_ns)
        self._note_progress()
