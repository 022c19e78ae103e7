"""Malformed messages: which of them end a connection, and which only get a reject."""

import signal

import pytest

from tests.daemons.tradestack_order_manager.entering import enter
from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.order_manager import OrderManager
from tradestack.domain.order import OrdStatus


def test_a_message_that_does_not_parse_is_rejected_and_the_session_goes_on(
    daemon: OrderManager,
) -> None:
    """A wrong field, type or range is rejected, with the ClOrdID if it can be read."""
    daemon.start()
    client = daemon.client()
    wrong = [
        b'{"MsgType":"NewOrderSingle","ClOrdID":"a1"}',
        b'{"MsgType":"NewOrderSingle","ClOrdID":7}',
        b'{"MsgType":"QuoteRequest","ClOrdID":"a2"}',
        b"[1, 2]",
    ]

    client.send(*wrong, an_order(cl_ord_id="a1"))
    *refused, accepted = client.receive(5)

    assert [report.cl_ord_id for report in refused] == ["a1", "", "a2", ""]
    assert {None} == {report.order_id for report in refused}
    assert {OrdStatus.REJECTED} == {report.ord_status for report in refused}
    assert all(report.text for report in refused)
    assert (accepted.order_id, accepted.ord_status) == (1, OrdStatus.NEW)
    assert daemon.log_numbers() == [1]
    assert daemon.stats()["orders_malformed"] == 4
    client.close()
    daemon.signal(signal.SIGTERM)
    assert daemon.wait() == 0
    said = [line for line in daemon.errors.splitlines() if "order rejected" in line]
    assert len(said) == 4
    assert 'clordid=a2 user=news exectype=REJECTED text="Invalid value' in said[2]


@pytest.mark.parametrize("payload", [b"", b"BUY 10 SPY", b'{"MsgType":', b"\xff\xfe", b"{" * 4_000])
def test_a_message_that_is_not_json_ends_its_session_alone(
    daemon: OrderManager, payload: bytes
) -> None:
    """Earlier orders count, other clients stay connected, and the user may log in again."""
    daemon.start()
    bystander = daemon.client("other")
    client = daemon.client()

    client.send(an_order(), payload, an_order(cl_ord_id="2"))

    client.rest()  # ends: it was closed
    bystander.send(an_order())
    assert bystander.receive()[0].ord_status == OrdStatus.NEW
    again = daemon.client()
    assert [report.cl_ord_id for report in again.receive(1)] == ["news-1"]
    assert again.next_sequence == 2
    assert daemon.errors.count("protocol violation") == 1


def test_a_packet_longer_than_a_message_ends_that_session_alone(daemon: OrderManager) -> None:
    """The header is enough: the server does not wait for 30,000 bytes of an order."""
    daemon.start()
    client = daemon.client()

    client.send(b" " * 30_000)

    assert client.rest() == []
    assert enter(daemon.client(), "x").ord_status == OrdStatus.NEW
