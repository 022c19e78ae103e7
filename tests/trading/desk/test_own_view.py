"""What a strategy knows of its account."""

import pytest

from tests.trading.executions import execution, refusal
from tradestack.domain.execution_report import ExecutionReport, OrderMassCancelReport
from tradestack.domain.order import ExecType, MassCancelRequestType, OrdType, Side
from tradestack.strategies.intent import CancelIntent, Intent, ReplaceIntent
from tradestack.trading.desk.own_view import OwnView


@pytest.fixture
def view() -> OwnView:
    """A view after a limit order for 10 SPY at 168 was sent."""
    view = OwnView()
    view.sent(limit_order(), "a")
    return view


def limit_order(quantity: int = 10) -> Intent:
    """BUY SPY at 168."""
    return Intent(
        sequence=1,
        index=0,
        symbol="SPY",
        side=Side.BUY,
        value=0,
        price=None,
        event_time_ns=0,
        publish_time_ns=0,
        quantity=quantity,
        ord_type=OrdType.LIMIT,
        limit_price=168,
    )


def cancel(cl_ord_id: str) -> CancelIntent:
    """Cancel it."""
    return CancelIntent(sequence=2, index=0, cl_ord_id=cl_ord_id, publish_time_ns=0)


def replacing(cl_ord_id: str, price: int) -> ReplaceIntent:
    """Give it another price."""
    return ReplaceIntent(
        sequence=2, index=0, cl_ord_id=cl_ord_id, quantity=10, limit_price=price, publish_time_ns=0
    )


def test_an_order_works_from_the_moment_it_is_sent(view: OwnView) -> None:
    """So it is not sent again before its report is visible."""
    view.sent(limit_order(quantity=7), "b")

    sent, other = view.working["a"], view.working["b"]
    assert (sent.symbol, sent.side, sent.price, sent.leaves_quantity) == ("SPY", "BUY", 168, 10)
    assert not sent.is_accepted
    assert other.leaves_quantity == 7


def test_fills_make_the_position_and_the_last_one_ends_the_order(view: OwnView) -> None:
    """The limit stays known, though reports do not name it."""
    view.take(execution("a", ExecType.NEW, 10))
    view.take(execution("a", ExecType.TRADE, 4, last_quantity=6, last_price=168))
    order = view.working["a"]
    held = view.position("SPY")
    view.take(execution("a", ExecType.TRADE, 0, last_quantity=4, last_price=168))

    assert (order.price, order.leaves_quantity, order.cum_quantity) == (168, 4, 6)
    assert order.is_accepted
    assert (held, view.position("SPY"), view.position("IBM")) == (6, 10, 0)
    assert not view.working


def test_a_sale_lowers_the_position(view: OwnView) -> None:
    """Below zero it is sold short."""
    view.take(execution("b", ExecType.TRADE, 4, side=Side.SELL, last_quantity=6, last_price=1))

    assert view.position("SPY") == -6


def test_a_replaced_order_has_its_new_name_and_price(view: OwnView) -> None:
    """Until then it says which change is under way."""
    view.take(execution("a", ExecType.NEW, 10))
    view.sent(replacing("a", 169), "b")
    under_way = view.working["a"]
    view.take(execution("b", ExecType.REPLACED, 10, orig_cl_ord_id="a", price=169))

    assert (under_way.price, under_way.changed_by) == (168, "b")
    assert list(view.working) == ["b"]
    assert (view.working["b"].price, view.working["b"].changed_by) == (169, None)


def test_a_cancel_of_the_name_that_a_replace_will_give_waits_for_both(view: OwnView) -> None:
    """The answer to the first change leaves the second one under way."""
    view.sent(replacing("a", 169), "b")
    view.sent(cancel("b"), "c")
    view.take(execution("b", ExecType.REPLACED, 10, orig_cl_ord_id="a", price=169))
    between = view.working["b"].changed_by
    view.take(execution("c", ExecType.CANCELED, orig_cl_ord_id="b"))

    assert between == "c"
    assert not view.working


def test_a_refused_change_leaves_the_order(view: OwnView) -> None:
    """It may be changed again."""
    view.sent(cancel("a"), "c")
    view.take(refusal("c", "a"))

    assert view.working["a"].changed_by is None


def test_a_change_of_an_unknown_order_changes_nothing(view: OwnView) -> None:
    """Its refusal will say so."""
    before = dict(view.working)

    view.sent(cancel("nothing"), "c")
    view.take(refusal("c", "nothing"))

    assert view.working == before


def test_an_order_from_before_is_known_by_its_report(view: OwnView) -> None:
    """The next order session restates it; its limit is not known."""
    view.take(execution("old", ExecType.RESTATED, 3, order_id=7))

    assert (view.working["old"].leaves_quantity, view.working["old"].price) == (3, None)


@pytest.mark.parametrize(
    "final",
    [
        execution("a", ExecType.REJECTED, None),
        execution("a", ExecType.EXPIRED),
        execution("a", ExecType.CANCELED),
        execution("a", ExecType.NEW, None),
    ],
)
def test_a_final_report_ends_it(view: OwnView, final: ExecutionReport) -> None:
    """One that was accepted without an execution model, too: nothing follows."""
    view.take(final)

    assert not view.working


def test_the_report_on_a_mass_cancel_is_on_no_order(view: OwnView) -> None:
    """The orders have reports of their own."""
    view.take(
        OrderMassCancelReport(
            cl_ord_id="x",
            request_type=MassCancelRequestType.ALL,
            affected_count=1,
            transact_time_ns=0,
        )
    )

    assert list(view.working) == ["a"]


def test_orders_of_a_lost_order_session_are_forgotten_and_positions_are_not(view: OwnView) -> None:
    """What became of them is unknown."""
    view.take(execution("a", ExecType.TRADE, 4, last_quantity=6, last_price=168))

    view.forget_orders()

    assert not view.working
    assert view.position("SPY") == 6


def test_orders_keep_their_places_whatever_is_reported(view: OwnView) -> None:
    """Another order session begins by saying again which orders go on."""
    view.sent(limit_order(quantity=7), "b")
    view.take(execution("b", ExecType.NEW, 7))
    view.take(execution("a", ExecType.RESTATED, 10))
    view.take(execution("a", ExecType.TRADE, 4, last_quantity=6, last_price=168))

    assert list(view.working) == ["a", "b"]
    view.take(execution("c", ExecType.REPLACED, 4, orig_cl_ord_id="a"))
    assert list(view.working) == ["b", "c"]
