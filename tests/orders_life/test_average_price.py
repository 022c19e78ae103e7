"""AvgPx over fills at several prices: scenario J.1.a of the matrices, without busts."""

from tests.kit.order_manager import USER
from tests.kit.tape_order_manager import TapeOrderManager
from tests.orders_life.desk import Desk
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import format_fixed


def test_average_price(manager: TapeOrderManager) -> None:
    """It is that of all fills, over a replace too, rounded half to even at 10⁻⁸."""
    feed = manager.feed()
    manager.start()
    desk = Desk(manager, USER, feed)
    desk.act("D X 100 MARKET")
    assert desk.read(1) == ["N/n X 100:0:100"]

    prices = []
    for action in ("trade 10 @100", "trade 60 @110", "G Y X 97 MARKET", "trade 27 @120"):
        desk.act(action)
        (report,) = desk.receive(1)
        assert isinstance(report, ExecutionReport)
        assert report.average_price is not None
        prices.append((report.cl_ord_id, format_fixed(report.average_price)))

    assert prices == [
        ("X", "100"),
        ("X", "108.57142857"),
        ("Y", "108.57142857"),
        ("Y", "111.75257732"),
    ]
