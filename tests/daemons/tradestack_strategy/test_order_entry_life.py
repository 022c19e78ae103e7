"""Order entry after the verdict: fills, ends, cancels, replaces, and what is told of progress."""

import pytest

from tests.daemons.tradestack_strategy.order_entries import (
    EPOCH,
    NEXT_EPOCH,
    Feed,
    Line,
    intent,
    report,
)
from tests.trading.executions import execution, refusal
from tradestack.domain.order import ExecType
from tradestack.domain.requests import OrderCancelReplaceRequest, OrderCancelRequest
from tradestack.strategies.intent import CancelIntent, ReplaceIntent
from tradestack.trading.desk.counters import Counted, Counters
from tradestack_strategy.orders.order_entry import OrderEntry

A = EPOCH.client_order_id(intent(3))
CANCEL = CancelIntent(sequence=4, index=0, cl_ord_id=A, publish_time_ns=0)
C = EPOCH.client_order_id(CANCEL)
LIFE = [
    execution(A, ExecType.NEW, 10),
    execution(A, ExecType.TRADE, 4),
    execution(A, ExecType.TRADE, 1),
    execution(C, ExecType.CANCELED, orig_cl_ord_id=A),
]


def sessions_counts(counters: Counters) -> dict[str, int]:
    """What is not zero among the counts of the feed session."""
    return {name: count for name, count in counters.session().items() if count}


@pytest.fixture
def line(order_entry: OrderEntry) -> Line:
    """The connection of an open order entry."""
    line = Line()
    order_entry.open(EPOCH, line.send, Feed())
    return line


def test_an_order_is_followed_to_its_end(
    order_entry: OrderEntry, counters: Counters, line: Line
) -> None:
    """The first report is its verdict; with the last one it is forgotten."""
    order_entry.enter(EPOCH, [intent(3)], 0)
    states = []
    for number, each in enumerate(LIFE):
        if number == len(LIFE) - 1:
            order_entry.enter(EPOCH, [CANCEL], 0)
        order_entry.reported(each)
        leaves = [order.leaves_quantity for order in order_entry.open_orders]
        states.append((order_entry.in_flight, leaves, order_entry.is_idle))

    assert states == [(0, [10], False), (0, [4], False), (0, [1], False), (0, [], True)]
    assert not order_entry._early
    assert [order.cl_ord_id for order in line.orders] == [A, C]
    assert sessions_counts(counters) == {
        "orders_sent": 1,
        "orders_acknowledged": 1,
        "orders_accepted": 1,
        "orders_canceled": 1,
        "fills": 2,
        "changes_sent": 1,
    }
    assert counters.process()["reports_unmatched"] == 0


@pytest.mark.parametrize("seen", range(len(LIFE) + 1))
def test_a_restart_rebuilds_orders_and_counts(
    order_entry: OrderEntry, counters: Counters, seen: int
) -> None:
    """However much of an order's life was reported before; nothing known is sent again."""
    line = Line()
    for each in LIFE[:seen]:
        order_entry.reported(each)
    order_entry.open(EPOCH, line.send, Feed())
    order_entry.enter(EPOCH, [intent(3)], 0)
    order_entry.enter(EPOCH, [CANCEL], 0)
    for each in LIFE[seen:]:
        order_entry.reported(each)

    expected = [name for name, known in ((A, 1), (C, len(LIFE))) if seen < known]
    assert [order.cl_ord_id for order in line.orders] == expected
    assert order_entry.is_idle
    assert not order_entry._early
    assert counters[Counted.FILLS] == 2
    assert counters[Counted.ORDERS_CANCELED] == counters[Counted.ORDERS_ACCEPTED] == 1
    assert counters[Counted.CHANGES_SENT] == counters[Counted.ORDERS_SENT] == 1


def test_a_refused_change_is_settled(
    order_entry: OrderEntry, counters: Counters, line: Line
) -> None:
    """The order goes on as it was."""
    order_entry.enter(EPOCH, [intent(3)], 0)
    order_entry.reported(LIFE[0])
    order_entry.enter(EPOCH, [CANCEL], 0)

    order_entry.reported(refusal(C, A))

    assert order_entry.in_flight == 0
    assert len(order_entry.open_orders) == 1
    assert counters[Counted.CHANGES_REJECTED] == 1


def test_changes_leave_as_what_their_intents_say(order_entry: OrderEntry, line: Line) -> None:
    """They name the order and the message that caused them."""
    change = ReplaceIntent(
        sequence=4, index=1, cl_ord_id=A, quantity=7, limit_price=5, publish_time_ns=0
    )

    order_entry.enter(EPOCH, [CANCEL, change], 0)

    cancel, replace = line.orders
    assert isinstance(cancel, OrderCancelRequest)
    assert isinstance(replace, OrderCancelReplaceRequest)
    assert (cancel.orig_cl_ord_id, cancel.feed_seq) == (A, 4)
    assert (replace.orig_cl_ord_id, replace.quantity, replace.price) == (A, 7, 5)


def test_an_order_without_execution_is_not_followed(order_entry: OrderEntry, line: Line) -> None:
    """No report comes after its verdict, so it takes no memory."""
    order_entry.enter(EPOCH, [intent(3)], 0)

    order_entry.reported(report(3))

    assert order_entry.is_idle


def test_orders_of_a_person_are_waited_for_and_counted_as_unmatched(
    order_entry: OrderEntry, counters: Counters, line: Line
) -> None:
    """They belong to the same account, which the strategy's progress lets meet the feed."""
    order_entry.reported(execution("mine", ExecType.NEW, 10))
    is_idle = order_entry.is_idle
    order_entry.reported(execution("mine", ExecType.TRADE))

    assert not is_idle
    assert order_entry.is_idle
    assert counters.process()["reports_unmatched"] == 2
    assert counters[Counted.FILLS] == 0


def test_late_ends_of_the_session_before_are_not_unmatched(
    order_entry: OrderEntry, counters: Counters, line: Line
) -> None:
    """They count for the process alone."""
    order_entry.enter(EPOCH, [intent(3)], 0)
    order_entry.reported(LIFE[0])
    order_entry.leave_session(9)
    counters.start_session()
    order_entry.open(NEXT_EPOCH, line.send, Feed())

    order_entry.reported(execution(A, ExecType.EXPIRED))

    assert order_entry.is_idle
    assert counters[Counted.ORDERS_EXPIRED] == 0
    assert counters.process()["orders_expired"] == 1
    assert counters.process()["reports_unmatched"] == 0


def test_the_next_order_session_restates_what_works(order_entry: OrderEntry, line: Line) -> None:
    """What it does not name has ended."""
    order_entry.enter(EPOCH, [intent(3)], 0)
    order_entry.reported(LIFE[0])

    order_entry.close()
    order_entry.end_session("0ABCDEFGHI")
    ended = order_entry.is_idle
    order_entry.reported(execution(A, ExecType.RESTATED, 10))

    assert ended
    assert len(order_entry.open_orders) == 1
    assert not order_entry._early


def test_progress_never_passes_a_request_that_was_not_sent(order_entry: OrderEntry) -> None:
    """The market would move on without it."""
    line = Line(room=1)
    order_entry.open(EPOCH, line.send, Feed())
    order_entry.enter(EPOCH, [intent(3), intent(5)], 0)
    order_entry.tell_progress(8)  # finds no room
    line.room = 10

    order_entry.tell_progress(8)
    order_entry.send_again()
    order_entry.tell_progress(8)

    assert line.told == [(EPOCH.feed_session, 4), (EPOCH.feed_session, 8)]


def test_progress_never_passes_a_request_that_was_refused(
    order_entry: OrderEntry, line: Line
) -> None:
    """The order manager remembers nothing of it."""
    order_entry.enter(EPOCH, [intent(3)], 0)

    order_entry.refused(A, "disk full")
    order_entry.tell_progress(8)

    assert line.told == [(EPOCH.feed_session, 2)]


def test_what_is_behind_a_refused_request_is_sent_again_with_it(
    order_entry: OrderEntry, line: Line
) -> None:
    """The order manager takes it after that one only; what was before stays as it is."""
    order_entry.enter(EPOCH, [intent(2)], 0)
    order_entry.enter(EPOCH, [intent(3)], 0)
    order_entry.enter(EPOCH, [intent(4)], 0)
    sent = list(line.orders)

    order_entry.refused(sent[1].cl_ord_id, "disk full")
    order_entry.send_again()

    assert line.orders == [*sent, *sent[1:]]


def test_nothing_is_told_while_closed(order_entry: OrderEntry, line: Line) -> None:
    """Before a registration the order manager asks for nothing."""
    order_entry.close()

    order_entry.tell_progress(8)

    assert line.told == []


def test_what_was_decided_later_is_sent_later(order_entry: OrderEntry) -> None:
    """A cancel must not overtake its order."""
    line = Line(room=0)
    order_entry.open(EPOCH, line.send, Feed())
    order_entry.enter(EPOCH, [intent(3)], 0)
    line.room = 10

    order_entry.enter(EPOCH, [CANCEL], 0)
    before = list(line.orders)
    order_entry.send_again()

    assert before == []
    assert [order.cl_ord_id for order in line.orders] == [A, C]


def test_the_end_of_the_session_before_is_told_again(order_entry: OrderEntry, line: Line) -> None:
    """It may have been lost with the connection, and the orders there would never end."""
    order_entry.leave_session(9)

    order_entry.open(NEXT_EPOCH, line.send, Feed())

    assert line.told == [(EPOCH.feed_session, 9)]


def test_a_session_that_was_left_before_its_end_is_not_told(
    order_entry: OrderEntry, line: Line
) -> None:
    """Its messages were not handled."""
    order_entry.leave_session(None)

    order_entry.open(NEXT_EPOCH, line.send, Feed())

    assert line.told == []
