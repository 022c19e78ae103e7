"""order_log.txt is rotated, and no order manager runs that could note where the old file ends."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.entering import some_orders
from tests.kit.order_manager import OrderManager

Rotate = Callable[[Path], None]


def renamed(log: Path) -> None:
    """Rename it, as logrotate does with `nocreate`."""
    log.rename(log.with_suffix(".txt.1"))


def renamed_by_date(log: Path) -> None:
    """Rename it as logrotate does with `dateext`, and create an empty one."""
    log.rename(log.with_suffix(".txt-20261128"))
    log.touch()


def renamed_beside_older_ones(log: Path) -> None:
    """Rename it where older files are, the oldest of them compressed."""
    log.with_suffix(".txt.3.gz").write_bytes(b"\x1f\x8b\x08\x00")
    log.with_suffix(".txt.2").write_text("2026-11-22T09:00:00.123456Z Received Order 1: BUY\n")
    log.rename(log.with_suffix(".txt.1"))


@pytest.mark.parametrize("rotate", [renamed, renamed_by_date, renamed_beside_older_ones])
@pytest.mark.parametrize("is_killed", [False, True], ids=["stopped", "killed"])
def test_no_order_gets_a_second_line(tmp_path: Path, rotate: Rotate, *, is_killed: bool) -> None:
    """The new file begins behind the old one."""
    with OrderManager(tmp_path) as manager:
        manager.start()
        client = manager.client()
        client.send(*some_orders(1, 5))
        client.receive(5)
        manager.log_numbers()
        manager.kill() if is_killed else manager.stop()
        rotate(manager.order_log)

        manager.start()
        client = manager.client(session=client.session_id, sequence=6)
        client.send(*some_orders(6, 2))
        client.receive(2)

        assert manager.log_numbers() == [6, 7]


def test_a_rotation_that_a_bad_config_hides_adds_no_line_either(tmp_path: Path) -> None:
    """The reload is refused, so the old file is written on; the next start knows that."""
    with OrderManager(tmp_path) as manager:
        manager.start()
        client = manager.client()
        client.send(*some_orders(1, 2))
        client.receive(2)
        renamed(manager.order_log)
        manager.configure(durability="sometimes")
        manager.signal(signal.SIGHUP)
        manager.stats_when(lambda stats: stats["process"]["config_reloads_refused"] == 1)
        client.send(*some_orders(3, 2))
        client.receive(2)
        manager.stats_when(lambda stats: not stats["order_log_behind"])
        manager.stop()
        manager.configure()

        manager.start()

        assert manager.log_numbers() == []
