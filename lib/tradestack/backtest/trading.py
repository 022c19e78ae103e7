"""One strategy in the feed session of a backtest: ticks → requests, settled in the same call.

Trading            what every strategy needs
  SignalTrading    of a strategy that reads no reports: a batch at a time
  InStepTrading    of one that does: a message at a time while anything of its orders is open
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from tradestack.backtest.order_desk import OrderDesk, reports_in
from tradestack.domain.clock import Clock
from tradestack.domain.execution_report import ExecutionReport, OrderMassCancelReport
from tradestack.domain.order import Start
from tradestack.strategies.intent import AnyIntent
from tradestack.strategies.interactive import InteractiveStrategy
from tradestack.strategies.registry import AnyStrategy
from tradestack.strategies.strategy import Strategy
from tradestack.trading.counters import Counters
from tradestack.trading.epoch import Epoch
from tradestack.trading.interactive_runner import InteractiveRunner
from tradestack.trading.judging.decisions import Batch
from tradestack.trading.open_orders import OpenOrders
from tradestack.trading.report_queue import ReportQueue
from tradestack.trading.signal_runner import SignalRunner
from tradestack.wire.feed import TickBatch
from tradestack.wire.order_messages import MatchedThrough, Progress, Register
from tradestack.wire.orders import ClientMessage

REQUEST_ID = "backtest"  # of the only Register


class Trading(ABC):
    """A strategy from the first message of the feed session on."""

    interactive: bool

    def __init__(self, epoch: Epoch, desk: OrderDesk, clock: Clock) -> None:
        self._epoch = epoch
        self._desk = desk
        self._clock = clock

    def register(self) -> None:
        """Register with the order manager, before there is any message."""
        register = Register(
            request_id=REQUEST_ID,
            instance=self._epoch.instance,
            config_hash=self._epoch.config_hash,
            feed_session=self._epoch.feed_session,
            head=0,
            start=Start.SESSION,
            interactive=self.interactive,
        )
        self._desk.settle([register])

    @abstractmethod
    def on_ticks(self, batch: TickBatch) -> None:
        """Take messages that are on the tape, and send what they lead to."""

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

    interactive = False

    def __init__(
        self, strategy: Strategy[Any], epoch: Epoch, desk: OrderDesk, clock: Clock
    ) -> None:
        super().__init__(epoch, desk, clock)
        self._runner = SignalRunner(strategy, Counters())

    def on_ticks(self, batch: TickBatch) -> None:
        """Settle the orders that the batch leads to, and how far it was handled."""
        requests = self._requests(self._runner.on_batch(batch))
        self._desk.settle([*requests, self._progress(batch.last_sequence)])


class InStepTrading(Trading):
    """A message is handed on when every report that can be visible by then was made.

    While no order is open and no request unanswered, there is none to wait for.
    """

    interactive = True

    def __init__(
        self, strategy: InteractiveStrategy[Any], epoch: Epoch, desk: OrderDesk, clock: Clock
    ) -> None:
        super().__init__(epoch, desk, clock)
        self._reports = ReportQueue()
        self._reports.enter_session(epoch.feed_session)
        self._runner = InteractiveRunner(strategy, epoch, Counters(), self._reports, received=0)
        self._open_orders = OpenOrders()
        self._unanswered: set[str] = set()  # ClOrdIDs of requests without a report

    def on_ticks(self, batch: TickBatch) -> None:
        """Hand on one message after the other, and settle what each leads to."""
        self._runner.add(batch)
        while self._runner.has_messages:
            is_idle = not self._unanswered and not self._open_orders
            intents = self._runner.step(is_idle=is_idle)
            if intents is None:
                self._settle([self._progress(self._runner.sequence_processed)])
            elif intents:
                self._send(intents)
        self._settle([self._progress(batch.last_sequence)])

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


def trading_of(strategy: AnyStrategy, epoch: Epoch, desk: OrderDesk, clock: Clock) -> Trading:
    """Return how a strategy of this kind trades."""
    if isinstance(strategy, Strategy):
        return SignalTrading(strategy, epoch, desk, clock)
    return InStepTrading(strategy, epoch, desk, clock)
