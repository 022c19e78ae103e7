"""One user sends thousands of orders while the feed stands still, and cancels them all."""

from pathlib import Path

from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.tape_order_manager import TapeOrderManager
from tradestack.domain.execution_report import OrderMassCancelReport
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import MassCancelRequestType, OrdStatus, OrdType, TimeInForce
from tradestack.domain.requests import OrderMassCancelRequest

COUNT = 15_000  # whose state does not fit into one record of the journal
AT_ONCE = 500


def test_the_order_manager_goes_on_for_the_others(tmp_path: Path) -> None:
    """Their state is journalled and read again, however large it is."""
    with TapeOrderManager(tmp_path) as manager:
        feed = manager.feed()
        feed.trade(1_000)
        manager.configure(
            orders_per_session_max=1_000_000,
            messages_per_second_max=100_000,
            risk={"price_required": False, "each_user": {"active_order_limit": 0}},
        )
        manager.start()
        client = manager.client()
        for first in range(0, COUNT, AT_ONCE):
            names = [f"n{number}" for number in range(first, first + AT_ONCE)]
            client.send(
                *(
                    an_order(
                        cl_ord_id=name,
                        ord_type=OrdType.LIMIT,
                        price=SCALE,
                        time_in_force=TimeInForce.GTC,
                    )
                    for name in names
                )
            )
            assert [report.cl_ord_id for report in client.receive(AT_ONCE)] == names
        client.send(OrderMassCancelRequest(cl_ord_id="all", request_type=MassCancelRequestType.ALL))
        while not isinstance(client.receive_one(), OrderMassCancelReport):
            pass

        manager.kill()
        manager.start()

        other = manager.client("other")
        other.send(an_order(cl_ord_id="other"))
        assert other.receive_report().ord_status is OrdStatus.NEW
        accounts = manager.call("ListAccounts")["accounts"]
        assert [each["orders_working"] for each in accounts if each["user"] == "news"] == [0]
