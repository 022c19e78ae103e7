"""Everyday operation: log rotation and further strategies."""

import re
from pathlib import Path

from tests.system.cases.harness import (
    ORDER_LOG,
    case,
    eventually,
    order_numbers,
    orders_go_on,
    sh,
    state,
    stats,
)


@case()
def logrotate_loses_no_line() -> None:
    """After logrotate, the order log continues in a new file with the next number."""
    old = ORDER_LOG.with_name("order_log.txt.1")

    sh("logrotate", "--force", "/etc/logrotate.d/tradestack")

    assert old.exists()
    eventually(30, "orders in the new file", order_numbers)
    numbers = [int(each) for each in re.findall(r"Received Order (\d+):", old.read_text())]
    numbers += order_numbers()
    assert numbers == list(range(1, len(numbers) + 1))
    assert oct(ORDER_LOG.stat().st_mode)[-3:] == "640"


@case()
def strategies_can_be_added_and_removed() -> None:
    """`add-strategy` creates a running instance, and disabling it removes its socket."""
    sh("tradestackctl", "add-strategy", "second", "--start")
    sh("systemctl", "enable", "--now", "tradestack-strategy@second.service")

    eventually(
        60,
        "the new strategy receives ticks",
        lambda: stats()["strategies"]["second"]["ticks_received"] > 0,
    )
    sh("systemctl", "disable", "--now", "tradestack-strategy@second.service")
    assert state("tradestack-strategy-control@second.socket") == "inactive"
    assert not Path("/run/tradestack/strategy-second.sock").exists()
    orders_go_on()
