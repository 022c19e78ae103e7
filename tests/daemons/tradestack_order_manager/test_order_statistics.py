"""What the order manager counts for itself."""

from typing import Any

from tests.kit.clock import FakeClock
from tradestack.trading.session_counters import Counters
from tradestack_order_manager.order_statistics import OrderStatistics


def of_process(statistics: OrderStatistics) -> tuple[Any, ...]:
    """The process's counts of orders: received, accepted, rejected."""
    stats = statistics.process_stats()
    return tuple(stats[f"orders_{name}"] for name in ("received", "accepted", "rejected"))


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
