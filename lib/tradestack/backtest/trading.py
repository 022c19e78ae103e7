"""One strategy in the feed session of a backtest: ticks → requests, settled in the same call.

Trading            what every strategy needs
  SignalTrading    of a strategy that never waits: a batch at a time
  InStepTrading    of one that reads reports, or has async hooks: a message at a time
"""

from abc import ABC, abstractmethod
from collections.abc import Coroutine, Mapping, Sequence

from tradestack.backtest.hook_loop import HookLoop
from tradestack.backtest.order_desk import OrderDesk, reports_in
from tradestack.domain.clock import Clock
from tradestack.domain.execution_report import ExecutionReport, OrderMassCancelReport
from tradestack.domain.order import Start
from tradestack.domain.tick import TickKind
from tradestack.strategies.class_check import needs_of
from tradestack.strategies.configured import ConfiguredStrategy
from tradestack.strategies.intent import AnyIntent
from tradestack.trading.desk.counters import Counters
from tradestack.trading.desk.epoch import Epoch
from tradestack.trading.desk.in_step_runner import InStepRunner
from tradestack.trading.desk.open_orders import OpenOrders
from tradestack.trading.desk.report_queue import ReportQueue
from tradestack.trading.desk.signal_runner import SignalRunner
from tradestack.trading.judging.decisions import Batch
from tradestack.wire.feed import TickBatch
from tradestack.wire.order_messages import MatchedThrough, Progress, Register
from tradestack.wire.orders import ClientMessage

REQUEST_ID = "backtest"  # of the only Register


class Trading(ABC):
    """A strategy from the first message of the feed session on.

    needs: the kinds of ticks without which it never trades.
    """

    def __init__(
        self, strategy: ConfiguredStrategy, epoch: Epoch, desk: OrderDesk, clock: Clock
    ) -> None:
        self.needs: frozenset[TickKind] = needs_of(strategy.strategy)
        self._interactive = strategy.is_interactive
        self._epoch = epoch
        self._desk = desk
        self._clock = clock
        self._hooks = HookLoop()
        self._counters = Counters()

    def register(self) -> None:
        """Register with the order manager, before there is any message.

        Raises StrategyFailed for counters of the strategy that no daemon could show.
        """
        self.counters()
        register = Register(
            request_id=REQUEST_ID,
            instance=self._epoch.instance,
            config_hash=self._epoch.config_hash,
            feed_session=self._epoch.feed_session,
            head=0,
            start=Start.SESSION,
            interactive=self._interactive,
        )
        self._desk.settle([register])

    def on_ticks(self, batch: TickBatch) -> None:
        """Take messages that are on the tape, and send what they lead to.

        Raises StrategyFailed for an exception of a hook.
        """
        self._desk.hold(batch)
        self._trade(batch)

    @abstractmethod
    def _trade(self, batch: TickBatch) -> None:
        """Hand messages to the strategy, and settle what they lead to."""

    @abstractmethod
    def end(self) -> None:
        """Tell the strategy that the session has ended. Raises StrategyFailed."""

    @abstractmethod
    def counters(self) -> Mapping[str, int]:
        """Return the strategy's own counters. Raises StrategyFailed."""

    @property
    @abstractmethod
    def not_run(self) -> int:
        """How many coroutines the strategy wanted to run beside the feed."""

    def counts(self) -> Mapping[str, int]:
        """Return what was counted, with the strategy's own counters. Raises StrategyFailed."""
        return {**self.counters(), **self._counters.session()}

    def close(self) -> None:
        """Close the event loop of async hooks."""
        self._hooks.close()

    def _requests(self, intents: Sequence[AnyIntent]) -> list[ClientMessage]:
        """Return the requests that intents lead to; without a book there is no live price."""
        now_ns, epoch = self._clock.wall_ns(), self._epoch
        return [
            epoch.request(intent, epoch.client_order_id(intent), None, now_ns) for intent in intents
        ]

    def _progress(self, sequence: int) -> Progress:
        return Progress(feed_session=self._epoch.feed_session, feed_seq=sequence)


class SignalTrading(Trading):
    """The orders of a batch are judged together; the account is matched between them."""

    def __init__(
        self, strategy: ConfiguredStrategy, epoch: Epoch, desk: OrderDesk, clock: Clock
    ) -> None:
        super().__init__(strategy, epoch, desk, clock)
        self._runner = SignalRunner(strategy, epoch, self._counters)

    def _trade(self, batch: TickBatch) -> None:
        """Settle the requests that the batch leads to, and how far it was handled."""
        requests = self._requests(self._runner.on_batch(batch))
        self._desk.settle([*requests, self._progress(batch.last_sequence)])

    def end(self) -> None:
        """Tell the strategy that the session has ended. Raises StrategyFailed."""
        self._runner.end()

    def counters(self) -> Mapping[str, int]:
        """Return the strategy's own counters. Raises StrategyFailed."""
        return self._runner.strategy_counters()

    @property
    def not_run(self) -> int:
        """How many coroutines the strategy wanted to run beside the feed."""
        return self._runner.not_run


class InStepTrading(Trading):
    """A message is handed on when every report that can be visible by then was made.

    While no order is open and no request unanswered, there is none to wait for.
    """

    def __init__(
        self, strategy: ConfiguredStrategy, epoch: Epoch, desk: OrderDesk, clock: Clock
    ) -> None:
        super().__init__(strategy, epoch, desk, clock)
        self._reports = ReportQueue()
        self._reports.enter_session(epoch.feed_session)
        self._runner = InStepRunner(strategy, epoch, self._counters, self._reports, received=0)
        self._open_orders = OpenOrders()
        self._unanswered: set[str] = set()  # ClOrdIDs of requests without a report

    def _trade(self, batch: TickBatch) -> None:
        """Hand on one message after the other, and settle what each leads to."""
        self._runner.add(batch)
        while self._runner.has_messages:
            is_idle = not self._unanswered and not self._open_orders
            intents = self._runner.step(is_idle=is_idle)
            if isinstance(intents, Coroutine):
                intents = self._hooks.run(intents)
            if intents is None:
                self._settle([self._progress(self._runner.sequence_processed)])
            elif intents:
                self._send(intents)
        self._settle([self._progress(batch.last_sequence)])

    def end(self) -> None:
        """Tell the strategy that the session has ended. Raises StrategyFailed."""
        self._runner.end()

    def counters(self) -> Mapping[str, int]:
        """Return the strategy's own counters. Raises StrategyFailed."""
        return self._runner.strategy_counters()

    @property
    def not_run(self) -> int:
        """How many coroutines the strategy wanted to run beside the feed."""
        return self._runner.not_run

    def _send(self, intents: Sequence[AnyIntent]) -> None:
        requests = self._requests(intents)
        self._unanswered.update(self._epoch.client_order_id(intent) for intent in intents)
        self._settle([*requests, self._progress(self._runner.sequence_processed)])

    def _settle(self, messages: Sequence[ClientMessage]) -> None:
        self._take(self._desk.settle(messages))
        matched = self._desk.matched_through
        if matched is not None:
            self._runner.matched.tell(
                MatchedThrough(feed_session=self._epoch.feed_session, feed_seq=matched, reports=0)
            )

    def _take(self, batch: Batch) -> None:
        for report in reports_in(batch):
            self._reports.add(report)
            if isinstance(report, ExecutionReport):
                self._open_orders.take(report)
            if not isinstance(report, OrderMassCancelReport):
                self._unanswered.discard(report.cl_ord_id)


def trading_of(
    strategy: ConfiguredStrategy, epoch: Epoch, desk: OrderDesk, clock: Clock
) -> Trading:
    """Return how a strategy of this kind trades. Raises StrategyFailed."""
    kind = InStepTrading if strategy.goes_in_step else SignalTrading
    return kind(strategy, epoch, desk, clock)
