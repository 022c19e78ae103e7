"""The orders that lack a final report."""

import pytest

from tests.trading.executions import execution
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, OrdStatus
from tradestack.trading.desk.open_orders import OpenOrders


@pytest.mark.parametrize(
    "final",
    [
        execution("a", ExecType.TRADE),
        execution("a", ExecType.EXPIRED),
        execution("a", ExecType.CANCELED),
        execution("c", ExecType.CANCELED, orig_cl_ord_id="a"),
        execution("b", ExecType.REPLACED, orig_cl_ord_id="a", ord_status=OrdStatus.FILLED),
    ],
)
def test_an_order_is_open_until_its_final_report(final: ExecutionReport) -> None:
    """However it ends, nothing of it is kept."""
    orders = OpenOrders()

    orders.take(execution("a", ExecType.NEW, 10))
    orders.take(execution("a", ExecType.TRADE, 4))
    (open_order,) = orders
    orders.take(final)

    assert (open_order.cl_ord_id, open_order.cum_quantity, open_order.leaves_quantity) == (
        "a",
        6,
        4,
    )
    assert len(orders) == 0


def test_a_replaced_order_is_open_under_its_new_name() -> None:
    """It is one order all the while."""
    orders = OpenOrders()

    orders.take(execution("a", ExecType.NEW, 10))
    orders.take(execution("b", ExecType.REPLACED, 20, orig_cl_ord_id="a"))

    assert [order.cl_ord_id for order in orders] == ["b"]


@pytest.mark.parametrize(
    "report",
    [
        execution("a", ExecType.NEW, None),
        execution("a", ExecType.REJECTED, None),
        execution("a", ExecType.ORDER_STATUS, 10, ord_status=OrdStatus.NEW),
        execution("", ExecType.REJECTED, None, order_id=None),
    ],
)
def test_what_no_report_follows_is_not_open(report: ExecutionReport) -> None:
    """An order without execution, a rejection, and the answer to a question."""
    orders = OpenOrders()

    orders.take(report)

    assert len(orders) == 0


def test_a_duplicate_does_not_end_the_order_that_has_its_name() -> None:
    """A rejection ends nothing."""
    orders = OpenOrders()

    orders.take(execution("a", ExecType.NEW, 10))
    orders.take(execution("a", ExecType.REJECTED, None))

    assert len(orders) == 1


def test_the_next_order_session_restates_what_goes_on() -> None:
    """What it does not name is not open any more."""
    orders = OpenOrders()
    orders.take(execution("a", ExecType.NEW, 10))
    orders.take(execution("b", ExecType.NEW, 10, order_id=2))

    orders.clear()
    orders.take(execution("b", ExecType.RESTATED, 10, order_id=2))

    assert [order.cl_ord_id for order in orders] == ["b"]
