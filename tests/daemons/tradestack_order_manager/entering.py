"""Orders that the tests enter at a running order manager, one by one or many."""

from typing import Any

from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.blocking_client import BlockingClient


def some_orders(first: int, count: int) -> list[Any]:
    """Make the orders c<first>, c<first + 1>, …"""
    return [an_order(cl_ord_id=f"c{number}") for number in range(first, first + count)]


def enter(client: BlockingClient, cl_ord_id: str) -> Any:
    """Send one order and read its report."""
    client.send(an_order(cl_ord_id=cl_ord_id))
    (report,) = client.receive(1)
    return report
