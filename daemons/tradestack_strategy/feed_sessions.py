"""The feed sessions that a strategy enters, one after the other."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tradestack.domain.clock import Clock
from tradestack.domain.execution_report import Report
from tradestack.domain.order import Start
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_head import FeedHead
from tradestack.observe.statistics import RateWindows
from tradestack.strategies.configured import ConfiguredStrategy
from tradestack.trading.desk.counters import Counters
from tradestack.trading.desk.epoch import Epoch
from tradestack.trading.desk.in_step_runner import InStepRunner
from tradestack.trading.desk.report_queue import ReportQueue
from tradestack.trading.desk.signal_runner import SignalRunner
from tradestack.trading.desk.strategy_object import StrategyFailed
from tradestack_strategy.handshake import Event
from tradestack_strategy.hooks.background_work import BackgroundWork
from tradestack_strategy.in_step import InStepTrading
from tradestack_strategy.orders.order_entry import OrderEntry
from tradestack_strategy.settings import InstanceSettings, Servers
from tradestack_strategy.trading import SignalTrading, Trading


class FeedSessions:
    """Makes the Trading of each feed session; has the newest one, once the first is known.

    newest: id of the feed session that was entered last, "" before the first one.
    """

    def __init__(
        self,
        settings: InstanceSettings,
        servers: Servers,
        *,
        strategy: ConfiguredStrategy,
        on_failure: Callable[[StrategyFailed], None],
        order_entry: OrderEntry,
        counters: Counters,
        clock: Clock,
    ) -> None:
        self.ticks_rates = RateWindows()  # ticks received per second
        self.newest = ""
        self.current: Trading[Any] | None = None
        self._settings = settings
        self._servers = servers
        self._strategy = strategy
        self._on_failure = on_failure
        self._order_entry = order_entry
        self._counters = counters
        self._clock = clock
        self._background = BackgroundWork(settings.instance, order_entry, clock, on_failure)
        self._reports = ReportQueue()  # of an interactive strategy

    def take_report(self, report: Report) -> None:
        """Keep a report until the strategy may see it, if it reads reports."""
        if self._strategy.is_interactive:
            self._reports.add(report)

    @property
    def sequence_handled(self) -> int | None:
        """The number of the message that hooks are called for now."""
        return None if self.current is None else self.current.runner.sequence_handled

    def close(self) -> None:
        """Cancel what the strategy has under way: async hooks, and work beside the feed."""
        self._background.cancel()
        if self.current is not None:
            self.current.close()

    def enter(
        self, head: FeedHead, received: int, on_event: Callable[[Event], None]
    ) -> Trading[Any]:
        """Leave the feed session for another; received: messages of the order session so far.

        Raises StrategyFailed for an exception of on_start.
        """
        self.newest = head.session_id
        left = self.current
        has_followed = left is not None and left.is_over
        ended_with = left.runner.sequence_processed if left is not None and left.is_over else None
        self.close()
        self._background.past = 0 if has_followed else head.sequence
        self._order_entry.leave_session(ended_with)
        self._counters.start_session()
        epoch = Epoch(
            instance=self._settings.instance,
            config_hash=self._settings.config_hash,
            feed_session=head.session_id,
            signal_name=self._strategy.name,
            signal_label=self._strategy.strategy.value_label,
        )
        self.current = self._maker(epoch, received)(
            head=head.sequence,
            start=Start.SESSION if has_followed else self._settings.start,
            feed=FeedClient(
                self._servers.feed,
                self._servers.credentials,
                clock=self._clock,
                session_id=head.session_id,
                first_login_timeout_s=None,
            ),
            order_entry=self._order_entry,
            counters=self._counters,
            ticks_rates=self.ticks_rates,
            clock=self._clock,
            on_event=on_event,
            on_failure=self._on_failure,
        )
        return self.current

    def _maker(self, epoch: Epoch, received: int) -> Callable[..., Trading[Any]]:
        if not self._strategy.goes_in_step:
            signal_runner = SignalRunner(self._strategy, epoch, self._counters, self._background)
            return partial(SignalTrading, epoch, signal_runner)
        self._reports.enter_session(epoch.feed_session)
        runner = InStepRunner(
            self._strategy, epoch, self._counters, self._reports, received, self._background
        )
        return partial(InStepTrading, epoch, runner)
