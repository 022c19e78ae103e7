"""Whatever is sent, and whatever fills: no account ends above its limits.

The reference keeps positions and leaves of two users in two symbols, and computes what they come to
at worst from nothing else. It knows neither scopes nor readings.
"""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Order, OrdType, Side, TimeInForce
from tradestack.domain.trade import Trade
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.trading.risk.exposure import Exposure, notional_of
from tradestack.trading.risk.judge_risk import judge_risk
from tradestack.trading.risk.limits import Limits, RiskLimits, UserLimits
from tradestack.trading.risk.scopes import ScopeKind
from tradestack.trading.risk.situation import AccountView, Situation, Standing

USERS, SYMBOLS = ("maker", "news"), ("IBM", "SPY")
PRICES = {"IBM": 3, "SPY": 7}
# In whole units: position of a user, of all users in IBM; gross of a user, of all; active orders.
POSITION, POSITION_IBM, GROSS_USER, GROSS_ALL, ACTIVE = 12, 15, 100, 150, 4
LIMITS = RiskLimits(
    total=Limits(max_gross_notional=GROSS_ALL * SCALE),
    symbols={"IBM": Limits(max_position=POSITION_IBM * SCALE)},
    each_user=UserLimits(
        limits=Limits(
            max_position=POSITION * SCALE,
            max_gross_notional=GROSS_USER * SCALE,
            active_order_limit=ACTIVE,
        )
    ),
)


@dataclass
class Entry:
    """An accepted order; whether it only reduced a position when it was accepted."""

    user: str
    order: WorkingOrder
    was_exempt: bool


@dataclass
class Reference:
    """Positions and accepted orders, and their sums."""

    positions: dict[tuple[str, str], int] = field(
        default_factory=lambda: {(user, symbol): 0 for user in USERS for symbol in SYMBOLS}
    )
    entries: list[Entry] = field(default_factory=list)

    def leaves(self, user: str, symbol: str, side: Side) -> int:
        return sum(
            entry.order.leaves_quantity
            for entry in self.entries
            if (entry.user, entry.order.symbol, entry.order.side) == (user, symbol, side)
        )

    def extremes(self, user: str, symbol: str) -> tuple[int, int]:
        """The position if all buys fill, and if all sells do."""
        position = self.positions[user, symbol]
        buys, sells = (self.leaves(user, symbol, side) for side in Side)
        return position + buys, position - sells

    def gross(self, user: str) -> int:
        return sum(
            max(map(abs, self.extremes(user, symbol))) * PRICES[symbol] for symbol in SYMBOLS
        )

    def check(self) -> None:
        """Nothing can end above its limit, however the orders fill."""
        for user in USERS:
            assert self.gross(user) <= GROSS_USER * SCALE
            for symbol in SYMBOLS:
                assert max(map(abs, self.extremes(user, symbol))) <= POSITION * SCALE
            counted = [e for e in self.entries if e.user == user and not e.was_exempt]
            assert len(counted) <= ACTIVE
        assert sum(map(self.gross, USERS)) <= GROSS_ALL * SCALE
        highest, lowest = zip(*(self.extremes(user, "IBM") for user in USERS), strict=True)
        assert -POSITION_IBM * SCALE <= sum(lowest) <= sum(highest) <= POSITION_IBM * SCALE


def standing(reference: Reference, users: tuple[str, ...], symbol: str) -> Standing:
    """What these users hold; the exposure is that in the symbol."""
    own = {
        (user, each): Exposure(
            position=reference.positions[user, each],
            buy_leaves=reference.leaves(user, each, Side.BUY),
            sell_leaves=reference.leaves(user, each, Side.SELL),
        )
        for user in users
        for each in SYMBOLS
    }
    of_symbol = [own[user, symbol] for user in users]
    return Standing(
        exposure=Exposure(
            position=sum(each.position for each in of_symbol),
            buy_leaves=sum(each.buy_leaves for each in of_symbol),
            sell_leaves=sum(each.sell_leaves for each in of_symbol),
        ),
        gross_notional=sum(
            notional_of(exposure.worst_quantity, PRICES[each] * SCALE)
            for (_, each), exposure in own.items()
        ),
        active_orders=sum(entry.user in users for entry in reference.entries),
    )


def send(
    reference: Reference, user: str, symbol: str, side: Side, units: int, replaced: Entry | None
) -> None:
    """Send an order, or a replace; what is accepted works."""
    price = PRICES[symbol] * SCALE
    before = None if replaced is None else replaced.order
    filled = 0 if before is None else before.cum_quantity
    order = Order("x", symbol, side, units * SCALE + filled, OrdType.LIMIT, TimeInForce.DAY, price)
    alone, together = standing(reference, (user,), symbol), standing(reference, USERS, symbol)
    account = AccountView(
        user=user,
        symbol=symbol,
        standings={
            ScopeKind.USER: alone,
            ScopeKind.TOTAL: together,
            ScopeKind.SYMBOL: together,
        },
        orders_working=alone.active_orders,
    )
    situation = Situation(
        account=account, order=order, replaced=before, feed_time_ns=0, received_ns=0,
        last_trade=Trade(1, symbol, 0, price, SCALE),
    )  # fmt: skip
    if judge_risk(situation, LIMITS) is not None:
        return
    if replaced is not None:
        replaced.order.quantity = order.quantity
        replaced.was_exempt = replaced.was_exempt and situation.is_reducing
        return
    works = WorkingOrder(
        order_id=len(reference.entries), cl_ord_id="x", symbol=symbol, side=side,
        quantity=order.quantity, ord_type=order.ord_type, time_in_force=order.time_in_force,
        price=price, cause=1, cause_index=0, arrival_ns=0,
    )  # fmt: skip
    reference.entries.append(Entry(user, works, situation.is_reducing))


def fill(reference: Reference, entry: Entry, units: int) -> None:
    """Fill a part of what is left, or all of it."""
    order = entry.order
    quantity = min(units * SCALE, order.leaves_quantity)
    order.cum_quantity += quantity
    sign = 1 if order.side is Side.BUY else -1
    reference.positions[entry.user, order.symbol] += sign * quantity
    if not order.leaves_quantity:
        reference.entries.remove(entry)


steps = st.tuples(
    st.sampled_from(["order", "order", "replace", "cancel", "fill", "fill"]),
    st.sampled_from(USERS),
    st.sampled_from(SYMBOLS),
    st.sampled_from(list(Side)),
    st.integers(1, 14),
)


@settings(max_examples=200)
@given(st.lists(steps, max_size=40))
def test_no_sequence_ends_over_a_limit(sequence: list[tuple[str, str, str, Side, int]]) -> None:
    """Orders, replaces, cancels and fills of any size, of two users in two symbols."""
    reference = Reference()
    for kind, user, symbol, side, units in sequence:
        entry = reference.entries[units % len(reference.entries)] if reference.entries else None
        if kind == "order":
            send(reference, user, symbol, side, units, None)
        elif entry is not None and kind == "replace":
            send(reference, entry.user, entry.order.symbol, entry.order.side, units, entry)
        elif entry is not None and kind == "cancel":
            reference.entries.remove(entry)
        elif entry is not None:
            fill(reference, entry, units)
        reference.check()


@pytest.mark.parametrize(
    ("before", "user", "symbol", "most"),
    [
        ([], "news", "SPY", POSITION),
        ([("maker", "IBM", 12)], "news", "IBM", POSITION_IBM - 12),
        ([("news", "SPY", 12)], "news", "IBM", (GROSS_USER - 12 * 7) // 3),
        ([("maker", "SPY", 12)], "news", "SPY", (GROSS_ALL - 12 * 7) // 7),
        ([("news", "IBM", 1)] * 3, "news", "IBM", POSITION - 3),
        ([("news", "IBM", 1)] * 4, "news", "IBM", 0),
    ],
)
def test_the_limits_of_the_model_are_reached(
    before: list[tuple[str, str, int]], user: str, symbol: str, most: int
) -> None:
    """Each of them refuses something: the property above is not true by itself."""
    for units in range(1, 15):
        reference = Reference()
        for sender, traded, quantity in before:
            send(reference, sender, traded, Side.BUY, quantity, None)
        send(reference, user, symbol, Side.BUY, units, None)
        assert len(reference.entries) - len(before) == (units <= most)
