"""After a fill: orders that would open a position, and breaches that change a state."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.risk.situations import (
    BUY,
    SECOND_NS,
    SELL,
    a_situation,
    an_account,
    limits_at,
    working,
)
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.trading_state import TradingState
from tradestack.trading.risk.after_fill import act_of, after_fill, excess_orders
from tradestack.trading.risk.codes import Code, OnBreach
from tradestack.trading.risk.judge_risk import Part, judge_risk
from tradestack.trading.risk.limits import CountPerWindow, RiskLimits
from tradestack.trading.risk.scopes import ScopeKind
from tradestack.trading.risk.trading_state import StateEvent

ACTIVE, REDUCING, HALTED = TradingState
LOST: dict[str, Any] = {"reference_equity": 1_000, "equity": 0}


@pytest.mark.parametrize(
    ("position", "orders", "canceled"),
    [
        (10, (working(1, SELL, 10, 120),), []),
        (4, (working(1, SELL, 10, 120, filled=6),), []),
        (4, (working(1, SELL, 10, 120),), [(1, 6)]),
        (4, (working(1, SELL, 3, 120), working(2, SELL, 3, 130)), [(2, 2)]),
        (4, (working(1, SELL, 4, 120), working(2, SELL, 3, 130)), [(2, 3)]),
        (4, (working(1, BUY, 3, 80), working(2, SELL, 3, 130)), [(1, 3)]),
        (-4, (working(1, SELL, 3, 120), working(2, BUY, 5, 80)), [(2, 1), (1, 3)]),
        (0, (working(1, SELL, 3, 120), working(2, BUY, 5, 80)), [(2, 5), (1, 3)]),
    ],
)
@pytest.mark.parametrize("state", TradingState)
def test_what_may_open_a_position_is_canceled(
    position: int, orders: tuple[Any, ...], canceled: list[tuple[int, int]], state: TradingState
) -> None:
    """In the stricter states; of the orders that close it the oldest stay, in part if need be."""
    account = an_account(position, orders, state_of_user=state)

    found = after_fill(account, RiskLimits())

    expected = [] if state is ACTIVE else [(each, units * SCALE) for each, units in canceled]
    assert list(found.excess) == expected
    assert not found.breaches


@given(
    st.integers(-20, 20),
    st.lists(st.tuples(st.sampled_from([BUY, SELL]), st.integers(1, 15)), max_size=6),
)
def test_what_stays_cannot_open_a_position(position: int, drawn: list[tuple[Any, int]]) -> None:
    """Whatever fills next, the position only shrinks; and no more is canceled than that needs."""
    orders = tuple(working(n, side, units, 100) for n, (side, units) in enumerate(drawn))
    excess = dict(excess_orders(an_account(position, orders)))

    left = {
        side: sum(
            order.leaves_quantity - excess.get(order.order_id, 0)
            for order in orders
            if order.side is side
        )
        for side in (BUY, SELL)
    }
    closing = SELL if position > 0 else BUY
    wanted = sum(order.leaves_quantity for order in orders if order.side is closing)
    assert left[BUY if closing is SELL else SELL] == 0
    assert left[closing] == min(wanted, abs(position) * SCALE)


@pytest.mark.parametrize(
    ("on_breach", "event", "after"),
    [
        (OnBreach.REJECT, None, ACTIVE),
        (OnBreach.REDUCE, StateEvent.BREACH_REDUCES, REDUCING),
        (OnBreach.HALT, StateEvent.BREACH_HALTS, HALTED),
        (OnBreach.HALT_AND_CANCEL, StateEvent.BREACH_HALTS, HALTED),
    ],
)
@pytest.mark.parametrize("kind", [ScopeKind.USER, ScopeKind.TOTAL])
def test_a_loss_does_what_its_limit_says(
    kind: ScopeKind, on_breach: OnBreach, event: StateEvent | None, after: TradingState
) -> None:
    """It refuses orders in any case; its act names code and scope, and has effect once."""
    limits = limits_at(kind, max_daily_loss=999, max_daily_loss_on_breach=on_breach)
    user = "news" if kind is ScopeKind.USER else None
    of = "state_of_all" if user is None else "state_of_user"

    found = after_fill(an_account(**LOST), limits)
    states: dict[str, Any] = {of: after}
    again = after_fill(an_account(**states, **LOST), limits)

    assert judge_risk(a_situation(account=an_account(**LOST)), limits) is not None
    assert [act_of(breach) and act_of(breach).event for breach in found.breaches] == (  # type: ignore[union-attr]
        [] if event is None else [event]
    )
    assert [breach.scope.user for breach in found.breaches] == [user] * len(found.breaches)
    assert bool(found.cancels_all) is (on_breach is OnBreach.HALT_AND_CANCEL)
    assert again.breaches == ()


def test_a_breach_cancels_what_its_new_state_does_not_allow() -> None:
    """At once, not with the next fill."""
    orders = (working(1, BUY, 5, 80), working(2, SELL, 5, 120))
    account = an_account(5, orders, **LOST)

    def canceled(on_breach: OnBreach) -> list[int]:
        limits = limits_at(ScopeKind.USER, max_drawdown=1, max_drawdown_on_breach=on_breach)
        account_at_peak = an_account(5, orders, peak_equity=1_000, equity=0)
        return [excess.order_id for excess in after_fill(account_at_peak, limits).excess]

    assert after_fill(account, RiskLimits()).excess == ()
    assert canceled(OnBreach.REJECT) == []
    assert canceled(OnBreach.REDUCE) == canceled(OnBreach.HALT) == [1]
    assert canceled(OnBreach.HALT_AND_CANCEL) == [1, 2]


def test_a_halted_user_whose_loss_cancels_loses_the_orders_that_are_left() -> None:
    """A halt by hand does not keep them."""
    limits = limits_at(
        ScopeKind.USER, max_daily_loss=1, max_daily_loss_on_breach=OnBreach.HALT_AND_CANCEL
    )
    account = an_account(5, (working(1, SELL, 5, 120),), state_of_user=HALTED, **LOST)

    assert [each.order_id for each in after_fill(account, limits).excess] == [1]


def test_too_many_fills_in_a_window_need_a_person() -> None:
    """The state stays REDUCING when the window has passed."""
    limits = limits_at(
        ScopeKind.USER, repeated_execution_limit=CountPerWindow(count=2, window_ns=SECOND_NS)
    )

    within = after_fill(an_account(executions_in_window=2), limits)
    above = after_fill(an_account(executions_in_window=3), limits)

    assert within.breaches == ()
    act = act_of(above.breaches[0])
    assert act is not None
    assert (act.code, act.user) == (Code.EXECUTIONS_REPEATED, "news")
    assert act.reason == "EXECUTIONS_REPEATED: value=3, limit=2, scope=user news"


def test_losses_of_all_users_are_found_across_accounts() -> None:
    """The fold of one account does not look at them."""
    limits = limits_at(ScopeKind.TOTAL, max_daily_loss=1)
    account = an_account(**LOST)

    assert after_fill(account, limits, Part.ONE_ACCOUNT).breaches == ()
    assert len(after_fill(account, limits, Part.ACROSS_ACCOUNTS).breaches) == 1
