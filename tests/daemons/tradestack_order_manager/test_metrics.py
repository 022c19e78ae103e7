"""What the order manager counts for itself."""

from typing import Any

from tradestack_order_manager.metrics import Meters

from tests.kit.clock import FakeClock
from tradestack.trading.session_state import Counters


def of_process(meters: Meters) -> tuple[Any, ...]:
    """The process's counts of orders: received, accepted, rejected."""
    stats = meters.process_stats()
    return tuple(stats[f"orders_{name}"] for name in ("received", "accepted", "rejected"))


def test_orders_of_earlier_processes_are_not_the_processs() -> None:
    """A session that is continued has them already; over sessions the process's own add up."""
    meters = Meters(FakeClock())
    first, second = Counters(orders_accepted=370, orders_rejected=8), Counters()
    meters.follow(first)
    assert of_process(meters) == (0, 0, 0)

    first.orders_accepted += 5
    first.orders_rejected += 1
    assert of_process(meters) == (6, 5, 1)

    meters.follow(second)
    second.orders_accepted += 2
    assert of_process(meters) == (8, 7, 1)
