"""Limits and trading states of a running order manager, also after kill -9."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.test_reload import reload
from tests.daemons.tradestack_order_manager.trading_day import Trader, TradingOrderManager
from tradestack.domain.execution_report import ExecutionReport, OrderCancelReject
from tradestack.domain.order import (
    ExecRestatementReason,
    ExecType,
    OrdRejReason,
    OrdStatus,
    Side,
)
from tradestack.net.control.client import ControlFault
from tradestack.wire.varlink import VarlinkError


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[TradingOrderManager]:
    """An order manager whose feed has had one trade; it was not started."""
    manager = TradingOrderManager(tmp_path)
    manager.feed.trade(1_000)
    yield manager
    manager.close()


def code(report: object) -> str:
    """Return the code that a Text begins with."""
    assert isinstance(report, ExecutionReport | OrderCancelReject)
    return (report.text or "").partition(":")[0]


def test_the_limit_is_reached_and_not_passed_over_a_kill(daemon: TradingOrderManager) -> None:
    """A fill and a working order are counted after the restart as they were before."""
    daemon.limit_users(max_position="30", active_order_limit=2)
    daemon.start()
    trader = Trader(daemon)
    assert trader.order(10).ord_status is OrdStatus.NEW
    daemon.feed.trade(1_000)
    assert trader.report().ord_status is OrdStatus.FILLED
    assert trader.order(10, 50).ord_status is OrdStatus.NEW
    before = daemon.usage()
    assert before["max_position of user news"] == ("20", 66)

    daemon.kill()
    daemon.start()
    trader = Trader(daemon, sequence=trader.client.next_sequence)

    refused = trader.order(11, 50)
    assert refused.reject_reason is OrdRejReason.ORDER_EXCEEDS_LIMIT
    assert refused.text == "POSITION_EXCEEDS_MAXIMUM: value=31, limit=30, scope=user news"
    assert daemon.usage() == before
    assert trader.order(10, 50).ord_status is OrdStatus.NEW
    assert code(trader.order(1, 50)) == "ACTIVE_ORDERS_EXCEED_LIMIT"
    assert code(trader.order(10, side=Side.SELL)) == "ACTIVE_ORDERS_EXCEED_LIMIT"


def test_a_tighter_limit_leaves_what_works_and_names_it(daemon: TradingOrderManager) -> None:
    """It holds from the next message on; a replace is judged by it as well."""
    daemon.limit_users(max_position="30")
    daemon.start()
    trader = Trader(daemon)
    works = trader.order(20, 50)
    reload(daemon, risk={"each_user": {"max_position": "10"}})

    assert code(trader.order(1, 50)) == "POSITION_EXCEEDS_MAXIMUM"
    refused = trader.replace(works.cl_ord_id, 21, 50)
    assert isinstance(refused, OrderCancelReject)
    assert code(refused) == "POSITION_EXCEEDS_MAXIMUM"
    assert daemon.usage("news")["max_position of user news"] == ("20", 200)
    text = "POSITION_EXCEEDS_MAXIMUM: value=20, limit=10, scope=user news (order 1 of news)"
    assert f"more than the new limits allow, and stays: {text}" in daemon.errors
    daemon.stats_when(lambda stats: "max_position" in (stats["limits_near"] or ""))

    daemon.kill()
    daemon.start()
    assert daemon.usage("news")["max_position of user news"] == ("20", 200)
    trader = Trader(daemon, sequence=trader.client.next_sequence)
    canceled = trader.cancel(works.cl_ord_id)
    assert isinstance(canceled, ExecutionReport)
    assert canceled.ord_status is OrdStatus.CANCELED


def test_a_halt_outlives_the_process(daemon: TradingOrderManager) -> None:
    """Cancels pass in it; only somebody ends it."""
    daemon.start()
    trader = Trader(daemon)
    assert trader.order(10).ord_status is OrdStatus.NEW
    daemon.feed.trade(1_000)
    assert trader.report().ord_status is OrdStatus.FILLED
    way_out = trader.order(10, 200, Side.SELL)
    daemon.set_state("HALTED")
    assert code(trader.order(1)) == "TRADING_HALTED"

    daemon.kill()
    stats = daemon.start()
    trader = Trader(daemon, sequence=trader.client.next_sequence)
    assert stats["trading"]["state"] == "HALTED"
    assert code(trader.order(1)) == "TRADING_HALTED"
    canceled = trader.cancel(way_out.cl_ord_id)
    assert isinstance(canceled, ExecutionReport)
    assert canceled.ord_status is OrdStatus.CANCELED


def test_a_halt_outlives_the_order_session(daemon: TradingOrderManager) -> None:
    """The next one begins with it; somebody can still end it there."""
    daemon.start()
    daemon.set_state("HALTED")
    daemon.call("NewSession")
    daemon.kill()
    daemon.start()
    trader = Trader(daemon)
    assert code(trader.order(1)) == "TRADING_HALTED"
    (state,) = daemon.call("GetLimits")["states"]
    assert (state["state"], state["user"], state["reason"]) == ("HALTED", None, "a test")
    daemon.set_state("ACTIVE")
    assert trader.order(1).ord_status is OrdStatus.NEW


def test_a_halt_can_cancel_what_works(daemon: TradingOrderManager) -> None:
    """Of one user, and not of the other."""
    daemon.start()
    trader, other = Trader(daemon), Trader(daemon, "other")
    trader.order(10, 50)
    works = other.order(10, 50)
    daemon.set_state("HALTED", "news", cancel=True)

    canceled = trader.report()
    assert canceled.restatement_reason is ExecRestatementReason.CANCEL_ON_TRADING_HALT
    assert canceled.text == "TRADING_HALTED: a test"
    report = other.cancel(works.cl_ord_id)
    assert isinstance(report, ExecutionReport)
    assert report.ord_status is OrdStatus.CANCELED


def test_a_halt_can_keep_what_closes_a_position(daemon: TradingOrderManager) -> None:
    """It is filled while trading is halted; what may open one is canceled, and says why."""
    daemon.start()
    trader = Trader(daemon)
    trader.order(10)
    daemon.feed.trade(1_000)
    assert trader.report().ord_status is OrdStatus.FILLED
    opens = trader.order(10, 50)
    closes = trader.order(10, 150, Side.SELL)
    daemon.set_state("HALTED")

    canceled = trader.report()
    assert (canceled.cl_ord_id, canceled.ord_status) == (opens.cl_ord_id, OrdStatus.CANCELED)
    assert canceled.text == "TRADING_HALTED: it may open or increase a position"
    daemon.feed.trade(1_000, 151)
    filled = trader.report()
    assert (filled.cl_ord_id, filled.ord_status) == (closes.cl_ord_id, OrdStatus.FILLED)


def test_a_halt_under_load_stops_orders_from_one_message_to_the_next(
    daemon: TradingOrderManager,
) -> None:
    """No order is accepted after one that was refused for it, and cancels pass all the time."""
    daemon.start()
    trader, other = Trader(daemon), Trader(daemon, "other")
    resting = other.order(1, 50)
    for number in range(400):
        trader.send(1, 50)
        if number == 200:
            daemon.set_state("HALTED", "news")
    refused: list[bool] = []
    while len(refused) < 400:
        report = trader.report()
        if report.exec_type in (ExecType.NEW, ExecType.REJECTED):
            refused.append(report.exec_type is ExecType.REJECTED)

    assert refused == sorted(refused)
    assert refused[-1]
    canceled = other.cancel(resting.cl_ord_id)
    assert isinstance(canceled, ExecutionReport)
    assert canceled.ord_status is OrdStatus.CANCELED


def test_a_loss_stops_a_user_and_is_told(daemon: TradingOrderManager) -> None:
    """The state is in the journal, with the message at which the loss was made."""
    daemon.limit_users(max_daily_loss="100", max_daily_loss_on_breach="halt-and-cancel")
    daemon.start()
    trader = Trader(daemon)
    assert trader.order(10).ord_status is OrdStatus.NEW
    daemon.feed.trade(1_000)
    assert trader.report().ord_status is OrdStatus.FILLED
    assert trader.order(10, 200, Side.SELL).ord_status is OrdStatus.NEW
    daemon.feed.trade(1_000, 90)
    broken = daemon.feed.trade(1_000, 89)
    daemon.feed.trade(1_000, 150)

    canceled = trader.report()
    assert (canceled.ord_status, canceled.feed_seq) == (OrdStatus.CANCELED, broken)
    assert canceled.text == "LOSS_LIMIT_BREACHED: value=110, limit=100, scope=user news"
    daemon.stats_when(lambda _: "trading state changed state=HALTED user=news" in daemon.errors)
    daemon.kill()
    stats = daemon.start()
    assert stats["trading"]["users_halted"] == 1
    trader = Trader(daemon, sequence=trader.client.next_sequence)
    assert code(trader.order(1, side=Side.SELL)) == "TRADING_HALTED"


# ---- the halt file -------------------------------------------------------------------------------


def test_the_halt_file_halts_a_running_order_manager(daemon: TradingOrderManager) -> None:
    """Its end is not the end of the halt, and while it is there nobody ends it."""
    daemon.start()
    trader = Trader(daemon)
    assert trader.order(1, 50).ord_status is OrdStatus.NEW
    daemon.halt_file.touch()
    daemon.stats_when(lambda stats: stats["trading"]["state"] == "HALTED")

    canceled = trader.report()
    assert canceled.ord_status is OrdStatus.CANCELED
    assert code(trader.order(1)) == "TRADING_HALTED"
    with pytest.raises(VarlinkError, match="HaltFileExists"):
        daemon.set_state("ACTIVE")
    daemon.halt_file.unlink()
    assert code(trader.order(1)) == "TRADING_HALTED"
    daemon.set_state("ACTIVE")
    assert trader.order(1).ord_status is OrdStatus.NEW


def test_another_halt_file_is_looked_at_after_a_reload(daemon: TradingOrderManager) -> None:
    """The one of before is not looked at any more."""
    daemon.start()
    other = daemon.halt_file.with_name("other-halt")
    reload(daemon, halt_file=str(other))
    daemon.halt_file.touch()
    trader = Trader(daemon)
    assert trader.order(1, 50).ord_status is OrdStatus.NEW
    other.touch()
    daemon.stats_when(lambda stats: stats["trading"]["state"] == "HALTED")


@pytest.mark.parametrize("model", ["tape", "none"])
def test_the_halt_file_holds_from_the_start(daemon: TradingOrderManager, model: str) -> None:
    """The first order is refused already, whether anything executes orders or not."""
    daemon.configure(execution={"model": model})
    daemon.halt_file.touch()
    daemon.start()
    refused = Trader(daemon).order(1)

    assert refused.reject_reason is OrdRejReason.EXCHANGE_CLOSED
    assert code(refused) == "TRADING_HALTED"


@pytest.mark.parametrize(
    "change",
    [
        {"state": "active", "reason": "r"},
        {"state": "ACTIVE", "reason": ""},
        {"state": "ACTIVE", "reason": "r", "cancel": True},
    ],
)
def test_a_change_that_means_nothing_is_refused(
    daemon: TradingOrderManager, change: dict[str, object]
) -> None:
    """With the parameter's name."""
    daemon.start()
    with pytest.raises((VarlinkError, ControlFault), match="InvalidParameter"):
        daemon.call("SetTradingState", change)
