"""Clients that send much, and users who log in twice."""

import signal

from tests.daemons.tradestack_order_manager.entering import some_orders
from tests.kit.close_reasons import reason_of
from tests.kit.order_manager import OrderManager
from tradestack.wire.close_reason import CloseReason


def test_a_new_login_drains_the_old_connection_and_closes_it(daemon: OrderManager) -> None:
    """Orders that the old connection has delivered are settled first, even if they wait."""
    daemon.configure(orders_in_flight_max=1)  # an order a pass: the login comes before the last
    daemon.start()
    old = daemon.client()
    daemon.signal(signal.SIGSTOP)
    new = daemon.raw_client().send_login()
    old.send(*some_orders(1, 100))
    daemon.signal(signal.SIGCONT)

    new.await_login()
    reports = new.receive(100)

    assert [report.order_id for report in reports] == list(range(1, 101))
    old.rest()  # ends: it was closed
    assert daemon.stats()["clients"] == 1


def test_a_connection_replaced_by_a_new_login_gets_the_code(daemon: OrderManager) -> None:
    """The close reason tells a strategy that another program has logged in as its user."""
    daemon.start()
    old = daemon.client()

    daemon.client()

    assert old.rest() == []
    assert [reason_of(remark) for remark in old.remarks] == [CloseReason.REPLACED]


def test_a_client_with_too_much_in_flight_is_not_read_from_but_loses_nothing(
    daemon: OrderManager,
) -> None:
    """With a limit of 1 each pass settles one order, and all 200 are reported in order."""
    daemon.configure(orders_in_flight_max=1)
    daemon.start()
    client = daemon.client()

    client.send(*some_orders(1, 200))

    assert list(range(1, 201)) == [report.order_id for report in client.receive(200)]
