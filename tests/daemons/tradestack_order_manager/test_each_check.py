"""Each check over the wire: reached and not passed, set while orders work, the same after kill -9.

One order manager has a user for each check. Each of them holds a position and has an order that
works when a reload sets its limits. The bounds of each check at each scope, to the last digit, are
in tests/trading/risk.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.daemons.tradestack_order_manager.test_limits import code
from tests.daemons.tradestack_order_manager.test_reload import reload
from tests.daemons.tradestack_order_manager.trading_day import TradingOrderManager
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecType, Order, OrdStatus, OrdType, Side, TimeInForce
from tradestack.trading.risk.check import Reducing
from tradestack.trading.risk.checks import CHECKS


@dataclass(frozen=True, slots=True)
class Asked:
    """An order: a positive quantity buys; without a price it is a market order.

    age_h: how long ago its signal was, so much longer or shorter than a test takes.
    """

    quantity: int
    price: int | None = None
    symbol: str = "SPY"
    age_h: int = 0


BUY_ONE, SELL_ONE = Asked(1, 50), Asked(-1, 150)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Limits, orders that they allow and the next one, which they do not.

    exempt: an order that only reduces the position, and passes all the same. symbol: of which 20
    are held.
    """

    limits: Mapping[str, Any]
    passes: Sequence[Asked]
    fails: Asked
    exempt: Asked | None = None
    symbol: str = "SPY"


def losing(**limits: Any) -> Case:
    """A limit on what is lost with IBM."""
    order = Asked(1, 50, "IBM")
    return Case(
        limits=limits, passes=[order], fails=order, exempt=Asked(-1, 150, "IBM"), symbol="IBM"
    )


CASES = {
    "restricted_symbols": Case(
        limits={"restricted_symbols": ["IBM"]}, passes=[BUY_ONE], fails=Asked(1, 50, "IBM")
    ),
    "allowed_symbols": Case(
        limits={"allowed_symbols": ["SPY"]}, passes=[BUY_ONE], fails=Asked(1, 50, "IBM")
    ),
    "may_short": Case(limits={"may_short": False}, passes=[Asked(-20, 150)], fails=SELL_ONE),
    "price_increment": Case(
        limits={"price_increment": "5"}, passes=[Asked(1, 55)], fails=Asked(1, 56)
    ),
    "min_order_qty": Case(limits={"min_order_qty": "2"}, passes=[Asked(2, 50)], fails=BUY_ONE),
    "max_order_qty": Case(
        limits={"max_order_qty": "10"},
        passes=[Asked(10, 50)],
        fails=Asked(11, 50),
        exempt=Asked(-11, 150),
    ),
    "lot_size": Case(limits={"lot_size": "5"}, passes=[Asked(5, 50)], fails=Asked(6, 50)),
    "max_notional_per_order": Case(
        limits={"max_notional_per_order": "1000"},
        passes=[Asked(10)],
        fails=Asked(11),
        exempt=Asked(-11),
    ),
    "price_required": Case(
        limits={}, passes=[Asked(1, 50, "NEVER")], fails=Asked(1, symbol="NEVER")
    ),
    "max_price_age": Case(
        limits={"max_price_age": "1s"},
        passes=[BUY_ONE],
        fails=Asked(1, 50, "OLD"),
        exempt=Asked(-1, 150, "OLD"),
        symbol="OLD",
    ),
    "price_band_bp": Case(
        limits={"price_band_bp": 500}, passes=[Asked(1, 105)], fails=Asked(1, 106)
    ),
    "max_order_age": Case(
        limits={"max_order_age": "2h"},
        passes=[Asked(1, 50, age_h=1)],
        fails=Asked(1, 50, age_h=3),
        exempt=Asked(-1, 150, age_h=3),
    ),
    "max_order_submit_rate": Case(
        limits={"max_order_submit_rate": "2/500ms"},
        passes=[BUY_ONE, Asked(2, 50)],
        fails=BUY_ONE,
        exempt=SELL_ONE,
    ),
    "active_order_limit": Case(limits={"active_order_limit": 2}, passes=[BUY_ONE], fails=SELL_ONE),
    "total_order_limit": Case(
        limits={"total_order_limit": 3}, passes=[BUY_ONE], fails=BUY_ONE, exempt=SELL_ONE
    ),
    "total_trade_limit": Case(
        limits={"total_trade_limit": 2}, passes=[Asked(1)], fails=BUY_ONE, exempt=SELL_ONE
    ),
    "duplicate_order_limit": Case(
        limits={"duplicate_order_limit": "2/500ms"},
        passes=[Asked(3, 50), Asked(3, 50), Asked(4, 50)],
        fails=Asked(3, 50),
    ),
    "self_trade": Case(
        limits={"self_trade": "reject"},
        passes=[SELL_ONE, Asked(1, 149)],
        fails=Asked(1, 150),
    ),
    "max_position": Case(
        limits={"max_position": "30"}, passes=[Asked(9, 50)], fails=BUY_ONE, exempt=SELL_ONE
    ),
    "max_gross_notional": Case(
        limits={"max_gross_notional": "3000"}, passes=[Asked(9, 50)], fails=BUY_ONE, exempt=SELL_ONE
    ),
    "max_net_notional": Case(
        limits={"max_net_notional": "3000"}, passes=[Asked(9, 50)], fails=BUY_ONE, exempt=SELL_ONE
    ),
    "max_daily_loss": losing(max_daily_loss="100", max_daily_loss_on_breach="reject"),
    "max_drawdown": losing(max_drawdown="100", max_drawdown_on_breach="reject"),
    "max_participation_bp": Case(
        limits={"max_participation_bp": 1_000, "participation_window": "1min"},
        passes=[Asked(200, 50)],
        fails=Asked(203, 50),
        exempt=SELL_ONE,
    ),
    "repeated_execution_limit": Case(
        limits={"repeated_execution_limit": "1/1min", "repeated_execution_on_breach": "reject"},
        passes=[Asked(1), Asked(1)],
        fails=BUY_ONE,
        exempt=SELL_ONE,
    ),
}
HOUR_NS = 3_600 * NANOSECONDS_PER_SECOND
ROWS = {check.key: check for check in CHECKS if check.key}
ELSEWHERE = {"max_cancel_rate"}  # it refuses nothing: test_cancel_rate
# Cases with orders that are allowed and filled before the next one.
FILLED_BEFORE = (
    *("max_notional_per_order", "price_band_bp", "total_trade_limit", "self_trade"),
    *("repeated_execution_limit", "repeated_execution_limit"),
)
USERS = {key: f"u{number}" for number, key in enumerate(CASES)}


class ManyTraders(TradingOrderManager):
    """An order manager with a user for each check."""

    users = tuple(USERS.values())


class Trader:
    """A user with orders for the newest message of the feed."""

    def __init__(self, daemon: TradingOrderManager, user: str) -> None:
        self._daemon, self._user = daemon, user
        self._names = 0
        self.connect()

    def connect(self, sequence: int = 1) -> None:
        """Log in, to go on with this report."""
        self._client = self._daemon.client(self._user, sequence=sequence)

    def reconnect(self) -> None:
        """Log in to an order manager that was restarted."""
        self.connect(self._client.next_sequence)

    def order(self, asked: Asked) -> ExecutionReport:
        """Send an order; return its report."""
        self._names += 1
        order = Order(
            cl_ord_id=f"o{self._names}",
            symbol=asked.symbol,
            side=Side.BUY if asked.quantity > 0 else Side.SELL,
            quantity=abs(asked.quantity) * SCALE,
            ord_type=OrdType.MARKET if asked.price is None else OrdType.LIMIT,
            time_in_force=TimeInForce.GTC,
            price=None if asked.price is None else asked.price * SCALE,
            feed_session=self._daemon.feed.session_id,
            feed_seq=self._daemon.feed.head,
            signal_time_ns=time.time_ns() - asked.age_h * HOUR_NS,
        )
        self._client.send(order)
        return self.report()

    def report(self) -> ExecutionReport:
        """Return the next report."""
        return self._client.receive_report()


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[ManyTraders]:
    """An order manager whose feed has had a trade of each symbol; it was not started."""
    manager = ManyTraders(tmp_path)
    for symbol in ("OLD", "IBM", "SPY"):
        manager.feed.trade(1_000, symbol=symbol)
    yield manager
    manager.close()


def test_every_check_has_a_case() -> None:
    """And each that reducing orders are exempt from an order that is."""
    exempt = {key for key, check in ROWS.items() if check.reducing is not Reducing.JUDGED}

    assert CASES.keys() == ROWS.keys() - ELSEWHERE
    assert {key for key, case in CASES.items() if case.exempt} == exempt - {
        *ELSEWHERE,
        "may_short",  # who reduces sells nothing short
        "price_required",  # nothing is held of what was never traded
    }


def test_each_check_holds_over_the_wire(daemon: ManyTraders) -> None:
    """N passes, N + 1 is refused, before and after a kill; what only reduces passes."""
    daemon.start()
    traders = {key: Trader(daemon, user) for key, user in USERS.items()}
    hold(daemon, traders)
    reload(daemon, risk={"users": {USERS[key]: case.limits for key, case in CASES.items()}})
    enter_each(traders, {key: case.passes for key, case in CASES.items()})
    daemon.feed.trade(20, 90, symbol="IBM", interval_ns=1)  # 100 are lost since the limits are set
    enter_each(traders, {key: CASES[key].passes for key in ("max_daily_loss", "max_drawdown")})
    for symbol, price in (("IBM", 89.99), ("SPY", 100)):
        daemon.feed.trade(20, price, symbol=symbol, interval_ns=1)
    for key in FILLED_BEFORE:
        assert traders[key].report().exec_type is ExecType.TRADE

    refuse_each(traders)
    daemon.kill()
    daemon.start()
    for trader in traders.values():
        trader.reconnect()
    refuse_each(traders)
    enter_each(traders, {key: [case.exempt] for key, case in CASES.items() if case.exempt})


def hold(daemon: ManyTraders, traders: Mapping[str, Trader]) -> None:
    """Let each user have a position, and an order that works."""
    enter_each(traders, {key: [Asked(20, symbol=case.symbol)] for key, case in CASES.items()})
    enter_each(traders, {key: [BUY_ONE] for key in CASES})
    for symbol, price in (("OLD", 100), ("IBM", 100), ("IBM", 95), ("SPY", 100)):
        daemon.feed.trade(1_000, price, symbol=symbol)
    for trader in traders.values():
        assert trader.report().ord_status is OrdStatus.FILLED


def enter_each(traders: Mapping[str, Trader], orders: Mapping[str, Sequence[Asked]]) -> None:
    """Have users send orders that are accepted."""
    for key, each in orders.items():
        for asked in each:
            report = traders[key].order(asked)
            assert report.ord_status is OrdStatus.NEW, (key, report.text)


def refuse_each(traders: Mapping[str, Trader]) -> None:
    """Have each user send the order that its limits do not allow."""
    for key, trader in traders.items():
        report = trader.order(CASES[key].fails)
        assert (report.ord_status, code(report)) == (OrdStatus.REJECTED, ROWS[key].code), key
