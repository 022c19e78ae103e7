"""What a running order manager tells of its limits: which are near, and what stays above them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.test_reload import reload
from tests.daemons.tradestack_order_manager.trading_day import Trader, TradingOrderManager
from tradestack.domain.order import OrdStatus


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[TradingOrderManager]:
    """An order manager whose feed has had one trade; it was not started."""
    manager = TradingOrderManager(tmp_path)
    manager.feed.trade(1_000)
    yield manager
    manager.close()


def test_a_tighter_limit_names_what_the_market_makes_of_orders(
    daemon: TradingOrderManager,
) -> None:
    """By the last trade of the account's own tape; what users break together is said once."""
    daemon.configure(risk={})
    daemon.start()
    trader, other = Trader(daemon), Trader(daemon, "other")
    trader.order(10, 50)
    other.order(10, 50)
    daemon.feed.trade(1_000, 90)
    each_user = {"max_notional_per_order": "899"}
    reload(daemon, risk={"active_order_limit": 1, "each_user": each_user})

    (said,) = [line for line in daemon.errors.splitlines() if "and stays: " in line]
    assert said.partition("and stays: ")[2].split("; ") == [
        "NOTIONAL_EXCEEDS_MAX_PER_ORDER: value=900, limit=899, scope=user news (order 1 of news)",
        "ACTIVE_ORDERS_EXCEED_LIMIT: value=2, limit=1, scope=total "
        "(order 1 of news, order 2 of other)",
        "NOTIONAL_EXCEEDS_MAX_PER_ORDER: value=900, limit=899, scope=user other (order 2 of other)",
    ]


def test_a_limit_is_told_before_it_refuses_however_fast_the_feed_is(
    daemon: TradingOrderManager,
) -> None:
    """It is free again when the levels are looked at; within a minute nothing is said twice."""
    daemon.limit_users(max_order_submit_rate="5/1s")
    daemon.start()
    trader = Trader(daemon)
    for _ in range(2):
        for _ in range(5):
            assert trader.order(1, 50).ord_status is OrdStatus.NEW
        assert trader.order(1, 50).ord_status is OrdStatus.REJECTED
        daemon.feed.trade(1_000)
        assert trader.order(1, 50).ord_status is OrdStatus.NEW
        daemon.feed.trade(1_000)

    name = "limit=max_order_submit_rate/user_news"
    daemon.stats_when(lambda _: daemon.errors.count(f"limit reached {name}") == 1)
    said = [line.partition(name)[2] for line in daemon.errors.splitlines() if name in line]
    assert [line.partition("remedy")[0] for line in said] == [
        ' used_percent=80 used="4 of 5, with the newest order" ',
        ' used_percent=100 used="5 of 5, with the newest order" ',
    ]
