"""The newest orders as they are now: by the order manager, by the page and by the files."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.tape_order_manager import TapeOrderManager
from tradestack.ctl.recorded.session_at import session_at
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import OrdType, TimeInForce
from tradestack.domain.requests import OrderCancelReplaceRequest, OrderCancelRequest
from tradestack.report.files.state_files import StateFiles
from tradestack_web.live.order_states import newest_orders

FIELDS = ("cl_ord_id", "ord_status", "order_qty", "price", "cum_qty", "leaves_qty", "avg_px")
# Of each order, once everything below has happened; 168.23 is what its sender has seen.
EXPECTED = [
    ("filled", "FILLED", "10", "168.23", "10", "0", "101.6"),
    ("again", "FILLED", "12", "105", "12", "0", "103"),
    ("canceled", "CANCELED", "10", "168.23", "0", "0", None),
    ("partly", "PARTIALLY_FILLED", "20", "104", "8", "12", "103"),
    ("large", "REJECTED", "1000", "168.23", "0", None, None),
    ("filled", "REJECTED", "99", "168.23", "0", None, None),
]


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[TapeOrderManager]:
    """An order manager that executes, and was not started."""
    with TapeOrderManager(tmp_path) as manager:
        yield manager


def limit(name: str, price: int, quantity: int = 10) -> Any:
    """Make a limit order to buy, which works until the feed session ends."""
    return an_order(
        cl_ord_id=name,
        quantity=quantity * SCALE,
        ord_type=OrdType.LIMIT,
        price=price * SCALE,
        time_in_force=TimeInForce.DAY,
    )


def replace(name: str, orig: str, price: int, quantity: int) -> OrderCancelReplaceRequest:
    """Give an order another name, price and quantity."""
    return OrderCancelReplaceRequest(
        cl_ord_id=name, orig_cl_ord_id=orig, price=price * SCALE, quantity=quantity * SCALE
    )


def trade(manager: TapeOrderManager) -> None:
    """Fill, replace, cancel and reject orders, so that `EXPECTED` is what became of them."""
    feed = manager.feed()
    feed.trade(1)
    manager.start()
    client = manager.client()
    client.send(limit("filled", 200))
    client.receive(1)
    feed.trade(4, 101)
    feed.trade(6, 102)
    client.receive(2)
    client.send(limit("taken", 50), limit("canceled", 50), limit("first", 50))
    client.receive(3)
    client.send(replace("again", "taken", 105, 12), replace("partly", "first", 104, 20))
    client.receive(2)
    client.send(OrderCancelRequest(cl_ord_id="cancel", orig_cl_ord_id="canceled"))
    client.receive(1)
    client.send(limit("large", 50, quantity=1_000), limit("filled", 50, quantity=99))
    client.receive(2)
    feed.trade(20, 103)
    client.receive(2)


def listed(manager: TapeOrderManager) -> Any:
    """Ask the order manager."""
    return manager.call("ListOrders")["orders"]


def test_each_order_is_listed_as_it_is_now(manager: TapeOrderManager, tmp_path: Path) -> None:
    """A replaced one with its new terms, also after its next fill, and over a restart."""
    manager.configure(order_qty_max="100", max_order_age="0")
    trade(manager)

    orders = listed(manager)

    assert [tuple(order[name] for name in FIELDS) for order in orders] == EXPECTED
    (journal,) = manager.state.glob("*.journal")
    assert asyncio.run(newest_orders(journal, 20)) == orders
    state = tmp_path / "copy"
    state.mkdir()
    (state / "order-manager").symlink_to(manager.state)
    (state / "gateway").symlink_to(manager.feed_directory)
    of_session = orders[:-1]  # a duplicate has no place in the feed
    with session_at(StateFiles(state), None, None) as session:
        assert [msgspec.to_builtins(order) for order in session.orders(20)] == of_session
        assert [order.order_id for order in session.orders(2)] == [4, 5]
    manager.kill()
    manager.start()
    assert listed(manager) == orders
