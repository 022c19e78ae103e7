"""An order session that ends or is full, and the one after it."""

import signal

import pytest

from tests.daemons.tradestack_order_manager.entering import enter, some_orders
from tests.daemons.tradestack_order_manager.samples import a_register, an_order
from tests.daemons.tradestack_order_manager.sessions.recording import make_long
from tests.kit.order_manager import OrderManager
from tradestack.domain.order import OrdStatus, Start
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack.wire.soup import PacketType
from tradestack.wire.varlink import VarlinkError


def test_the_control_socket_tells_and_begins_a_session(daemon: OrderManager) -> None:
    """Clients, users and orders are listed; NewSession ends all streams, and numbers go on."""
    daemon.start()
    client = daemon.client()
    client.send(a_register(start=Start.SESSION), *some_orders(1, 3))
    client.receive(4)

    interface = "io.tradestack.OrderManager"
    (listed,) = daemon.call(f"{interface}.ListClients")["clients"]
    assert (listed["user"], listed["cursor"], listed["lag"]) == ("news", 5, 0)
    assert daemon.call(f"{interface}.ListUsers")["users"] == [{"user": "news", "reports": 4}]
    newest = daemon.call(f"{interface}.ListOrders", {"count": 2})["orders"]
    assert [(order["order_id"], order["cl_ord_id"], order["ord_status"]) for order in newest] == [
        (2, "c2", "NEW"),
        (3, "c3", "NEW"),
    ]
    with pytest.raises(VarlinkError, match="InvalidParameter"):
        daemon.call(f"{interface}.ListOrders", {"count": 0})
    session = daemon.call(f"{interface}.NewSession")["session"]

    assert [packet.type for packet in client.rest()] == [PacketType.END_OF_SESSION]
    again = daemon.client()
    assert session == again.session_id
    again.send(a_register(head=200, start=Start.SESSION), *some_orders(3, 1))
    registered, report = again.receive(2)
    assert registered.from_seq == 201
    assert (report.order_id, report.ord_status) == (4, OrdStatus.NEW)
    late = daemon.client(session=client.session_id, sequence=4)
    assert [chr(packet.type) for packet in late.rest()] == ["S", "Z"]
    assert daemon.log_numbers() == [1, 2, 3, 4]


def test_an_order_for_a_session_that_has_ended_is_not_executed_in_the_next(
    daemon: OrderManager,
) -> None:
    """The stream it was sent into cannot report it, so it is refused and leaves no trace."""
    daemon.start()
    client = daemon.client()
    ended = client.session_id
    client.close()
    daemon.call("io.tradestack.OrderManager.NewSession")
    daemon.signal(signal.SIGSTOP)
    late = daemon.raw_client().send_login(session_id=ended)
    late.send(an_order())
    daemon.signal(signal.SIGCONT)

    late.await_login()
    late.rest()

    assert daemon.stats()["orders_received"] == 0
    late.close()


def test_a_full_session_says_so_until_a_new_one_begins(daemon: OrderManager) -> None:
    """The memory of an order session is bounded by a number in the config."""
    daemon.configure(orders_per_session_max=4)
    daemon.start()
    client = daemon.client()
    client.send(*some_orders(1, 3))
    answers = client.receive(3)  # what is outside the stream may overtake it
    (refused,) = (answer for answer in answers if isinstance(answer, BusinessMessageReject))
    assert refused.business_reject_ref_id == "c3"
    assert "full" in refused.text
    assert daemon.errors.count("order session full, messages of a user are refused") == 1
    assert daemon.stats()["session_fault"] == "ORDER SESSION FULL for news"

    daemon.call("io.tradestack.OrderManager.NewSession")

    assert enter(daemon.client(), "c3").order_id == 3
    assert daemon.stats()["session_fault"] is None


def test_a_long_ended_session_that_lacks_the_last_reports_has_no_end(daemon: OrderManager) -> None:
    """Who has had more is disconnected instead, and then told that it is not available."""
    daemon.start()
    client = daemon.client()
    client.send(*some_orders(1, 3))
    client.receive(3)
    ended = client.session_id
    daemon.call("NewSession")
    daemon.stop()
    make_long(daemon.state / f"{ended}.journal")
    daemon.start()

    assert daemon.client(session=ended, sequence=9).rest() == []
    assert daemon.raw_client().send_login(ended, 9).await_answer().rejected
    kept = [packet.type for packet in daemon.client(session=ended, sequence=2).rest()]
    assert kept == [PacketType.SEQUENCED_DATA] * 2 + [PacketType.END_OF_SESSION]
