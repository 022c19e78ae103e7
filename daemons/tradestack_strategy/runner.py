"""The shell of the handshake: two servers and a strategy; it executes the actions of the table.

    order manager ── reports ──► order entry ◄── intents ── strategy ◄── batches ── gateway
                  ◄── orders ───┘

Batches and reports are handled in the calls that bring them. When the order manager is lost, the
feed is closed in the same call: what was not decided by then is decided after the next
registration, from the gateway's own copy.
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from tradestack.domain.clock import Clock
from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
    Report,
)
from tradestack.net.client.feed_head import FeedHead
from tradestack.net.client.login import LoginRejected, SequenceHole
from tradestack.net.client.order_client import OrderClient
from tradestack.net.client.order_listener import OrderListener
from tradestack.observe.events import STRATEGY_FOLLOWS_SESSION, STRATEGY_REGISTERED, emit
from tradestack.strategies.configured import ConfiguredStrategy
from tradestack.trading.desk.counters import Counted, Counters
from tradestack.trading.desk.strategy_object import StrategyFailed
from tradestack.wire.close_reason import Close
from tradestack.wire.order_messages import BusinessMessageReject, MatchedThrough, Registered
from tradestack.wire.orders import ServerMessage
from tradestack_strategy.feed_sessions import FeedSessions
from tradestack_strategy.handshake import Action, Event, Handshake, State
from tradestack_strategy.head_search import RETRY_INTERVAL_S, HeadSearch
from tradestack_strategy.hooks.pause import Pause
from tradestack_strategy.orders.mass_cancel import MassCancel
from tradestack_strategy.orders.order_entry import OrderEntry
from tradestack_strategy.orders.registrar import Registrar
from tradestack_strategy.orders.report_streams import ReportsMissing, ReportStream, ReportStreams
from tradestack_strategy.settings import InstanceSettings, Servers
from tradestack_strategy.trading import Progress, Trading
from tradestack_strategy.work import Later, Spawn, Work

logger = logging.getLogger(__name__)


class Runner(OrderListener):
    """One strategy instance, from its start to its cancellation.

    `spawn` starts a task whose fault ends the daemon. session_ends: called before another feed
    session is entered.
    """

    def __init__(
        self,
        settings: InstanceSettings,
        servers: Servers,
        *,
        strategy: ConfiguredStrategy,
        order_entry: OrderEntry,
        counters: Counters,
        clock: Clock,
        spawn: Spawn,
        session_ends: Callable[[], None],
    ) -> None:
        self.orders = OrderClient(
            servers.orders, servers.credentials, clock=clock, first_login_timeout_s=None
        )
        self._settings = settings
        self._servers = servers
        self._session_ends = session_ends
        self._order_entry = order_entry
        self._counters = counters
        self._clock = clock
        self.sessions = FeedSessions(
            settings,
            servers,
            strategy=strategy,
            on_failure=self._failed,
            order_entry=order_entry,
            counters=counters,
            clock=clock,
        )
        self._work = Work(spawn)
        self._retry = Later(RETRY_INTERVAL_S, order_entry.send_again)
        self._streams = (
            ReportStreams(self._settle, order_entry.open_orders.clear)
            if strategy.is_interactive
            else ReportStream(self._settle)
        )
        self._search = HeadSearch(servers, self._head_known)
        self._handshake = Handshake()
        self.pause = Pause(strategy.name)
        self._registrar = Registrar(self.orders.send, interactive=strategy.is_interactive)
        # Those that concern a feed session are added when one is entered.
        self._actions: dict[Action, Callable[[], None]] = {
            Action.FIND_HEAD: partial(self._work.start, self._search.find, "find head"),
            Action.FIND_HEAD_LATER: partial(self._work.start, self._search.find_later, "find head"),
            Action.LEAVE_FEED: self._work.cancel,
            Action.STOP: self._stop,
        }
        self._knows_orders = False  # has had the reports on all orders that may work
        self._mass_cancel: MassCancel | None = None  # the last act; there is no handshake any more

    @property
    def state(self) -> State:
        """The state of the handshake."""
        return self._handshake.state

    @property
    def _trading(self) -> Trading[Any] | None:
        return self.sessions.current

    @property
    def progress(self) -> Progress:
        """How far the current feed session is traded."""
        return Progress() if self._trading is None else self._trading.progress()

    async def run(self) -> None:
        """Trade until cancelled, or until a hook of the strategy fails."""
        await self.pause.run(self._trade())

    async def _trade(self) -> None:
        try:
            while True:
                try:
                    await self._streams.read(self._servers, self._clock)
                    await self.orders.run(self)
                except ReportsMissing:
                    self._on_event(Event.REPORTS_MISSING)
                except SequenceHole as hole:
                    logger.error("order manager has lost reports: %s", hole)
                    self.orders.forget_session(self)
                except LoginRejected:
                    logger.debug("the client has logged it, and waits before the next login")
        finally:
            self._stop()
            self.sessions.close()
            self.orders.disconnect()

    async def cancel_orders(self, timeout_s: float) -> None:
        """Trade no more, and cancel what works; return when it is canceled, or after that time.

        The account first meets what the strategy has handled: so the cancels are visible behind
        it, and a later run comes to the same decisions up to there.
        """
        if self._knows_orders and self._order_entry.is_idle:
            return
        if self._trading is not None:
            self._trading.tell_progress()
        self._stop()
        session, send = self.progress.feed_session or None, self.orders.send
        self._mass_cancel = MassCancel(self._settings.instance, session, send, self._clock)
        await self._mass_cancel.run(self._order_entry, self._servers.credentials.user, timeout_s)

    # ---- the order manager -------------------------------------------------------------------

    def on_connected(self) -> None:
        """Start the handshake."""
        if self._mass_cancel is None:
            self._on_event(Event.ORDERS_LOGGED_IN)

    def on_message(self, message: ServerMessage) -> None:
        """Settle a request, or take the answer to a registration."""
        match message:
            case ExecutionReport() | OrderCancelReject() | OrderMassCancelReport():
                self._streams.take(self.orders.session_id, message)
            case MatchedThrough() if self._trading is not None:
                self._trading.matched(message)
            case Registered():
                self._registrar.registered(message)
            case BusinessMessageReject() if self._registrar.refused(message):
                self._on_event(Event.REFUSED)
            case BusinessMessageReject():
                self._order_entry.refused(message.business_reject_ref_id, message.text)
                self._retry.ask()
        if self._mass_cancel is not None:
            self._mass_cancel.take(message)

    def on_received(self, sequence: int) -> None:
        """Note how much of the order session was received."""
        if self._trading is not None:
            self._trading.received(sequence)

    def on_heartbeat(self) -> None:
        """Send again how far the feed is handled, in case the last message was lost."""
        if self._trading is not None:
            self._trading.repeat_progress()

    def on_room(self) -> None:
        """Send what found no room."""
        self._order_entry.send_again()
        if self._trading is not None:
            self._trading.repeat_progress()

    def on_disconnected(self, close: Close) -> None:  # noqa: ARG002 (the client logs it)
        """Stop deciding: orders could not be sent."""
        self._counters.add_to_process(Counted.ORDERS_DISCONNECTS)
        if self._mass_cancel is None:
            self._on_event(Event.ORDERS_LOST)

    def on_session_ended(self, session_id: str) -> None:
        """Keep the orders that were not taken for the next session."""
        self._streams.end(session_id)
        self._order_entry.end_session(session_id, keeps_answers=self._streams.reads_earlier)
        if self._trading is not None:
            self._trading.leave_order_session(is_lost=False)

    def on_session_lost(self, session_id: str) -> None:
        """Give up the orders whose reports will not come."""
        self._knows_orders = False
        self._streams.end(session_id)
        self._order_entry.abandon(session_id)
        if self._trading is not None:
            self._trading.leave_order_session(is_lost=True)

    def _settle(self, report: Report) -> None:
        self.sessions.take_report(report)
        if not isinstance(report, OrderMassCancelReport):  # of a person; its orders have reports
            self._order_entry.reported(report)
        if self._trading is not None:
            self._trading.advance()

    # ---- the handshake -----------------------------------------------------------------------

    def _on_event(self, event: Event) -> None:
        for action in self._handshake.on(event):
            self._actions[action]()

    def _head_known(self, head: FeedHead) -> None:
        """Stay in the feed session that is traded, or enter another one."""
        trading = self._trading
        if trading is not None and trading.epoch.feed_session == head.session_id:
            trading.head = head.sequence
        elif trading is None or not trading.is_unfinished:
            self._session_ends()
            if self.pause.reason is not None:  # `counters` was called, and has failed
                return
            try:
                self._enter_session(head)
            except StrategyFailed as failure:  # in on_start
                self._failed(failure)
                return
        self._on_event(Event.HEAD_KNOWN)

    def _enter_session(self, head: FeedHead) -> None:
        trading = self.sessions.enter(head, self.orders.received, self._on_event)
        epoch = trading.epoch
        self._actions |= {
            Action.REGISTER: lambda: self._registrar.register(
                epoch, trading.head, trading.start, partial(self._registered, trading)
            ),
            Action.OPEN_ORDER_ENTRY: lambda: self._order_entry.open(
                epoch, self.orders.send, trading
            ),
            Action.FOLLOW_FEED: partial(self._work.start, trading.follow, "follow feed"),
            Action.FIND_NEXT_SESSION: partial(
                self._work.start,
                partial(self._search.find_next, head.session_id),
                "find next session",
            ),
        }
        emit(
            logger,
            STRATEGY_FOLLOWS_SESSION,
            session=head.session_id,
            head=head.sequence,
            start=trading.start.value,
        )

    def _registered(self, trading: Trading[Any], answer: Registered) -> None:
        """Trade from where orders count. Raises ReportsMissing, which ends the connection."""
        trading.runner.from_sequence = self._streams.follow(self.orders.session_id, answer)
        self._knows_orders = True
        emit(
            logger,
            STRATEGY_REGISTERED,
            session=trading.epoch.feed_session,
            from_sequence=trading.runner.from_sequence,
            config_hash=self._settings.config_hash,
            pending=self._order_entry.in_flight,
        )
        self._on_event(Event.REGISTERED)
        trading.tell_progress()

    def _failed(self, failure: StrategyFailed) -> None:
        if self.pause.reason is None:  # else work beside the feed has failed as well
            self.pause.begin(failure, self.sessions.newest)
            self._on_event(Event.STRATEGY_FAILED)
            self.sessions.close()  # now: a hook that ends before `_trade` does would still request

    def _stop(self) -> None:
        self._registrar.withdraw()
        self._order_entry.close()
        self._work.cancel()
        self._retry.cancel()
        if self._trading is not None:
            self._trading.stop()
