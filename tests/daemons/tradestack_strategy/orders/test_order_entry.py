"""Order entry: what is sent, and what is settled by reports."""

import logging

import pytest

from tests.daemons.tradestack_strategy.order_entries import (
    EPOCH,
    IN_FLIGHT_MAX,
    NEXT_EPOCH,
    Feed,
    Line,
    intent,
    report,
)
from tests.kit.clock import FakeClock
from tradestack.domain.order import ExecType
from tradestack.trading.desk.counters import Counted, Counters
from tradestack_strategy.orders.order_entry import OrderEntry
from tradestack_strategy.orders.order_log import ORDERS_LOGGED_PER_SECOND_MAX


def test_closed_order_entry_keeps_orders_until_it_opens(order_entry: OrderEntry) -> None:
    """An order decided at the moment of the loss is sent after the next registration."""
    before, after = Line(), Line()
    order_entry.open(EPOCH, before.send, Feed())
    order_entry.close()

    order_entry.enter(EPOCH, [intent(3)], 0)
    order_entry.open(EPOCH, after.send, Feed())

    assert before.sequences == []
    assert after.sequences == [3]


def test_orders_reported_on_before_the_registration_are_not_sent(
    order_entry: OrderEntry, counters: Counters
) -> None:
    """The order that an earlier process sent is not sent again; its outcome is counted."""
    line = Line()
    order_entry.reported(report(3))
    order_entry.reported(report(4, ExecType.REJECTED))
    order_entry.open(EPOCH, line.send, Feed())

    order_entry.enter(EPOCH, [intent(3), intent(4), intent(5)], 0)

    assert line.sequences == [5]
    assert counters[Counted.ORDERS_SENT] == 3
    assert counters[Counted.ORDERS_ACCEPTED] == 1
    assert counters[Counted.ORDERS_REJECTED] == 1
    assert counters.process()["orders_sent"] == 1


def test_an_order_reported_on_before_its_replay_is_not_sent(
    order_entry: OrderEntry, counters: Counters
) -> None:
    """Its report comes after the registration but before the feed is replayed to it."""
    line = Line()
    order_entry.open(EPOCH, line.send, Feed())
    order_entry.reported(report(3))

    order_entry.enter(EPOCH, [intent(3)], 0)

    assert line.sequences == []
    assert counters[Counted.ORDERS_ACKNOWLEDGED] == 1


def test_replayed_reports_on_orders_of_other_epochs_are_dropped(order_entry: OrderEntry) -> None:
    """Only orders of the current epoch can be decided again; others cost no memory."""
    order_entry.reported(report(3))
    order_entry.reported(report(3, epoch=NEXT_EPOCH))

    order_entry.open(NEXT_EPOCH, Line().send, Feed())

    assert list(order_entry._early) == [NEXT_EPOCH.client_order_id(intent(3))]


def test_reports_on_orders_of_other_epochs_are_counted(
    order_entry: OrderEntry, counters: Counters
) -> None:
    """Another program may use the same user."""
    order_entry.open(EPOCH, Line().send, Feed())

    order_entry.reported(report(3, epoch=NEXT_EPOCH))

    assert counters.process()["reports_unmatched"] == 1
    assert not order_entry._early


def test_orders_that_found_no_room_are_sent_later(order_entry: OrderEntry) -> None:
    """A full connection delays orders, in their order, and loses none."""
    line = Line(room=1)
    order_entry.open(EPOCH, line.send, Feed())
    order_entry.enter(EPOCH, [intent(3), intent(4), intent(5)], 0)

    line.room = 10
    order_entry.send_again()

    assert line.sequences == [3, 4, 5]


def test_send_again_repeats_nothing_that_was_taken(order_entry: OrderEntry) -> None:
    """An order that was taken waits for its report."""
    line = Line()
    order_entry.open(EPOCH, line.send, Feed())
    order_entry.enter(EPOCH, [intent(3)], 0)

    order_entry.send_again()

    assert line.sequences == [3]


def test_a_flood_of_rejects_does_not_flood_the_log(
    order_entry: OrderEntry, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The lines of a second are bounded; the counters count all rejects."""
    order_entry.open(EPOCH, Line().send, Feed())
    order_entry.enter(EPOCH, [intent(number) for number in range(1, 101)], 0)

    with caplog.at_level(logging.WARNING):
        for number in range(1, 100):
            order_entry.reported(report(number, ExecType.REJECTED))
        clock.now_ns += 10**9
        order_entry.reported(report(100, ExecType.REJECTED))

    rejected = [record for record in caplog.records if "order rejected" in record.message]
    assert len(rejected) == ORDERS_LOGGED_PER_SECOND_MAX + 1
    assert "reason=STALE_ORDER" in rejected[0].message


def test_the_feed_is_paused_at_the_limit_and_resumed_at_half_of_it(order_entry: OrderEntry) -> None:
    """Orders in flight are bounded by what the feed is read for."""
    feed = Feed()
    order_entry.open(EPOCH, Line().send, feed)
    order_entry.enter(EPOCH, [intent(number) for number in range(1, IN_FLIGHT_MAX)], 0)
    before = feed.is_paused
    order_entry.enter(EPOCH, [intent(IN_FLIGHT_MAX)], 0)
    at_limit = feed.is_paused
    for number in range(1, IN_FLIGHT_MAX // 2):
        order_entry.reported(report(number))
    above_half = feed.is_paused
    order_entry.reported(report(IN_FLIGHT_MAX // 2))

    assert (before, at_limit, above_half, feed.is_paused) == (False, True, True, False)
