"""What an order manager tells of accounts, positions, working orders and fills."""

from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.executing import (
    enter_two,
    limit,
    market,
    record_feed,
    start_executing,
)
from tests.daemons.tradestack_order_manager.samples import FEED_SESSION, a_register, an_order
from tests.kit.order_manager import OrderManager
from tests.kit.recorded_feed import RecordedFeed
from tradestack.wire.order_messages import Progress
from tradestack_order_manager.control.inquiry import NOT_JOURNALLED

NEWER_SESSION = "3DAA200001"


@pytest.fixture
def feed(tmp_path: Path) -> RecordedFeed:
    """A feed session that goes on."""
    return record_feed(tmp_path / "gateway")


@pytest.fixture
def executing(daemon: OrderManager, feed: RecordedFeed) -> OrderManager:
    """An order manager that executes orders against the feed."""
    start_executing(daemon, feed)
    return daemon


EXPECTED_FILLS = [
    {
        "order_id": 1,
        "user": "news",
        "symbol": "SPY",
        "side": "BUY",
        "quantity": "7",
        "price": "101.00000001",
        "fee": "0.007",
        "feed_session": FEED_SESSION,
        "feed_seq": 2,
        "event_time": "1970-01-01T00:00:02.000000Z",
    },
    {
        "order_id": 1,
        "user": "news",
        "symbol": "SPY",
        "side": "BUY",
        "quantity": "3",
        "price": "103",
        "fee": "0.003",
        "feed_session": FEED_SESSION,
        "feed_seq": 3,
        "event_time": "1970-01-01T00:00:03.000000Z",
    },
]
EXPECTED_ACCOUNT = {
    "user": "news",
    "feed_session": FEED_SESSION,
    "matched_through": 3,
    "registered": False,
    "interactive": False,
    "ended": False,
    "fills": 2,
    "orders_working": 1,
    "cash": "-1016.01000007",
    "equity": "13.98999993",
    "realized_pnl": "0",
    "unrealized_pnl": "13.99999993",
    "fees": "0.01",
    "gross_notional": "1030",
    "net_notional": "1030",
    "peak_equity": "13.98999993",
    "drawdown": "0",
    "opened_from": None,
    "opened_equity": "0",
    "session_pnl": "13.98999993",
}
EXPECTED_POSITION = {
    "user": "news",
    "feed_session": FEED_SESSION,
    "symbol": "SPY",
    "quantity": "10",
    "average_price": "101.60000001",
    "mark": "103",
    "realized_pnl": "0",
    "unrealized_pnl": "13.99999993",
    "fees": "0.01",
    "opened_quantity": "0",
}
EXPECTED_OPEN = {
    "order_id": 2,
    "user": "news",
    "feed_session": FEED_SESSION,
    "cl_ord_id": "l",
    "symbol": "SPY",
    "side": "SELL",
    "order_qty": "5",
    "cum_qty": "0",
    "leaves_qty": "5",
    "ord_type": "LIMIT",
    "time_in_force": "DAY",
    "price": "500",
    "average_price": None,
    "arrival": "1970-01-01T00:00:01.000000Z",
    "arrived": True,
}


def assert_tells_what_was_entered(daemon: OrderManager) -> None:
    """All answers are exact."""
    listed = daemon.call("ListAccounts")
    assert listed == {"accounts": [EXPECTED_ACCOUNT], "unavailable": []}
    positions = daemon.call("ListPositions", {"user": "news"})
    assert positions == {**listed, "positions": [EXPECTED_POSITION], "total": 1}
    assert daemon.call("ListOpenOrders") == {"orders": [EXPECTED_OPEN], "total": 1}
    fills = daemon.call("ListFills")["fills"]
    session = daemon.stats()["session"]
    assert [fill.pop("exec_id") for fill in fills] == [f"{session}-3", f"{session}-4"]
    assert fills == EXPECTED_FILLS


def test_accounts_positions_orders_and_fills_are_told_exactly(executing: OrderManager) -> None:
    """What is rounded, is rounded half to even to 8 decimals."""
    enter_two(executing)

    assert_tells_what_was_entered(executing)


def test_a_restart_tells_the_same(executing: OrderManager) -> None:
    """Accounts are made again from the journal; the counters are those of the session."""
    enter_two(executing)
    executing.kill()
    stats = executing.start()

    assert_tells_what_was_entered(executing)
    counts = ("fills", "orders_filled", "orders_canceled", "orders_expired", "accounts")
    assert [stats[name] for name in counts] == [2, 1, 0, 0, 1]
    assert executing.stats_when(lambda stats: stats["orders_working"] == 1)


def test_an_account_is_shown_after_its_end(executing: OrderManager, feed: RecordedFeed) -> None:
    """Its working orders expire, and a restarted order manager makes it again for the answer."""
    enter_two(executing)
    feed.end()
    stats = executing.stats_when(lambda stats: stats["orders_expired"] == 1)
    assert (stats["orders_working"], stats["orders_filled"]) == (0, 1)
    executing.kill()
    executing.start()

    (account,) = executing.call("ListAccounts")["accounts"]

    assert account == {**EXPECTED_ACCOUNT, "ended": True, "orders_working": 0}
    assert executing.call("ListOpenOrders") == {"orders": [], "total": 0}


def test_an_account_without_its_feed_log_is_told_as_such(
    executing: OrderManager, feed: RecordedFeed
) -> None:
    """Its fills stay, without the time that only the log has."""
    enter_two(executing)
    executing.kill()
    feed.log.unlink()
    executing.start()

    unavailable = [
        {
            "user": "news",
            "feed_session": FEED_SESSION,
            "reason": f"there is no feed log of session {FEED_SESSION}",
        }
    ]
    assert executing.call("ListAccounts") == {"accounts": [], "unavailable": unavailable}
    assert executing.call("ListPositions")["unavailable"] == unavailable
    assert [fill["event_time"] for fill in executing.call("ListFills")["fills"]] == [None, None]


def test_an_account_is_not_made_again_while_nothing_can_be_journalled(
    executing: OrderManager, feed: RecordedFeed
) -> None:
    """What happens to it then might have to be reported; fills are read from the journal."""
    enter_two(executing)
    executing.kill()
    start_executing(executing, feed, free_bytes_min="900TiB")

    listed = executing.call("ListAccounts")

    assert listed["accounts"] == []
    assert [each["reason"] for each in listed["unavailable"]] == [NOT_JOURNALLED]
    assert len(executing.call("ListFills")["fills"]) == 2


def test_each_users_newest_account_is_listed(executing: OrderManager, feed: RecordedFeed) -> None:
    """Users by name, the newest feed session of each."""
    enter_two(executing)
    record_feed(feed.log.parent, NEWER_SESSION)
    other = executing.client("other")
    other.send(market("o"), market("p", feed_session=NEWER_SESSION))
    other.receive(6)

    accounts = executing.call("ListAccounts")["accounts"]

    assert [(each["user"], each["feed_session"]) for each in accounts] == [
        ("news", FEED_SESSION),
        ("other", NEWER_SESSION),
    ]
    (account,) = executing.call("ListAccounts", {"user": "other"})["accounts"]
    assert account == accounts[1]
    assert executing.stats()["accounts"] == 3


def test_the_newest_orders_and_fills_are_listed(executing: OrderManager) -> None:
    """As many as are asked for; the number of all working orders is said."""
    enter_two(executing)
    client = executing.client("other")
    client.send(*(limit(f"l{number}", "500") for number in range(30)))
    client.receive(30)

    orders = executing.call("ListOpenOrders", {"count": 2})
    default = executing.call("ListOpenOrders")["orders"]
    (fill,) = executing.call("ListFills", {"count": 1})["fills"]

    assert [order["order_id"] for order in orders["orders"]] == [31, 32]
    assert (orders["total"], len(default), fill["feed_seq"]) == (31, 20, 3)


def test_a_silent_strategy_that_is_away_holds_its_account_no_longer_than_away_max(
    executing: OrderManager, feed: RecordedFeed
) -> None:
    """It has registered and never says Progress; once it is gone, its account meets the end."""
    client = executing.client()
    client.send(a_register(head=0))
    client.receive(1)
    feed.end()
    (account,) = executing.call("ListAccounts")["accounts"]
    assert (account["registered"], account["ended"]) == (True, False)

    client.close()
    executing.stats_when(lambda _: bool(executing.call("ListAccounts")["accounts"][0]["ended"]))


def test_a_strategy_that_has_said_everything_is_waited_for_no_longer(
    executing: OrderManager, feed: RecordedFeed
) -> None:
    """Progress of the last message, and the end of the session, end the account."""
    client = executing.client()
    client.send(a_register(head=0), Progress(feed_session=FEED_SESSION, feed_seq=3))
    client.receive(1)
    feed.end()

    executing.stats_when(lambda _: bool(executing.call("ListAccounts")["accounts"][0]["ended"]))


def test_orders_are_executed_or_not_as_configured(daemon: OrderManager) -> None:
    """Without a model there are neither accounts nor fills."""
    daemon.start()
    client = daemon.client()
    client.send(an_order())
    client.receive(1)

    assert daemon.call("ListAccounts") == {"accounts": [], "unavailable": []}
    assert daemon.call("ListFills") == {"fills": []}
    assert daemon.call("ListOpenOrders") == {"orders": [], "total": 0}
    assert daemon.stats()["accounts"] == 0
