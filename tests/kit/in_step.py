"""An interactive runner and a market, with a line between them that delays and overtakes."""

from collections import deque
from collections.abc import Coroutine, Iterable, Sequence

from hypothesis import strategies as st

from tests.kit.market import Change, Market
from tests.kit.quoter import Quoter
from tests.kit.strategies import configured
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import Order
from tradestack.domain.tick import Tick, TickKind
from tradestack.strategies.configured import ConfiguredStrategy
from tradestack.strategies.intent import Intent
from tradestack.trading.desk.counters import Counters
from tradestack.trading.desk.epoch import Epoch
from tradestack.trading.desk.in_step_runner import InStepRunner
from tradestack.trading.desk.open_orders import OpenOrders
from tradestack.trading.desk.report_queue import ReportQueue
from tradestack.wire.feed import TickBatch, encode_symbol, new_records
from tradestack.wire.order_messages import MatchedThrough

SESSION = "0ABCDEFGHI"
EPOCH = Epoch(
    instance="quoter",
    config_hash="0123456789ab",
    feed_session=SESSION,
    signal_name="quoter",
    signal_label="price",
)


latencies = st.sampled_from([0, 0, 1, 6])
# What happens next in a run, and how much of it; afterwards everything comes.
happenings = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 6)), max_size=60)

TickRow = tuple[TickKind, str, int, int, int]  # ns since the message before, value, size


def ticks_of(rows: Sequence[TickRow]) -> TickBatch:
    """Rows → the messages of a feed session."""
    records = new_records(len(rows))
    time_ns = 1_000
    for place, (kind, symbol, pause_ns, value, size) in enumerate(rows):
        time_ns += pause_ns
        records[place]["kind"] = int(kind)
        records[place]["symbol"] = encode_symbol(symbol)
        records[place]["event_time_ns"] = records[place]["publish_time_ns"] = time_ns
        records[place]["value"] = value
        records[place]["size"] = size
    return TickBatch(1, records)


class Run:
    """One process of the strategy, connected to a market that may have had another one before."""

    def __init__(
        self,
        feed: TickBatch,
        market: Market,
        strategy: ConfiguredStrategy | None = None,
        *,
        from_sequence: int = 1,
    ) -> None:
        self.market = market
        self.sent: list[Order | Change] = []
        self._feed = feed
        self._up: deque[Order | Change | int] = deque()  # an int is Progress
        self._matched: deque[MatchedThrough] = deque()
        self._added = 0
        self._received = 0
        self._outstanding: set[str] = set()
        self._open_orders = OpenOrders()
        self._reports = ReportQueue()
        self._reports.enter_session(SESSION)
        self._answered: set[str] = set()
        self.runner = InStepRunner(
            strategy or configured(Quoter, quantity=20),
            EPOCH,
            Counters(),
            self._reports,
            received=0,
        )
        self.runner.from_sequence = from_sequence
        self.deliver_reports(len(market.reports))  # what was missed comes before Registered
        self._up.append(0)

    @property
    def is_done(self) -> bool:
        """Whether the strategy has seen the whole feed."""
        return self.runner.sequence_processed == len(self._feed)

    def add(self, count: int) -> None:
        """Let the next messages of the feed come, as one batch."""
        records = self._feed.records[self._added : self._added + count]
        if len(records):
            self.runner.add(TickBatch(self._added + 1, records))
            self._added += len(records)
            self.advance()

    def advance(self) -> None:
        """Do what the daemon does: hand on messages, send requests, tell progress."""
        before = self.runner.sequence_processed
        while True:
            is_idle = not self._outstanding and not self._open_orders
            intents = self.runner.step(is_idle=is_idle)
            if intents is None:
                break
            assert not isinstance(intents, Coroutine), "no hook is async"
            for intent in intents:
                name = EPOCH.client_order_id(intent)
                if name in self._answered:
                    continue
                request: Order | Change
                if isinstance(intent, Intent):
                    request = EPOCH.order(intent, name, None, 0)
                else:
                    request = EPOCH.change(intent, name, 0)
                self._outstanding.add(name)
                self.sent.append(request)
                self._up.append(request)
        if self.runner.sequence_processed > before:
            self._up.append(self.runner.sequence_processed)

    def let_market_work(self, count: int) -> None:
        """Let the market handle the next messages that were sent to it."""
        for _ in range(min(count, len(self._up))):
            message = self._up.popleft()
            if isinstance(message, int):
                self.market.match(message + 1)
            else:
                self.market.request(message)
            self._matched.append(
                MatchedThrough(
                    feed_session=SESSION,
                    feed_seq=self.market.matched,
                    reports=len(self.market.reports),
                )
            )

    def deliver_reports(self, count: int) -> None:
        """Let the next reports of the stream arrive."""
        for report in self.market.reports[self._received : self._received + count]:
            self._reports.add(report)
            self._answered.add(report.cl_ord_id)
            self._outstanding.discard(report.cl_ord_id)
            if isinstance(report, ExecutionReport):
                self._open_orders.take(report)
            self._received += 1
            self.runner.matched.receive(self._received)
        self.advance()

    def deliver_matched(self, count: int) -> None:
        """Let the next MatchedThrough arrive, before reports that were sent earlier or behind."""
        for _ in range(min(count, len(self._matched))):
            self.runner.matched.tell(self._matched.popleft())
        self.advance()

    def happen(self, what: Iterable[tuple[int, int]]) -> None:
        """Let these things happen: 0 to 3, and how much of it."""
        for kind, count in what:
            acts = (self.add, self.let_market_work, self.deliver_reports, self.deliver_matched)
            acts[kind](count)

    def finish(self) -> None:
        """Let everything come until the whole feed is handled."""
        self.add(len(self._feed))
        self.finish_messages()

    def finish_messages(self) -> None:
        """Let everything come until the messages so far are handled."""
        for _ in range(10 * self._added + 100):
            if not self.runner.has_messages:
                return
            self.let_market_work(len(self._up))
            self.deliver_reports(len(self.market.reports))
            self.deliver_matched(len(self._matched))
        raise AssertionError(f"it waits forever after message {self.runner.sequence_processed}")


def all_ticks(feed: TickBatch) -> list[Tick]:
    """The messages of a feed session."""
    return list(feed.ticks())


def market_for(feed: TickBatch, entry_ns: int, report_ns: int) -> Market:
    """A market of that feed session."""
    return Market(SESSION, all_ticks(feed), entry_ns=entry_ns, report_ns=report_ns)
