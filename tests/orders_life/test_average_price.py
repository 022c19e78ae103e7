"""AvgPx over fills at several prices: scenario J.1.a of the matrices, without busts."""

import pytest

from tests.kit.order_manager import USER
from tests.kit.tape_order_manager import TapeOrderManager
from tests.orders_life.desk import Desk
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import format_fixed

# Action → the ClOrdID and the AvgPx of its report.
STEPS = {
    "D X 100 MARKET": ("X", None),
    "trade 10 @100": ("X", "100"),
    "trade 60 @110": ("X", "108.57142857"),
    "G Y X 97 MARKET": ("Y", "108.57142857"),
    "trade 27 @120": ("Y", "111.75257732"),
}
AFTER_ACTION, AFTER_REPORT = "after each action", "after each report"


@pytest.mark.parametrize("killed", ["never", AFTER_ACTION, AFTER_REPORT])
def test_average_price(manager: TapeOrderManager, killed: str) -> None:
    """It is that of all fills, over a replace and kills too, rounded half to even at 10⁻⁸."""
    feed = manager.feed()
    manager.start()
    desk = Desk(manager, USER, feed)

    for action, expected in STEPS.items():
        desk.act(action)
        if killed == AFTER_ACTION:
            desk.restart()
        (report,) = desk.receive(1)
        assert isinstance(report, ExecutionReport)
        price = report.average_price
        assert (report.cl_ord_id, None if price is None else format_fixed(price)) == expected
        desk.forget_unanswered()
        if killed == AFTER_REPORT:
            desk.restart()
    assert desk.last_steps() == []
