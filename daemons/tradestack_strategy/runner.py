"""two servers, a signal, a desk → orders: the handshake of handshake.py, carried out.

    order manager ── reports ──► desk ◄── intents ── trader ◄── batches ── gateway
                  ◄── orders ───┘

One task leads through the states; batches and reports are handled in the calls that bring them.
When the order manager is lost, the feed is let go of in the same call: what was not decided by then
is decided after the next registration, from the gateway's own copy of it.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import Start
from tradestack.domain.times import format_utc
from tradestack.net.addresses import Address
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.login import Credentials
from tradestack.observe.events import (
    FEED_SESSION_ENDED,
    STRATEGY_FOLLOWS_SESSION,
    STRATEGY_REGISTERED,
    emit,
)
from tradestack.observe.statistics import RateWindows
from tradestack.runtime.fail_points import FailPoint, passed
from tradestack.strategies.signal import Signal
from tradestack.trading.counters import Counted, Counters
from tradestack.trading.epoch import Epoch
from tradestack.trading.signal_runner import SignalRunner
from tradestack.wire.feed import TickBatch
from tradestack.wire.order_messages import BusinessMessageReject, Registered
from tradestack.wire.orders import ServerMessage
from tradestack_strategy.feed_link import Ending, FeedLink, Head
from tradestack_strategy.handshake import Event, State, advance
from tradestack_strategy.order_entry import OrderEntry
from tradestack_strategy.order_link import OrderLink
from tradestack_strategy.registrar import Registrar

# How soon what the order manager could not take is sent again.
RETRY_INTERVAL_S = 1.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who trades, and from where in a feed session that was found and not followed into."""

    instance: str
    config_hash: str
    start: Start


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """The gateway's feed, the order manager, and who logs in to them."""

    feed: Address
    orders: Address
    credentials: Credentials


class Runner:
    """One strategy instance, from its start to its cancellation.

    orders_in_flight_max: at that many orders without report the feed is not read until half of
    them have theirs.
    """

    def __init__(
        self,
        identity: Identity,
        servers: Servers,
        *,
        signal: Signal[Any],
        desk: OrderEntry,
        counters: Counters,
        orders_in_flight_max: int,
        clock: Clock,
    ) -> None:
        self.state = State.DISCONNECTED
        self.trader: SignalRunner[Any] | None = None
        self.head = 0  # number of the newest message known to exist
        self.session_start_time = ""  # when the trader's session was entered, UTC
        self.orders_in_flight_max = orders_in_flight_max
        self.ticks_rates = RateWindows()
        self.feed = FeedLink(address=servers.feed, credentials=servers.credentials, clock=clock)
        self.orders = OrderLink(
            address=servers.orders,
            credentials=servers.credentials,
            clock=clock,
            on_message=self._on_message,
            on_room=desk.send_again,
            on_lost=self._on_orders_lost,
            on_session_lost=desk.abandon,
        )
        self._identity = identity
        self._signal = signal
        self._desk = desk
        self._counters = counters
        self._clock = clock
        self._start = identity.start  # what the trader's session is registered with
        self._session_is_over = False  # its end was received
        self._feed_is_paused = False
        self._following: asyncio.Task[None] | None = None
        self._registrar = Registrar(self.orders.send)
        self._retry: asyncio.TimerHandle | None = None

    @property
    def lag(self) -> int:
        """How many messages known to exist were not seen by the signal yet."""
        return self.head - self.trader.sequence_processed if self.trader else 0

    async def run(self) -> None:
        """Trades until cancelled; only a fault of ours ends it otherwise."""
        try:
            while True:
                await self.orders.connect()
                self._step(Event.ORDERS_LOGGED_IN)
                self._following = asyncio.create_task(self._follow_feed(), name="feed")
                await asyncio.wait({self._following})
                if not self._following.cancelled():
                    self._following.result()
                await asyncio.sleep(self.orders.next_delay_s())
        finally:
            self._let_go()
            self.orders.close()

    def _step(self, happening: Event) -> None:
        self.state = advance(self.state, happening)

    # ---- the way to live orders --------------------------------------------------------------

    async def _follow_feed(self) -> None:
        """Session after session, for as long as the order manager is there."""
        while True:
            head = await self._next_head()
            self._enter_session(head)
            self._step(Event.HEAD_KNOWN)
            if await self._register():
                await self._read_session()
            else:
                self._step(Event.REFUSED)
                await asyncio.sleep(RETRY_INTERVAL_S)

    async def _next_head(self) -> Head:
        if self.state is not State.SESSION_OVER:
            return await self.feed.find_head()
        assert self.trader is not None
        head = await self.feed.find_next_session(self.trader.epoch.feed_session)
        self._step(Event.NEXT_SESSION)
        return head

    def _enter_session(self, head: Head) -> None:
        """Stays in the trader's session, or begins another afresh."""
        self.head = head.sequence
        if self.trader is not None and self.trader.epoch.feed_session == head.session:
            return
        self._start = Start.SESSION if self._session_is_over else self._identity.start
        self._session_is_over = False
        epoch = Epoch(
            instance=self._identity.instance,
            config_hash=self._identity.config_hash,
            feed_session=head.session,
        )
        self.trader = SignalRunner(epoch, self._signal, self._counters)
        self._desk.leave_session()
        self._counters.start_session()
        self.session_start_time = format_utc(self._clock.wall_ns())
        emit(
            logger,
            STRATEGY_FOLLOWS_SESSION,
            session=head.session,
            head=head.sequence,
            start=self._start.value,
        )

    async def _register(self) -> bool:
        """Opens the desk, if the order manager answers with a FromSeq."""
        assert self.trader is not None
        from_sequence = await self._registrar.register(self.trader.epoch, self.head, self._start)
        if from_sequence is None:
            return False
        self.trader.from_sequence = from_sequence
        self._desk.open(self.trader.epoch, self.orders.send)
        self._step(Event.REGISTERED)
        self.orders.succeeded()
        emit(
            logger,
            STRATEGY_REGISTERED,
            session=self.trader.epoch.feed_session,
            from_sequence=from_sequence,
            config_hash=self._identity.config_hash,
            pending=self._desk.in_flight,
        )
        return True

    async def _read_session(self) -> None:
        """Reads the trader's session to its end, over any disconnects of the gateway."""
        assert self.trader is not None
        backoff = Backoff()
        while not self._session_is_over:
            wanted = self.trader.next_sequence
            ending = await self.feed.follow(
                self.trader.epoch.feed_session,
                wanted,
                on_login=self._on_feed_login,
                on_batch=self._on_batch,
            )
            if ending is Ending.CHANGED:
                self._step(Event.SESSION_CHANGED)
                return
            if ending is Ending.COMPLETE:
                self._session_is_over = True
                break
            if self.state is not State.REGISTERED:  # it was connected
                self._step(Event.FEED_LOST)
                self._counters.add_to_process(Counted.FEED_DISCONNECTS)
            if self.trader.next_sequence > wanted:
                backoff.reset()
            await asyncio.sleep(backoff.next_delay_ns() / NANOSECONDS_PER_SECOND)
        self._step(Event.SESSION_ENDED)
        emit(
            logger,
            FEED_SESSION_ENDED,
            session=self.trader.epoch.feed_session,
            last=self.trader.sequence_processed,
        )

    # ---- what comes in -----------------------------------------------------------------------

    def _on_feed_login(self) -> None:
        self._feed_is_paused = False
        self._step(Event.FEED_LOGGED_IN)
        self._note_progress()

    def _on_batch(self, batch: TickBatch) -> None:
        assert self.trader is not None
        passed(FailPoint.STRATEGY_RECEIVED)
        intents = self.trader.on_batch(batch)
        if intents:
            passed(FailPoint.STRATEGY_DECIDED)
            self._desk.enter(intents)
        self.ticks_rates.add(len(batch), self._clock.monotonic_ns())
        self._note_progress()

    def _note_progress(self) -> None:
        assert self.trader is not None
        processed = self.trader.sequence_processed
        if processed >= self.head:
            self.head = processed
            if self.state is State.REPLAYING:
                self._step(Event.CAUGHT_UP)
        if self._desk.in_flight >= self.orders_in_flight_max and not self._feed_is_paused:
            self._feed_is_paused = True
            self.feed.pause_reading()

    def _on_message(self, message: ServerMessage) -> None:
        match message:
            case ExecutionReport():
                self._desk.reported(message)
                self._read_on()
            case Registered():
                self._registrar.registered(message)
            case BusinessMessageReject() if not self._registrar.refused(message):
                self._desk.refused(message.business_reject_ref_id, message.text)
                self._retry_later()

    def _read_on(self) -> None:
        if self._feed_is_paused and self._desk.in_flight <= self.orders_in_flight_max // 2:
            self._feed_is_paused = False
            self.feed.resume_reading()

    def _retry_later(self) -> None:
        if self._retry is None:
            loop = asyncio.get_running_loop()
            self._retry = loop.call_later(RETRY_INTERVAL_S, self._retry_now)

    def _retry_now(self) -> None:
        self._retry = None
        self._desk.send_again()

    # ---- the way back ------------------------------------------------------------------------

    def _on_orders_lost(self) -> None:
        self._counters.add_to_process(Counted.ORDERS_DISCONNECTS)
        self._let_go()
        self._step(Event.ORDERS_LOST)

    def _let_go(self) -> None:
        """Nothing is decided any more: what comes of the feed could not be sent."""
        self._desk.close()
        self.feed.close()
        if self._following is not None:
            self._following.cancel()
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
