"""Limits of all users together over the wire: one in a symbol, one in all symbols.

As in `test_each_check.py`: reached and not passed, set while orders work, the same after kill -9.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.daemons.tradestack_order_manager.test_each_check import (
    BUY_ONE,
    SELL_ONE,
    Asked,
    Trader,
)
from tests.daemons.tradestack_order_manager.test_reload import reload
from tests.daemons.tradestack_order_manager.trading_day import TradingOrderManager
from tradestack.domain.order import OrdStatus

BUY_ANOTHER = Asked(1, 50, "IBM")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The section [risk] that allows 50 of SPY together, and how a refusal by it begins and ends.

    counts_others: whether other symbols use the limit as well.
    """

    risk: Mapping[str, Any]
    code: str
    scope: str
    counts_others: bool


CASES = [
    Case(
        risk={"symbols": {"SPY": {"max_position": "50"}}},
        code="POSITION_EXCEEDS_MAXIMUM",
        scope="symbol SPY",
        counts_others=False,
    ),
    Case(
        risk={"max_gross_notional": "5000"},
        code="GROSS_NOTIONAL_EXCEEDS_MAXIMUM",
        scope="total",
        counts_others=True,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.scope for case in CASES])
def test_users_reach_a_limit_together(tmp_path: Path, case: Case) -> None:
    """What one of them uses is missing to the other; each may reduce the position."""
    with TradingOrderManager(tmp_path) as daemon:
        for symbol in ("IBM", "SPY"):
            daemon.feed.trade(1_000, symbol=symbol)
        daemon.start()
        traders = [Trader(daemon, user) for user in daemon.users]
        hold(daemon, traders)
        reload(daemon, risk=case.risk)
        for trader in traders:
            enter(trader, Asked(4, 50))

        refuse(traders, case)
        daemon.kill()
        daemon.start()
        for trader in traders:
            trader.reconnect()
        refuse(traders, case)
        for trader in traders:
            enter(trader, SELL_ONE)
            if not case.counts_others:
                enter(trader, BUY_ANOTHER)


def hold(daemon: TradingOrderManager, traders: Sequence[Trader]) -> None:
    """Let each user have 20 of SPY, and an order for one more that works."""
    for trader in traders:
        enter(trader, Asked(20))
        enter(trader, BUY_ONE)
    daemon.feed.trade(1_000)
    for trader in traders:
        assert trader.report().ord_status is OrdStatus.FILLED


def enter(trader: Trader, asked: Asked) -> None:
    """Have a user send an order that is accepted."""
    report = trader.order(asked)
    assert report.ord_status is OrdStatus.NEW, report.text


def refuse(traders: Sequence[Trader], case: Case) -> None:
    """Have each user send orders that are one too many."""
    for trader in traders:
        for asked in (BUY_ONE, BUY_ANOTHER) if case.counts_others else (BUY_ONE,):
            text = trader.order(asked).text or ""
            assert (text.split(":")[0], text.split("scope=")[-1]) == (case.code, case.scope)
