"""Whom the order manager knows when an operator names a user."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.test_reload import reload
from tests.daemons.tradestack_order_manager.trading_day import Trader, TradingOrderManager
from tradestack.wire.varlink import VarlinkError


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[TradingOrderManager]:
    """An order manager whose feed has had one trade."""
    with TradingOrderManager(tmp_path) as manager:
        manager.feed.trade(1_000)
        manager.start()
        yield manager


def test_who_has_an_account_can_be_halted_after_leaving_the_users_file(
    daemon: TradingOrderManager,
) -> None:
    """Working orders outlive the right to log in; so do the halt, and the way back from it."""
    trader = Trader(daemon)
    trader.order(20, 50)
    trader.client.close()
    daemon.write_users("other")
    reload(daemon)

    daemon.set_state("HALTED", "news")
    daemon.call("NewSession")
    daemon.set_state("ACTIVE", "news")
    (state,) = daemon.call("GetLimits", {"user": "news"})["states"]
    assert (state["user"], state["state"]) == ("news", "ACTIVE")


def test_a_users_file_that_cannot_be_read_keeps_nobody_from_halting(
    daemon: TradingOrderManager,
) -> None:
    """Those are known whom the order manager lets log in, whatever the file has become."""
    (daemon.directory / "users").unlink()

    daemon.set_state("HALTED", "other")
    with pytest.raises(VarlinkError) as refused:
        daemon.set_state("HALTED", "nobody")

    (state,) = daemon.call("GetLimits")["states"]
    assert (state["user"], state["state"]) == ("other", "HALTED")
    assert refused.value.parameters == {"user": "nobody", "known": ["news", "other"]}


def test_a_user_with_a_state_only_can_be_resumed_and_not_halted_again(
    daemon: TradingOrderManager,
) -> None:
    """Somebody who never traded and was removed leaves a state that can be taken away."""
    daemon.set_state("HALTED", "other")
    daemon.write_users("news")
    reload(daemon)
    with pytest.raises(VarlinkError, match="UnknownUser"):
        daemon.set_state("HALTED", "other")
    daemon.set_state("ACTIVE", "other")
    assert daemon.stats()["trading"]["users_halted"] == 0


def test_many_users_are_not_listed(daemon: TradingOrderManager) -> None:
    """An error is no directory of everybody."""
    daemon.write_users(*(f"u{number}" for number in range(21)))
    reload(daemon)
    with pytest.raises(VarlinkError) as refused:
        daemon.call("ListPositions", {"user": "x"})
    assert refused.value.parameters == {"user": "x", "known": []}
