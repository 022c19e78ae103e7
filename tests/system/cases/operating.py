"""Everyday operation: backups, log rotation and further strategies."""

import re
from pathlib import Path
from typing import TypeGuard

from tests.kit.commands import GUIDES, Command, Step, steps_of
from tests.system.cases.harness import (
    ORDER_LOG,
    all_active,
    attempt,
    case,
    eventually,
    nothing_lost,
    order_numbers,
    orders_go_on,
    sh,
    state,
    stats,
)
from tests.system.cases.moving_ports import DROP_IN, MOVED_PORT, set_port
from tests.system.treatment import STATUSES

ETC, STATE = Path("/etc/tradestack"), Path("/var/lib/tradestack")
BACKUP = "Backups"  # the heading


@case()
def a_restored_backup_is_what_the_machine_was() -> None:
    """The manual's commands do it on the same host, with sessions newer than the backup.

    Every order that was acknowledged before the backup is there, and what came after it is not.
    """
    make, *restore = [each.text for each in steps_of(GUIDES[-1].read_text()) if in_backups(each)]
    ((start, statuses),) = STATUSES.items()
    assert make.startswith(start)
    session = sh("tradestackctl", "new-session").strip()
    orders_go_on()
    users, acknowledged = (ETC / "users").read_text(), order_numbers()

    assert attempt("sh", "-c", make.replace("sudo ", "")).returncode in statuses
    later = {sh("tradestackctl", "new-session", kind).strip() for kind in ("feed", "orders")}
    set_port("feed", str(MOVED_PORT))
    sh("tradestackctl", "add-strategy", "later", "--start")
    orders_go_on()
    for command in restore:
        sh("sh", "-c", command.replace("sudo ", ""))

    all_active()
    assert (ETC / "users").read_text() == users
    assert not DROP_IN.exists()
    assert not (ETC / "strategy/later.toml").exists()
    assert state("tradestack-strategy@later.service") == "inactive"
    assert stats()["gateway"]["session"] == session
    assert not [each for each in later if list(STATE.glob(f"*/{each}.*"))]
    assert order_numbers()[: len(acknowledged)] == acknowledged
    assert not [each for each in later if each in ORDER_LOG.read_text()]
    orders_go_on()
    nothing_lost()


def in_backups(step: Step) -> TypeGuard[Command]:
    """Whether it is a command of that section."""
    return isinstance(step, Command) and step.section == BACKUP


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
