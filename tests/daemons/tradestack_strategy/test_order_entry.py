"""Order entry without a network: orders go to a list, reports come from the test."""

import dataclasses
import logging

import pytest

from tests.kit.clock import FakeClock
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecType, Order, OrdRejReason, OrdStatus, Side
from tradestack.net.client.connection import OutgoingFull
from tradestack.strategies.strategy import Intent
from tradestack.trading.counters import Counted, Counters
from tradestack.trading.epoch import Epoch
from tradestack_strategy.order_entry import ORDERS_LOGGED_PER_SECOND_MAX, OrderEntry
from tradestack_strategy.reference_price import ReferencePrices

EPOCH = Epoch(
    instance="news",
    config_hash="0123456789ab",
    feed_session="0ABCDEFGHI",
    signal_name="news",
    signal_label="sentiment",
    quantity=10 * SCALE,
)
NEXT_EPOCH = dataclasses.replace(EPOCH, feed_session="0ABCDEFGHJ")
IN_FLIGHT_MAX = 100


class Line:
    """A connection that accepts orders while there is room."""

    def __init__(self, room: int = 1_000_000) -> None:
        self.room = room
        self.orders: list[Order] = []

    def send(self, order: Order) -> None:
        """Accept the order, or raise as a connection does."""
        if not self.room:
            raise OutgoingFull("no room")
        self.room -= 1
        self.orders.append(order)

    @property
    def sequences(self) -> list[int | None]:
        """The feed messages of the orders taken."""
        return [order.feed_seq for order in self.orders]


class Feed:
    """A feed that can be paused."""

    def __init__(self) -> None:
        self.is_paused = False

    def pause_reading(self) -> None:
        """Pause."""
        self.is_paused = True

    def resume_reading(self) -> None:
        """Resume."""
        self.is_paused = False


@pytest.fixture
def clock() -> FakeClock:
    """The time of order entry."""
    return FakeClock(10**18)


@pytest.fixture
def counters() -> Counters:
    """The counters of order entry."""
    return Counters()


@pytest.fixture
def order_entry(clock: FakeClock, counters: Counters) -> OrderEntry:
    """Order entry that was never open."""
    prices = ReferencePrices("-of-nobody", counters)
    return OrderEntry(
        prices=prices, counters=counters, clock=clock, orders_in_flight_max=IN_FLIGHT_MAX
    )


def intent(sequence: int) -> Intent:
    """BUY SPY because of that message."""
    return Intent(
        sequence=sequence,
        index=0,
        symbol="SPY",
        side=Side.BUY,
        value=0,
        price=0,
        event_time_ns=0,
        publish_time_ns=0,
    )


def report(sequence: int, exec_type: ExecType = ExecType.NEW, epoch: Epoch = EPOCH):
    """The report on the order of that message."""
    is_rejected = exec_type is ExecType.REJECTED
    return ExecutionReport(
        cl_ord_id=epoch.client_order_id(intent(sequence)),
        exec_id="1",
        exec_type=exec_type,
        ord_status=OrdStatus.REJECTED if is_rejected else OrdStatus.NEW,
        reject_reason=OrdRejReason.STALE_ORDER if is_rejected else None,
        transact_time_ns=0,
    )


def test_closed_order_entry_keeps_orders_until_it_opens(order_entry: OrderEntry) -> None:
    """An order decided at the moment of the loss is sent after the next registration."""
    before, after = Line(), Line()
    order_entry.open(EPOCH, before.send, Feed())
    order_entry.close()

    order_entry.enter(EPOCH, [intent(3)])
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

    order_entry.enter(EPOCH, [intent(3), intent(4), intent(5)])

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

    order_entry.enter(EPOCH, [intent(3)])

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
    order_entry.enter(EPOCH, [intent(3), intent(4), intent(5)])

    line.room = 10
    order_entry.send_again()

    assert line.sequences == [3, 4, 5]


def test_send_again_repeats_nothing_that_was_taken(order_entry: OrderEntry) -> None:
    """An order that was taken waits for its report."""
    line = Line()
    order_entry.open(EPOCH, line.send, Feed())
    order_entry.enter(EPOCH, [intent(3)])

    order_entry.send_again()

    assert line.sequences == [3]


def test_a_late_report_of_the_session_before_counts_for_the_process_alone(
    order_entry: OrderEntry, counters: Counters
) -> None:
    """Session counters belong to the current session."""
    order_entry.open(EPOCH, Line().send, Feed())
    order_entry.enter(EPOCH, [intent(3)])
    counters.start_session()
    order_entry.close()
    order_entry.open(NEXT_EPOCH, Line().send, Feed())

    order_entry.reported(report(3))

    assert order_entry.in_flight == 0
    assert counters[Counted.ORDERS_ACKNOWLEDGED] == 0
    assert counters.process()["orders_acknowledged"] == 1


def test_a_flood_of_rejects_does_not_flood_the_log(
    order_entry: OrderEntry, clock, caplog: pytest.LogCaptureFixture
) -> None:
    """The lines of a second are bounded; the counters count all rejects."""
    order_entry.open(EPOCH, Line().send, Feed())
    order_entry.enter(EPOCH, [intent(number) for number in range(1, 101)])

    with caplog.at_level(logging.WARNING):
        for number in range(1, 100):
            order_entry.reported(report(number, ExecType.REJECTED))
        clock.now_ns += 10**9
        order_entry.reported(report(100, ExecType.REJECTED))

    rejected = [record for record in caplog.records if "order rejected" in record.message]
    assert len(rejected) == ORDERS_LOGGED_PER_SECOND_MAX + 1
    assert "reason=STALE_ORDER" in rejected[0].message


def test_reports_on_the_session_before_do_not_count_for_the_next(
    order_entry: OrderEntry, counters: Counters
) -> None:
    """Orders of a session that is over settle after the next was entered."""
    line = Line()
    order_entry.open(EPOCH, line.send, Feed())
    order_entry.enter(EPOCH, [intent(1)])
    order_entry.leave_session()
    counters.start_session()

    order_entry.reported(report(1))

    assert order_entry.in_flight == 0
    assert counters[Counted.ORDERS_ACKNOWLEDGED] == 0
    assert counters.process()["orders_acknowledged"] == 1


def test_the_feed_is_paused_at_the_limit_and_resumed_at_half_of_it(order_entry: OrderEntry) -> None:
    """Orders in flight are bounded by what the feed is read for."""
    feed = Feed()
    order_entry.open(EPOCH, Line().send, feed)
    order_entry.enter(EPOCH, [intent(number) for number in range(1, IN_FLIGHT_MAX)])
    before = feed.is_paused
    order_entry.enter(EPOCH, [intent(IN_FLIGHT_MAX)])
    at_limit = feed.is_paused
    for number in range(1, IN_FLIGHT_MAX // 2):
        order_entry.reported(report(number))
    above_half = feed.is_paused
    order_entry.reported(report(IN_FLIGHT_MAX // 2))

    assert (before, at_limit, above_half, feed.is_paused) == (False, True, True, False)


def test_orders_of_an_ended_session_are_kept_and_its_reports_are_not(
    order_entry: OrderEntry,
) -> None:
    """What was reported early lies before the next FromSeq; what is outstanding was not taken."""
    line = Line()
    order_entry.open(EPOCH, line.send, Feed())
    order_entry.enter(EPOCH, [intent(1)])
    order_entry.close()
    order_entry.reported(report(2))

    order_entry.end_session("0ORDERS")
    order_entry.open(EPOCH, line.send, Feed())
    order_entry.enter(EPOCH, [intent(2)])

    assert line.sequences == [1, 1, 2]


def test_orders_given_up_resume_the_feed(order_entry: OrderEntry) -> None:
    """The loss of an order session leaves nothing in flight."""
    feed = Feed()
    order_entry.open(EPOCH, Line().send, feed)
    order_entry.enter(EPOCH, [intent(number) for number in range(IN_FLIGHT_MAX)])

    order_entry.close()
    order_entry.abandon("0ORDERS")

    assert not feed.is_paused


def test_latencies_are_those_of_the_session_and_of_the_process(
    order_entry: OrderEntry, clock: FakeClock
) -> None:
    """A report that comes after its session counts for the process alone."""
    order_entry.open(EPOCH, Line().send, Feed())
    order_entry.enter(EPOCH, [intent(1), intent(2)])
    order_entry.reported(report(1))
    first = order_entry.order_to_report.session()["count"]

    order_entry.leave_session()
    order_entry.open(NEXT_EPOCH, Line().send, Feed())
    clock.now_ns += 1_000_000
    order_entry.reported(report(2))

    to_order, to_report = order_entry.publish_to_order, order_entry.order_to_report
    assert first == 1
    assert (to_order.session()["count"], to_report.session()["count"]) == (0, 0)
    assert (to_order.process()["count"], to_report.process()["count"]) == (2, 2)
    assert to_report.process()["p999_us"] >= 1_000
