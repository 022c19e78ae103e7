"""One feed session being traded: its ticks lead the strategy to orders."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tradestack.domain.clock import Clock
from tradestack.domain.order import Start
from tradestack.domain.times import format_utc
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_listener import EndReason, FeedListener
from tradestack.net.client.login import LoginRejected, SequenceHole
from tradestack.observe.events import FEED_SESSION_ENDED, emit
from tradestack.observe.statistics import RateWindows
from tradestack.runtime.fail_points import FailPoint, passed
from tradestack.trading.counters import Counted, Counters
from tradestack.trading.epoch import Epoch
from tradestack.trading.signal_runner import SignalRunner
from tradestack.wire.close_reason import Close
from tradestack.wire.feed import TickBatch
from tradestack_strategy.handshake import Event
from tradestack_strategy.order_entry import OrderEntry

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a feed session is traded; the values of none before the first one is known."""

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


class Trading(FeedListener):
    """A feed session from the moment its head is known until another session is entered.

    head: number of the newest message known to exist. start: what the session is registered with.
    on_event is called with each event for the handshake.
    """

    def __init__(
        self,
        epoch: Epoch,
        *,
        head: int,
        start: Start,
        signal_runner: SignalRunner[Any],
        feed: FeedClient,
        order_entry: OrderEntry,
        counters: Counters,
        ticks_rates: RateWindows,
        clock: Clock,
        on_event: Callable[[Event], None],
    ) -> None:
        self.epoch = epoch
        self.head = head
        self.start = start
        self.signal_runner = signal_runner
        self.feed = feed
        self._start_time = format_utc(clock.wall_ns())
        self.is_over = False  # the end of the session was received
        self._has_caught_up = False
        self._order_entry = order_entry
        self._counters = counters
        self._ticks_rates = ticks_rates
        self._clock = clock
        self._on_event = on_event

    def progress(self) -> Progress:
        """Return how far the session is traded."""
        return Progress(
            feed_session=self.epoch.feed_session,
            start_time=self._start_time,
            is_connected=self.feed.is_connected,
            from_sequence=self.signal_runner.from_sequence,
            sequence_processed=self.signal_runner.sequence_processed,
            head=self.head,
            strategy_counters=self.signal_runner.strategy_counters(),
        )

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

    def on_connected(self) -> None:
        """Replay what was missed."""
        self._has_caught_up = False
        self._on_event(Event.FEED_LOGGED_IN)
        self._note_progress()

    def on_ticks(self, batch: TickBatch) -> None:
        """Make and send the orders that the batch leads to."""
        passed(FailPoint.STRATEGY_RECEIVED)
        intents = self.signal_runner.on_batch(batch)
        if intents:
            passed(FailPoint.STRATEGY_DECIDED)
            self._order_entry.enter(self.epoch, intents)
        self._ticks_rates.add(len(batch), self._clock.monotonic_ns())
        self._note_progress()

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
        emit(logger, FEED_SESSION_ENDED, session=session_id, last=last_sequence)
        self._on_event(Event.SESSION_ENDED)

    def _note_progress(self) -> None:
        processed = self.signal_runner.sequence_processed
        if processed < self.head:
            return
        self.head = processed
        if not self._has_caught_up:
            self._has_caught_up = True
            self._on_event(Event.CAUGHT_UP)
