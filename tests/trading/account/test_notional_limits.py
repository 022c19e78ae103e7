"""Limits of money in two symbols: prices move, orders fill in part, replaces are under way.

A move of a price may take what is held above a limit. No order does, unless it only reduces a
position, and even then the gross notional falls.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trading.judged_on_tape import SECOND_NS, Desk, limits_of_user
from tradestack.domain.execution_report import ExecutionReport, OrderCancelReject, Report
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecType, Side
from tradestack.trading.account.account import Account
from tradestack.trading.account.account_state import RequestKind
from tradestack.trading.execution.model import ExecutionModel, Latency

SYMBOLS = ("SPY", "IBM")
GROSS, NET = 400, 200
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["limit", "market", "replace", "replace", "cancel", "trade", "trade"]),
        st.sampled_from(SYMBOLS),
        st.sampled_from(Side),
        st.integers(1, 30),
        st.integers(5, 15),
    ),
    max_size=30,
)


class Reference:
    """What an account holds and has working at this moment, and what that is worth at worst."""

    def __init__(self, account: Account, prices: dict[str, int]) -> None:
        state = account.state
        self.prices = prices
        self.position = {each: state.portfolio.position(each).quantity for each in SYMBOLS}
        self.leaves = {(symbol, side): 0 for symbol in SYMBOLS for side in Side}
        for order in state.orders.values():
            names, quantity = {order.cl_ord_id}, order.quantity
            for request in state.under_way:
                if request.kind is RequestKind.REPLACE and request.orig_cl_ord_id in names:
                    names.add(request.cl_ord_id)
                    quantity = max(quantity, request.quantity)
            self.leaves[order.symbol, order.side] += quantity - order.cum_quantity

    def ends(self, symbol: str) -> tuple[int, int]:
        """The position if all buys fill, and if all sells do."""
        position = self.position[symbol]
        buys, sells = (self.leaves[symbol, side] for side in (Side.BUY, Side.SELL))
        return position + buys, position - sells

    @property
    def gross(self) -> int:
        """All positions at worst, added up."""
        return sum(max(map(abs, self.ends(each))) * self.prices[each] for each in SYMBOLS)

    @property
    def net(self) -> dict[Side, int]:
        """Longs less shorts after all buys, and shorts less longs after all sells."""
        return {
            Side.BUY: sum(self.ends(each)[0] * self.prices[each] for each in SYMBOLS),
            Side.SELL: -sum(self.ends(each)[1] * self.prices[each] for each in SYMBOLS),
        }

    def only_reduces(self, symbol: str) -> bool:
        """Whether a position is there, and no working order can do more than close it."""
        position = self.position[symbol]
        long, short = self.ends(symbol)
        return 0 <= short <= position if position > 0 else position <= long <= 0


def is_refused(reports: list[Report], name: str) -> bool:
    """Whether an order or a replace was refused."""
    return any(
        isinstance(each, OrderCancelReject)
        or (isinstance(each, ExecutionReport) and each.exec_type is ExecType.REJECTED)
        for each in reports
        if each.cl_ord_id == name
    )


def require_within(before: Reference, after: Reference, symbol: str, side: Side) -> None:
    """An accepted order has not led above a limit, where it may have led any further."""
    assert after.gross <= max(GROSS * SCALE, before.gross)
    if not after.only_reduces(symbol):
        assert after.net[side] <= max(NET * SCALE, before.net[side])


@pytest.mark.parametrize("latency_s", [0, 2])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_no_order_leads_above_a_limit_of_money(
    latency_s: int, steps: list[tuple[str, str, Side, int, int]]
) -> None:
    """Each is compared with what the account was before it and is behind it."""
    limits = limits_of_user(max_gross_notional=GROSS * SCALE, max_net_notional=NET * SCALE)
    desk = Desk(limits, ExecutionModel(entry_latency=Latency(latency_s * SECOND_NS, 0)))
    prices = dict.fromkeys(SYMBOLS, 10)
    for symbol in SYMBOLS:
        desk.trade(10, symbol=symbol)
    desk.order(quantity=1)
    desk.pass_time()
    for kind, symbol, side, quantity, price in steps:
        if kind == "trade":
            prices[symbol] = price
            desk.trade(price, quantity, symbol, seconds=3)
            desk.pass_time()
            continue
        before = Reference(desk.account(), prices)
        orders = [each for each in desk.account().state.orders.values() if each.symbol == symbol]
        name = f"{desk.names}-{kind}"
        if kind in ("limit", "market"):
            limit = price if kind == "limit" else None
            report = desk.order(side, quantity, limit, symbol=symbol, cl_ord_id=name)
            reports: list[Report] = [report]
        elif not orders:
            continue
        elif kind == "cancel":
            reports = desk.cancel_request(orders[0].cl_ord_id)
        else:
            order = orders[price % len(orders)]
            desk.names += 1
            side, limit = order.side, None if order.price is None else price
            reports = desk.send(desk.a_replace(order.cl_ord_id, quantity, limit, name))
        if kind != "cancel" and not is_refused(reports, name):
            require_within(before, Reference(desk.account(), prices), symbol, side)
        desk.pass_time()
