"""Entries in the system's journal: some, with fields; the rest counted and said."""

import logging

import pytest

from tests.daemons.tradestack_order_manager.samples import (
    NOW_NS,
    a_header,
    a_message,
    an_order,
    some_rules,
)
from tests.daemons.tradestack_order_manager.show.recorded import (
    a_mass_cancel,
    a_refusal,
    an_execution,
)
from tradestack.domain.execution_report import Report
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecType, OrdStatus
from tradestack.trading.judging.decisions import JudgedExecution, JudgedOrder
from tradestack.trading.judging.judge import judge
from tradestack.trading.session.known_orders import KnownOrders
from tradestack.trading.session.session_state import SessionState
from tradestack.wire.journal.order_journal import Record
from tradestack_order_manager.show import journal_events
from tradestack_order_manager.show.journal_events import JournalEvents

SECOND_NS = 1_000_000_000


def read_record(offset: int, length: int) -> Record:
    """Fail: no ClOrdID is used twice here."""
    raise AssertionError((offset, length))


def judged(*quantities: int) -> list[JudgedOrder]:
    """Judge new orders of these quantities."""
    orders = [an_order(cl_ord_id=f"c{n}", quantity=q * SCALE) for n, q in enumerate(quantities)]
    received = [a_message(order) for order in orders]
    known = KnownOrders(SessionState(a_header()), read_record)
    return judge(known, received, some_rules(), None, NOW_NS).orders


@pytest.fixture(autouse=True)
def everything_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Log events at INFO."""
    caplog.set_level(logging.INFO)


def test_an_entry_has_the_fields_that_journalctl_is_asked_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Accepted and rejected orders have entries with message ids of their own."""
    events = JournalEvents(10)
    events.offer(judged(10, 0), 0)
    events.flush(0)

    accepted, rejected = (entry.__dict__ for entry in caplog.records)
    fields = {"orderid": 1, "symbol": "SPY", "side": "BUY", "clordid": "c0", "exectype": "NEW"}
    assert fields.items() <= accepted["event_fields"].items()
    assert rejected["event_fields"]["ordrejreason"] == "INCORRECT_QUANTITY"
    assert (
        accepted["event"].name,
        rejected["event"].name,
    ) == ("ORDER_ACCEPTED", "ORDER_REJECTED")


def followed(*reports: Report) -> list[JudgedExecution]:
    """Return reports that follow on orders of a user."""
    return [JudgedExecution("news", b"", 0, report) for report in reports]


def test_a_fill_has_the_fields_of_its_report(caplog: pytest.LogCaptureFixture) -> None:
    """What a report does not have is left out."""
    events = JournalEvents(10)
    expired = an_execution(
        exec_type=ExecType.EXPIRED,
        ord_status=OrdStatus.EXPIRED,
        last_quantity=None,
        last_price=None,
    )
    events.offer(followed(an_execution(), expired), 0)
    events.flush(0)

    filled, done = (entry.__dict__["event_fields"] for entry in caplog.records)
    common = {"orderid": 12, "symbol": "SPY", "side": "BUY", "clordid": "news-1", "user": "news"}
    quantities = {"lastqty": "10", "lastpx": "168.25", "cumqty": "10", "leavesqty": "0"}
    assert filled == common | quantities | {"exectype": "TRADE", "ordstatus": "FILLED"}
    assert done == common | {
        "exectype": "EXPIRED", "ordstatus": "EXPIRED", "cumqty": "10", "leavesqty": "0"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("report", "event"),
    [
        (an_execution(), "ORDER_FILLED"),
        (an_execution(ord_status=OrdStatus.PARTIALLY_FILLED), "ORDER_FILLED"),
        (an_execution(exec_type=ExecType.CANCELED), "ORDER_CANCELED"),
        (an_execution(exec_type=ExecType.EXPIRED), "ORDER_EXPIRED"),
        (an_execution(exec_type=ExecType.REPLACED), "ORDER_REPLACED"),
        (an_execution(exec_type=ExecType.RESTATED), "ORDER_RESTATED"),
        (a_refusal(), "REQUEST_REJECTED"),
        (a_mass_cancel(), None),
    ],
)
def test_each_kind_of_report_has_a_message_id(
    caplog: pytest.LogCaptureFixture, report: Report, event: str | None
) -> None:
    """A mass cancel has none: the orders that it canceled have."""
    events = JournalEvents(1)
    events.offer(followed(report), 0)
    events.flush(SECOND_NS)

    assert [entry.__dict__["event"].name for entry in caplog.records] == [event] * bool(event)


def test_fills_use_up_the_limit_together_with_orders(caplog: pytest.LogCaptureFixture) -> None:
    """Orders and fills have their entries in the order in which they were journalled."""
    events = JournalEvents(3)
    events.offer([*judged(1), *followed(an_execution(), an_execution()), *judged(1)], 0)
    events.flush(SECOND_NS)

    names = [entry.__dict__["event"].name for entry in caplog.records]
    # The second is over before the entries are written.
    assert sorted(names) == [
        "ORDER_ACCEPTED", "ORDER_ENTRIES_SUPPRESSED", "ORDER_FILLED", "ORDER_FILLED"
    ]  # fmt: skip
    assert events.suppressed_total == 1


def test_beyond_the_limit_of_a_second_orders_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    """One entry states the number when the second is over, in whatever batches they came."""
    events = JournalEvents(2)
    events.offer(judged(1, 1, 1), 0)
    events.offer(judged(1), SECOND_NS - 1)
    events.flush(SECOND_NS - 1)
    assert len(caplog.records) == 2

    events.flush(SECOND_NS)
    events.flush(SECOND_NS + 1)

    assert len(caplog.records) == 3
    assert "suppressed count=2" in caplog.records[-1].getMessage()
    assert events.suppressed_total == 2


def test_each_second_has_room_again(caplog: pytest.LogCaptureFixture) -> None:
    """The limit begins again with each second."""
    events = JournalEvents(1)
    for second in range(3):
        events.offer(judged(1), second * SECOND_NS)
    events.flush(2 * SECOND_NS)

    assert len(caplog.records) == 3


def test_a_limit_of_zero_writes_no_entries(caplog: pytest.LogCaptureFixture) -> None:
    """With a limit of 0 there is no entry about the number either."""
    events = JournalEvents(0)
    events.offer(judged(1), 0)
    events.flush(5 * SECOND_NS)

    assert not caplog.records


def test_each_report_that_is_journalled_has_its_event() -> None:
    """An order's verdict has its own; the state of an order is not journalled."""
    others = {ExecType.NEW, ExecType.ORDER_STATUS}

    assert journal_events.EVENTS.keys() == set(ExecType) - others
