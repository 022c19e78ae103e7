"""Keys that hold at once: each is changed by a reload, and what it decides changes with it."""

import dataclasses
import signal
from collections.abc import Callable

import pytest

from tests.daemons.tradestack_order_manager.failing_sync import FAILING_SYNC
from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.blocking_client import BlockingClient
from tests.kit.order_manager import OrderManager
from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.domain.order import OrdRejReason
from tradestack.runtime.config.keys import Reload, reload_of
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack.wire.soup import PacketType

Probe = Callable[[OrderManager, BlockingClient], object]

# What another test changes by a reload, or what only time or load would show.
TESTED_ELSEWHERE = {
    "symbols": "test_daemon",
    "users_file": "test_daemon",
    "risk": "test_limits",
    "halt_file": "test_limits",
    "away_max": "test_execution",
    "cancel_on_disconnect": "test_execution",
    "feed_wait_max": "test_execution",
    "durability": "test_orders_are_synced_after_a_reload_to_disk",
    "log_level": "tests/runtime/test_daemon",
    "journal_orders_per_second": "show/test_journal_events",
    "new_session_at": "sessions/test_order_session",
    "orders_in_flight_max": "tests/net/server",
    "messages_per_second_max": "tests/net/server",
    "sessions_kept": "test_free_space",
    "client_stall_max": "tests/net/server",
}


def reload(daemon: OrderManager, **keys: object) -> None:
    """Change the config, and wait until it is reloaded."""
    before = daemon.stats()["process"]["config_reloads"]
    daemon.configure(**keys)
    daemon.signal(signal.SIGHUP)
    daemon.stats_when(lambda stats: stats["process"]["config_reloads"] > before)


def reason(_daemon: OrderManager, client: BlockingClient) -> object:
    """Enter an order that only the changed key forbids; return why it is rejected."""
    client.send(an_order(cl_ord_id="after", signal_time_ns=1))
    answer = client.receive_one()
    if isinstance(answer, BusinessMessageReject):
        return answer.text.split(":")[0].split(" (")[0]
    return getattr(answer, "reject_reason", None)


def is_admitted(daemon: OrderManager, _client: BlockingClient) -> object:
    """Return whether another client finds room."""
    other = daemon.raw_client("other").send_login()
    answer = other.next_packet()
    return answer is not None and answer.type is PacketType.LOGIN_ACCEPTED


CASES = [
    ("order_qty_max", "9", reason, OrdRejReason.ORDER_EXCEEDS_LIMIT),
    ("max_order_age", "1s", reason, OrdRejReason.STALE_ORDER),
    ("orders_per_session_max", 1, reason, "the order session is full"),
    ("free_bytes_min", "1000000TiB", reason, "orders cannot be journalled"),
    ("clients_max", 1, is_admitted, False),
]


@pytest.mark.parametrize(("key", "value", "probe", "outcome"), CASES)
def test_a_key_that_holds_at_once_does(
    daemon: OrderManager, key: str, value: object, probe: Probe, outcome: object
) -> None:
    """Without the change the order would be accepted and the client admitted."""
    daemon.start()
    client = daemon.client()
    client.send(an_order(cl_ord_id="before", signal_time_ns=1))
    assert client.receive_report().reject_reason is None

    reload(daemon, **{key: value})

    assert probe(daemon, client) == outcome


def test_orders_are_synced_after_a_reload_to_disk(daemon: OrderManager) -> None:
    """The sync of the next order fails, so it is not answered and the process ends."""
    daemon.start(("-c", FAILING_SYNC))
    client = daemon.client()
    client.send(an_order(cl_ord_id="1"))
    client.receive()

    reload(daemon, durability="disk")
    client.send(an_order(cl_ord_id="2"))

    assert daemon.wait() == 1
    assert "fdatasync" in daemon.errors


def test_every_key_that_holds_at_once_is_tested() -> None:
    """A new key needs a row above, or the name of the test that reloads it."""
    names = [field.name for field in dataclasses.fields(OrderManagerConfig)]
    at_once = {n for n in names if reload_of(OrderManagerConfig, n) is Reload.AT_ONCE}

    assert at_once == {key for key, *_ in CASES} | TESTED_ELSEWHERE.keys()
