"""The market maker: where its quotes are, and what makes no difference to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.in_step import (
    EPOCH,
    SESSION,
    Run,
    TickRow,
    happenings,
    latencies,
    market_for,
    ticks_of,
)
from tests.kit.strategies import configured
from tests.trading.executions import execution
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, Order, Side
from tradestack.domain.requests import OrderCancelReplaceRequest, OrderCancelRequest
from tradestack.domain.tick import TickKind
from tradestack.strategies.configured import ConfiguredStrategy
from tradestack.strategies.intent import AnyIntent, CancelIntent, Intent
from tradestack.strategies.maker import Maker
from tradestack.trading.desk.counters import Counters
from tradestack.trading.desk.in_step_runner import InStepRunner
from tradestack.trading.desk.report_queue import ReportQueue
from tradestack.wire.feed import TickBatch

P, N = TickKind.PRICE, TickKind.NEWS
TINY = "0.00000001"
PARAMETERS = {
    "spread": "0.00000002",
    "skew": TINY,
    "tolerance": TINY,
    "position_max": "0.0000003",
}


def maker(**parameters: str) -> ConfiguredStrategy:
    """A maker of 10 each, in units of 10⁻⁸."""
    return configured(Maker, {**PARAMETERS, **parameters}, quantity=10)


class Quotes:
    """A maker whose reports a test makes."""

    def __init__(self, **parameters: str) -> None:
        self._reports = ReportQueue()
        self._reports.enter_session(SESSION)
        self.runner = InStepRunner(maker(**parameters), EPOCH, Counters(), self._reports, 0)
        self.runner.from_sequence = 1
        self.names: list[str] = []
        self._sequence = 0

    def price(self, price: int, symbol: str = "SPY") -> list[tuple[str, str, int | None]]:
        """(what, which side or order, price) that it requests at this price."""
        batch = ticks_of([(P, symbol, 10 * self._sequence, price, 0)])
        self.runner.add(TickBatch(self._sequence + 1, batch.records))
        self._sequence += 1
        step = self.runner.step(is_idle=True)
        assert isinstance(step, list | tuple)
        return [self._told(intent) for intent in step]

    def report(self, number: int, exec_type: ExecType, leaves: int = 0, **fields: object) -> None:
        """Report on one of its orders, by its number."""
        order = self.runner.view.working[self.names[number]]
        base = {"symbol": order.symbol, "side": order.side, "visible_time_ns": 0}
        base |= {"feed_session": SESSION, "cum_quantity": 10 - leaves}
        self._reports.add(execution(self.names[number], exec_type, leaves, **{**base, **fields}))

    def answer(self, change: int, number: int, exec_type: ExecType, **fields: object) -> None:
        """Answer its cancel or replace of one of its orders, by their numbers."""
        order = self.runner.view.working[self.names[number]]
        leaves = 0 if exec_type is ExecType.CANCELED else order.leaves_quantity
        base = {"symbol": order.symbol, "side": order.side, "visible_time_ns": 0}
        base |= {"feed_session": SESSION, "orig_cl_ord_id": order.cl_ord_id}
        self._reports.add(execution(self.names[change], exec_type, leaves, **{**base, **fields}))

    def _told(self, intent: AnyIntent) -> tuple[str, str, int | None]:
        self.names.append(EPOCH.client_order_id(intent))
        if isinstance(intent, Intent):
            assert intent.quantity == 10
            return "new", intent.side, intent.limit_price
        which = str(self.names.index(intent.cl_ord_id))
        if isinstance(intent, CancelIntent):
            return "cancel", which, None
        return "replace", which, intent.limit_price


def test_it_quotes_both_sides_at_the_spread() -> None:
    """A quote that is there stays while it is off by no more than the tolerance."""
    quotes = Quotes()

    assert quotes.price(100) == [("new", "BUY", 98), ("new", "SELL", 102)]
    assert quotes.price(101) == quotes.price(99) == []
    assert quotes.price(102) == [("replace", "0", 100), ("replace", "1", 104)]


def test_a_quote_that_is_being_moved_is_left_alone() -> None:
    """It is moved again when the answer has come."""
    quotes = Quotes()
    quotes.price(100)
    quotes.price(105)

    under_way = quotes.price(110)
    quotes.answer(2, 0, ExecType.REPLACED, price=103)

    assert under_way == []
    assert quotes.price(110) == [("replace", "2", 108)]


@pytest.mark.parametrize(
    ("side", "filled", "expected"),
    [
        (0, 10, [("new", "BUY", 104), ("replace", "1", 108)]),
        (1, 10, [("replace", "0", 112), ("new", "SELL", 116)]),
        (0, 4, [("replace", "0", 107), ("replace", "1", 111)]),
        (1, 4, [("replace", "0", 110), ("replace", "1", 114)]),
    ],
)
def test_what_is_held_moves_both_quotes_against_it(
    side: int, filled: int, expected: list[tuple[str, str, int | None]]
) -> None:
    """By the skew for each quantity of 10 that is held, in part as well, rounded down."""
    quotes = Quotes(skew="0.00000004")
    quotes.price(100)

    quotes.report(side, ExecType.TRADE, 10 - filled, last_quantity=filled, last_price=98)

    assert quotes.price(110) == expected


@pytest.mark.parametrize(("side", "left"), [(0, "SELL"), (1, "BUY")])
def test_at_the_largest_position_one_side_is_left_out(side: int, left: str) -> None:
    """The other side goes on; what would add to the position is canceled."""
    quotes = Quotes(position_max="0.00000009", skew="0")
    quotes.price(100)
    quotes.report(side, ExecType.TRADE, 1, last_quantity=9, last_price=100)

    first = quotes.price(100)
    quotes.answer(2, side, ExecType.CANCELED)

    assert first == [("cancel", str(side), None)]
    assert quotes.price(100) == []
    assert {order.side for order in quotes.runner.view.working.values()} == {left}


def test_a_price_below_the_spread_has_no_bid() -> None:
    """No order can have a price of 0; one that is there is canceled."""
    quotes = Quotes()

    assert quotes.price(2) == [("new", "SELL", 4)]
    assert quotes.price(3) == [("new", "BUY", 1)]
    assert quotes.price(2) == [("cancel", "1", None)]
    assert quotes.price(-5) == [("cancel", "0", None)]


def test_each_symbol_has_quotes_of_its_own() -> None:
    """And a position."""
    quotes = Quotes()
    quotes.price(100)
    quotes.report(0, ExecType.TRADE, 0, last_quantity=10, last_price=98)

    assert quotes.price(50, "IBM") == [("new", "BUY", 48), ("new", "SELL", 52)]


def test_a_rejected_quote_is_made_again_at_the_next_price() -> None:
    """Under another name."""
    quotes = Quotes()
    quotes.price(100)
    quotes.report(0, ExecType.REJECTED, leaves_quantity=None)

    assert quotes.price(100) == [("new", "BUY", 98)]


feeds = st.lists(
    st.tuples(
        st.sampled_from([P, P, P, P, N]),
        st.sampled_from(["SPY", "IBM"]),
        st.sampled_from([0, 0, 1, 5]),
        st.sampled_from([1, 2, 3, *range(105, 119)]),
        st.sampled_from([0, 7, 25]),
    ),
    min_size=1,
    max_size=40,
)


@given(
    rows=feeds,
    entry_ns=latencies,
    report_ns=latencies,
    lives=st.lists(happenings, max_size=3),
)
def test_neither_cuts_nor_kills_make_a_difference(
    rows: list[TickRow], entry_ns: int, report_ns: int, lives: list[list[tuple[int, int]]]
) -> None:
    """However the feed is cut, whenever reports come and it is killed: the same reports follow."""
    feed = ticks_of(rows)
    at_once = Run(feed, market_for(feed, entry_ns, report_ns), maker())
    at_once.finish()
    market = market_for(feed, entry_ns, report_ns)

    for what in lives:
        Run(feed, market, maker()).happen(what)  # what was under way is lost with it
    last = Run(feed, market, maker())
    last.finish()

    for run in (at_once, last):
        run.let_market_work(1_000)
    assert market.reports == at_once.market.reports
    assert dict(last.runner.view.working) == dict(at_once.runner.view.working)


@given(rows=feeds, report_ns=latencies)
def test_it_has_one_quote_a_side_and_a_bounded_position(
    rows: list[TickRow], report_ns: int
) -> None:
    """A fill that is not visible yet can take it one quantity beyond the limit, and no further."""
    feed = ticks_of(rows)
    run = Run(feed, market_for(feed, 0, report_ns), maker())

    while not run.is_done:
        run.add(1)
        run.finish_messages()
        sides = [(order.symbol, order.side) for order in run.runner.view.working.values()]
        assert len(sides) == len(set(sides))
        for symbol in ("SPY", "IBM"):
            assert abs(run.runner.view.position(symbol)) < 30 + 10


def test_the_market_of_these_tests_does_everything() -> None:
    """Fills, cancels and replaces occur."""
    prices = [100 + (7 * step) % 17 for step in range(300)]
    feed = ticks_of([(P, "SPY", 3, price, 7 * (price % 3)) for price in prices])
    run = Run(feed, market_for(feed, 1, 1), maker(position_max="0.00000015"))

    run.finish()

    kinds = {type(request) for request in run.sent}
    made = {each.exec_type for each in run.market.reports if isinstance(each, ExecutionReport)}
    assert kinds == {Order, OrderCancelRequest, OrderCancelReplaceRequest}
    assert made >= {ExecType.NEW, ExecType.TRADE, ExecType.CANCELED, ExecType.REPLACED}
    assert {each.side for each in run.sent if isinstance(each, Order)} == set(Side)
