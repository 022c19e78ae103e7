"""An interactive strategy in step with the reports on its orders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.in_step import EPOCH, SESSION, Run, happenings, latencies, market_for, ticks_of
from tests.kit.quoter import Quoter
from tests.kit.strategies import configured
from tradestack.domain.execution_report import ExecutionReport, Report
from tradestack.domain.order import ExecType, Order, OrdStatus
from tradestack.domain.requests import OrderCancelReplaceRequest, OrderCancelRequest
from tradestack.domain.tick import TickKind
from tradestack.trading.desk.counters import Counted, Counters
from tradestack.trading.desk.in_step_runner import InStepRunner
from tradestack.trading.desk.report_queue import ReportQueue
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import TickBatch
from tradestack.wire.order_messages import MatchedThrough

P, N = TickKind.PRICE, TickKind.NEWS
Row = tuple[TickKind, str, int, int, int]

feeds = st.lists(
    st.tuples(
        st.sampled_from([P, P, P, P, N]),
        st.sampled_from(["SPY", "IBM"]),
        st.sampled_from([0, 0, 1, 5]),
        st.integers(105, 118),
        st.sampled_from([0, 7, 25]),
    ),
    min_size=1,
    max_size=40,
)


def seen_of(runner: InStepRunner) -> list[tuple[int, Report]]:
    """The reports that the strategy has seen, each with the message before which."""
    quoter = runner._object._strategy
    assert isinstance(quoter, Quoter)
    return quoter.seen


def seen_by(run: Run) -> object:
    """What the strategy has seen of its reports, before which message, and what it holds."""
    return seen_of(run.runner), dict(run.runner.view.working)


@given(rows=feeds, entry_ns=latencies, report_ns=latencies, what=happenings)
def test_cuts_and_delays_make_no_difference(
    rows: list[Row], entry_ns: int, report_ns: int, what: list[tuple[int, int]]
) -> None:
    """However the feed is cut and whenever reports come, the requests are the same."""
    feed = ticks_of(rows)
    at_once = Run(feed, market_for(feed, entry_ns, report_ns))
    at_once.finish()
    run = Run(feed, market_for(feed, entry_ns, report_ns))

    run.happen(what)
    run.finish()

    assert run.sent == at_once.sent
    assert seen_by(run) == seen_by(at_once)


@given(
    rows=feeds,
    entry_ns=latencies,
    report_ns=latencies,
    lives=st.lists(happenings, max_size=3),
)
def test_a_killed_strategy_comes_to_the_same_requests(
    rows: list[Row], entry_ns: int, report_ns: int, lives: list[list[tuple[int, int]]]
) -> None:
    """It gets its reports from the first one and sends what the market does not know."""
    feed = ticks_of(rows)
    at_once = Run(feed, market_for(feed, entry_ns, report_ns))
    at_once.finish()
    market = market_for(feed, entry_ns, report_ns)

    for what in lives:
        Run(feed, market).happen(what)  # what was under way is lost with it
    last = Run(feed, market)
    last.finish()

    assert seen_by(last) == seen_by(at_once)
    last.let_market_work(1_000)
    at_once.let_market_work(1_000)
    assert market.reports == at_once.market.reports


def test_the_market_of_these_tests_does_everything() -> None:
    """Fills in part and whole, cancels, replaces, and refusals of both kinds occur."""
    prices = [100 + (7 * step) % 17 for step in range(300)]
    feed = ticks_of([(P, "SPY", 3, price, 7 * (price % 3)) for price in prices])
    run = Run(feed, market_for(feed, 5, 5))

    run.finish()

    kinds = {type(request) for request in run.sent}
    seen = {getattr(r, "exec_type", "refused") for _, r in seen_of(run.runner)}
    assert kinds == {Order, OrderCancelRequest, OrderCancelReplaceRequest}
    assert seen >= {ExecType.NEW, ExecType.TRADE, ExecType.CANCELED, ExecType.REPLACED, "refused"}
    assert ExecType.REJECTED in seen


def runner_of(*rows: Row, received: int = 0) -> tuple[InStepRunner, ReportQueue]:
    """A runner that has got a feed, and its reports."""
    reports = ReportQueue()
    reports.enter_session(SESSION)
    runner = InStepRunner(configured(Quoter, quantity=20), EPOCH, Counters(), reports, received)
    runner.from_sequence = 1
    runner.add(ticks_of(rows))
    return runner, reports


def matched(through: int, reports: int = 0) -> MatchedThrough:
    """MatchedThrough of the feed session."""
    return MatchedThrough(feed_session=SESSION, feed_seq=through, reports=reports)


ROW = (P, "SPY", 1, 105, 0)


def test_an_idle_strategy_waits_for_nothing() -> None:
    """Without an open order there is no report to wait for."""
    runner, _ = runner_of(ROW, ROW)

    assert runner.step(is_idle=True)
    assert runner.step(is_idle=True) == ()
    assert runner.step(is_idle=True) is None
    assert runner.sequence_processed == 2


def test_a_message_waits_until_the_market_has_met_the_one_before() -> None:
    """MatchedThrough m − 1 is enough if message m − 1 has caused nothing."""
    runner, _ = runner_of(ROW, ROW, ROW)
    runner.step(is_idle=True)
    runner.step(is_idle=True)
    waiting = runner.step(is_idle=False)

    runner.matched.tell(matched(1))
    one_short = runner.step(is_idle=False)
    runner.matched.tell(matched(2))

    assert waiting is None
    assert one_short is None
    assert runner.step(is_idle=False) == ()


def test_behind_requests_a_message_waits_until_it_is_matched_itself() -> None:
    """MatchedThrough m − 1 may have been sent before the requests of message m − 1 came."""
    runner, _ = runner_of(ROW, ROW)
    runner.step(is_idle=True)

    runner.matched.tell(matched(1))
    before_the_verdict = runner.step(is_idle=False)
    runner.matched.tell(matched(2))

    assert before_the_verdict is None
    assert runner.step(is_idle=False) == ()


def test_a_report_is_seen_from_the_first_later_message_on() -> None:
    """At its VisibleTime it is not visible yet; after a later one it waits."""
    runner, reports = runner_of(ROW, ROW, ROW)  # at 1001, 1002, 1003 ns

    for number, visible_ns in ((1, 1_001), (2, 1_002), (3, 1_000)):
        reports.add(
            ExecutionReport(
                cl_ord_id="a person's",
                exec_id=str(number),
                exec_type=ExecType.EXPIRED,
                ord_status=OrdStatus.EXPIRED,
                transact_time_ns=0,
                feed_session=SESSION,
                visible_time_ns=visible_ns,
            )
        )
    while runner.step(is_idle=True) is not None:
        pass

    seen = [
        (message, report.exec_id)
        for message, report in seen_of(runner)
        if isinstance(report, ExecutionReport)
    ]
    assert seen == [(2, "1"), (3, "2"), (3, "3")]


def test_what_is_decided_before_from_sequence_is_neither_sent_nor_shown() -> None:
    """The strategy does not take for working what it never sent."""
    counters = Counters()
    runner = InStepRunner(configured(Quoter, quantity=20), EPOCH, counters, ReportQueue(), 0)
    runner.from_sequence = 2
    runner.add(ticks_of([ROW, ROW]))

    first = runner.step(is_idle=True)
    working = dict(runner.view.working)
    second = runner.step(is_idle=True)

    assert first == ()
    assert working == {}
    assert isinstance(second, list)
    assert [intent.sequence for intent in second] == [2, 2]
    assert list(runner.view.working) == [EPOCH.client_order_id(intent) for intent in second]
    assert counters[Counted.ORDERS_SUPPRESSED] == 2


def test_messages_are_counted_when_the_strategy_sees_them() -> None:
    """What waits is not counted yet."""
    counters = Counters()
    runner = InStepRunner(configured(Quoter, quantity=20), EPOCH, counters, ReportQueue(), 0)
    runner.add(ticks_of([ROW, (N, "SPY", 1, 50, 0), ROW]))

    runner.step(is_idle=True)
    runner.step(is_idle=True)

    assert counters[Counted.TICKS_RECEIVED] == 2
    assert counters[Counted.PRICES_RECEIVED] == counters[Counted.NEWS_RECEIVED] == 1
    assert runner.has_messages


@pytest.mark.parametrize("first_sequence", [1, 3, 5])
def test_messages_that_are_missing_or_repeated_are_refused(first_sequence: int) -> None:
    """Nothing is decided on a feed with a gap."""
    runner, _ = runner_of(ROW, ROW, ROW)
    batch = TickBatch(first_sequence, ticks_of([ROW]).records)

    with pytest.raises(ProtocolError, match=f"message {first_sequence}, not 4"):
        runner.add(batch)
