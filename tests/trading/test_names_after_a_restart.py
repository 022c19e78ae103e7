"""Names that an order gets or had: a restart answers as was answered, whatever came later."""

from pathlib import Path

import pytest

from tests.ctl.verify.traded import cancel_all, order
from tests.kit.recorded_session import RecordedSession, trades
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.order import Order
from tradestack.domain.requests import OrderCancelReplaceRequest, OrderCancelRequest, Request

CANCEL_B = OrderCancelRequest(cl_ord_id="c1", orig_cl_ord_id="b")
CANCEL_A = OrderCancelRequest(cl_ord_id="c2", orig_cl_ord_id="a")
REPLACE = OrderCancelReplaceRequest(
    cl_ord_id="b", orig_cl_ord_id="a", quantity=2 * SCALE, price=parse_fixed("49")
)
TOO_LARGE = order("x", 5_000)
CANCEL_X = OrderCancelRequest(cl_ord_id="c3", orig_cl_ord_id="x")

CASES: dict[str, list[tuple[Order | Request, ...]]] = {
    "a cancel for a name that a later replace gives": [(CANCEL_B,), (REPLACE,)],
    "a cancel for a name that a replace took": [(REPLACE,), (CANCEL_A,)],
    "both in one pass": [(REPLACE, CANCEL_A)],
    "a cancel for a refused order": [(TOO_LARGE, CANCEL_X)],
    "a cancel for what a mass cancel took, in one pass": [(cancel_all(), CANCEL_A)],
    "a cancel for what was filled": [(order("y", 1),), (CANCEL_A, CANCEL_B)],
}


@pytest.mark.parametrize("case", CASES)
def test_a_restart_comes_to_the_same_answers(tmp_path: Path, case: str) -> None:
    """The account is made again from the journal, and takes the next order."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100", "101"))
        recorded.send(order("a", 1, "50"))
        for messages in CASES[case]:
            recorded.send(*messages)
        recorded.publish(*trades("SPY", "40", "40"))
        recorded.pass_time()
        recorded.restart()

        batch = recorded.send(order("next", 1, "50"))

    assert batch.unavailable == []
    assert len(batch.orders) == 1
