"""What the order manager counts for itself."""

from typing import Any

from tests.kit.clock import FakeClock
from tradestack.trading.session.session_counters import Counters
from tradestack_order_manager.order_statistics import OrderStatistics


def of_process(statistics: OrderStatistics) -> tuple[Any, ...]:
    """The process's counts of orders: received, accepted, rejected."""
    stats = statistics.process_stats()
    return tuple(stats[f"orders_{name}"] for name in ("received", "accepted", "rejected"))


def test_the_way_to_the_journal_and_the_way_to_the_report_are_told_apart() -> None:
    """Each message counts with the duration of its batch; a pass without a decision does not."""
    clock = FakeClock()
    statistics = OrderStatistics(clock)
    received_ns = clock.monotonic_ns()
    journalled_ns = received_ns + 40_000
    clock.now_ns += 65_000

    statistics.count_answered(0, journalled_ns)
    statistics.count_answered(3, journalled_ns)
    statistics.count_settled(3, 2, received_ns, journalled_ns)

    histograms = statistics.histograms()
    found = {
        name: (each.count, each.percentile_ns(1) // 1_000) for name, each in histograms.items()
    }
    assert found == {
        "latency.received_to_journalled": (3, 40),
        "latency.journalled_to_reported": (3, 25),
    }
    statistics.follow(Counters())
    assert [each.count for each in histograms.values()] == [0, 0]


def test_orders_of_earlier_processes_are_not_the_processs() -> None:
    """A session that is continued has them already; over sessions the process's own add up."""
    statistics = OrderStatistics(FakeClock())
    first, second = Counters(orders_accepted=370, orders_rejected=8), Counters()
    statistics.follow(first)
    assert of_process(statistics) == (0, 0, 0)

    first.orders_accepted += 5
    first.orders_rejected += 1
    assert of_process(statistics) == (6, 5, 1)

    statistics.follow(second)
    second.orders_accepted += 2
    assert of_process(statistics) == (8, 7, 1)
