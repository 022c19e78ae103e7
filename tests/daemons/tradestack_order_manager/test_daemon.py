"""An order manager as a process: its answers, its numbers, a reload."""

import signal

from tests.daemons.tradestack_order_manager.entering import enter, some_orders
from tests.daemons.tradestack_order_manager.samples import FEED_SESSION, a_register, an_order
from tests.kit.order_manager import OrderManager
from tradestack.domain.fixed_point import parse_fixed
from tradestack.domain.order import OrdRejReason, OrdStatus
from tradestack.wire.order_messages import Registered


def test_an_order_is_reported_journalled_logged_and_counted(daemon: OrderManager) -> None:
    """An order shows in report, order log, journal and stats."""
    daemon.start()
    client = daemon.client()

    client.send(
        an_order(), a_register(), an_order(cl_ord_id="2", quantity=parse_fixed("0")), an_order()
    )
    accepted, registered, rejected = client.receive(3)

    assert (accepted.order_id, accepted.ord_status) == (1, OrdStatus.NEW)
    assert Registered(request_id="r1", feed_session=FEED_SESSION, from_seq=101) == registered
    assert (rejected.order_id, rejected.reject_reason) == (2, OrdRejReason.INCORRECT_QUANTITY)
    stats = daemon.stats_when(lambda stats: not stats["order_log_behind"])
    lines = daemon.order_log.read_text().splitlines()
    signal_part = "@ 168.23 news sentiment=85.48"
    assert lines[0].endswith(
        f"Z Received Order 1: BUY 10 SPY {signal_part} ClOrdID=news-1 user=news"
    )
    assert lines[1].endswith("ClOrdID=2 user=news REJECTED INCORRECT_QUANTITY")
    counted = {
        "orders_received": 2,
        "orders_accepted": 1,
        "orders_rejected": 1,
        "orders_duplicate": 1,
        "orders_malformed": 0,
        "registrations": 1,
        "clients": 1,
        "order_log_behind": 0,
        "session": client.session_id,
    }
    assert counted.items() <= stats.items()
    assert stats["rejects"] == {"INCORRECT_QUANTITY": 1}
    assert stats["latency"]["received_to_journalled"]["count"] == 3
    assert stats["latency"]["journalled_to_reported"]["count"] == 3
    client.close()


def test_a_report_can_be_asked_for_again_by_its_number(daemon: OrderManager) -> None:
    """Reports are the same bytes before and after a restart; sequence 0 asks for new ones."""
    daemon.start()
    client = daemon.client()
    client.send(*some_orders(1, 5))
    first = client.receive(5)
    client.close()

    resumed = daemon.client(session=client.session_id, sequence=4).receive(2)
    daemon.signal(signal.SIGTERM)
    assert daemon.wait() == 0
    daemon.start()

    assert first[3:] == resumed
    assert first == daemon.client(session=client.session_id).receive(5)
    assert daemon.client(sequence=0).next_sequence == 6


def test_hangup_reopens_the_log_and_applies_rules_and_users(daemon: OrderManager) -> None:
    """A reload disconnects no client, and a bad file changes nothing."""
    daemon.start()
    client = daemon.client()
    enter(client, "1")
    rotated = daemon.order_log.rename(daemon.directory / "order_log.txt.1")
    daemon.configure(symbols=["IBM"])
    daemon.signal(signal.SIGHUP)
    _await_stat(daemon, "config_reloads", 1)

    assert enter(client, "2").reject_reason == OrdRejReason.UNKNOWN_SYMBOL
    assert rotated.read_text().count("\n") == 1
    assert daemon.log_numbers() == [2]
    (daemon.directory / "users").write_text("nonsense\n")
    daemon.configure()
    daemon.signal(signal.SIGHUP)
    _await_stat(daemon, "config_reloads_refused", 1)
    assert enter(client, "3").reject_reason == OrdRejReason.UNKNOWN_SYMBOL
    daemon.kill()
    daemon.order_log.unlink()
    daemon.write_users()
    daemon.start()
    assert daemon.log_numbers() == [2, 3]


def _await_stat(daemon: OrderManager, name: str, value: int) -> None:
    """Wait until a process counter has this value, asking the daemon again and again."""
    for _ in range(2_000):
        if daemon.stats()["process"][name] == value:
            return
    raise AssertionError(f"{name} is not {value}: {daemon.errors}")
