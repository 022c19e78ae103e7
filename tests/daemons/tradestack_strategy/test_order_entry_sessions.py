"""Order entry across sessions of the feed and of orders."""

import dataclasses

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
from tradestack.trading.desk.counters import Counted, Counters
from tradestack_strategy.orders.order_entry import OrderEntry


def test_a_late_report_of_the_session_before_counts_for_the_process_alone(
    order_entry: OrderEntry, counters: Counters
) -> None:
    """Session counters belong to the current session."""
    order_entry.open(EPOCH, Line().send, Feed())
    order_entry.enter(EPOCH, [intent(3)], 0)
    counters.start_session()
    order_entry.close()
    order_entry.open(NEXT_EPOCH, Line().send, Feed())

    order_entry.reported(report(3))

    assert order_entry.in_flight == 0
    assert counters[Counted.ORDERS_ACKNOWLEDGED] == 0
    assert counters.process()["orders_acknowledged"] == 1


def test_reports_on_the_session_before_do_not_count_for_the_next(
    order_entry: OrderEntry, counters: Counters
) -> None:
    """Orders of a session that is over settle after the next was entered."""
    line = Line()
    order_entry.open(EPOCH, line.send, Feed())
    order_entry.enter(EPOCH, [intent(1)], 0)
    order_entry.leave_session(None)
    counters.start_session()

    order_entry.reported(report(1))

    assert order_entry.in_flight == 0
    assert counters[Counted.ORDERS_ACKNOWLEDGED] == 0
    assert counters.process()["orders_acknowledged"] == 1


def test_orders_of_an_ended_session_are_kept_and_its_reports_are_not(
    order_entry: OrderEntry,
) -> None:
    """What was reported early lies before the next FromSeq; what is outstanding was not taken."""
    line = Line()
    order_entry.open(EPOCH, line.send, Feed())
    order_entry.enter(EPOCH, [intent(1)], 0)
    order_entry.close()
    order_entry.reported(report(2))

    order_entry.end_session("0ORDERS")
    order_entry.open(EPOCH, line.send, Feed())
    order_entry.enter(EPOCH, [intent(2)], 0)

    assert line.sequences == [1, 1, 2]


def test_answers_of_an_ended_session_are_kept_for_one_that_reads_all(
    order_entry: OrderEntry,
) -> None:
    """It decides again from its first FromSeq on, and sends only what was not taken."""
    line = Line()
    order_entry.reported(report(1))
    order_entry.reported(report(2))

    order_entry.end_session("0ORDERS", keeps_answers=True)
    order_entry.open(EPOCH, line.send, Feed())
    order_entry.enter(EPOCH, [intent(1), intent(2), intent(3)], 0)

    assert line.sequences == [3]


def test_orders_given_up_resume_the_feed(order_entry: OrderEntry) -> None:
    """The loss of an order session leaves nothing in flight."""
    feed = Feed()
    order_entry.open(EPOCH, Line().send, feed)
    order_entry.enter(EPOCH, [intent(number) for number in range(IN_FLIGHT_MAX)], 0)

    order_entry.close()
    order_entry.abandon("0ORDERS")

    assert not feed.is_paused


def test_latencies_are_those_of_the_session_and_of_the_process(
    order_entry: OrderEntry, clock: FakeClock
) -> None:
    """A report that comes after its session counts for the process alone."""
    order_entry.open(EPOCH, Line().send, Feed())
    order_entry.enter(EPOCH, [intent(1), intent(2)], 0)
    order_entry.reported(report(1))
    first = order_entry.latencies.order_to_report.session()["count"]

    order_entry.leave_session(None)
    order_entry.open(NEXT_EPOCH, Line().send, Feed())
    clock.now_ns += 1_000_000
    order_entry.reported(report(2))

    assert order_entry.latencies.publish_to_signal.process.count == 2
    latencies = order_entry.latencies
    to_order, to_report = latencies.publish_to_order, latencies.order_to_report
    assert first == 1
    assert (to_order.session()["count"], to_report.session()["count"]) == (0, 0)
    assert (to_order.process.summary()["count"], to_report.process.summary()["count"]) == (2, 2)
    assert to_report.process.summary()["p999_us"] >= 1_000


def test_the_way_to_an_order_is_cut_where_the_strategy_begins(
    order_entry: OrderEntry, clock: FakeClock
) -> None:
    """Published, 30 µs until the strategy begins, 20 µs until the order is made and sent."""
    order_entry.open(EPOCH, Line().send, Feed())
    published_ns = clock.wall_ns()
    began_ns = clock.monotonic_ns() + 30_000
    clock.now_ns += 50_000

    order_entry.enter(
        EPOCH, [dataclasses.replace(intent(1), publish_time_ns=published_ns)], began_ns
    )

    parts = order_entry.latencies.by_name()
    found = {name: each.process.percentile_ns(1) // 1_000 for name, each in parts.items()}
    assert found["publish_to_signal"] == 30
    assert found["signal_to_order"] == 20
    assert found["publish_to_order"] == 50
    assert list(parts) == [
        "publish_to_signal",
        "signal_to_order",
        "publish_to_order",
        "order_to_report",
        "book_read",
    ]
