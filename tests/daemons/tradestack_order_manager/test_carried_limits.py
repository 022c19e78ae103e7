"""What an account goes on from counts for its limits."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ctl.verify.traded import order
from tests.daemons.tradestack_order_manager.carried import (
    NEXT_SESSION,
    begin_next,
    first_session,
    verify_session,
)
from tests.kit.recorded_session import RecordedSession, trades
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.trading_state import TradingState
from tradestack.trading.risk.codes import OnBreach
from tradestack.trading.risk.limits import Limits, RiskLimits, UserLimits
from tradestack.trading.risk.trading_state import StateAct, StateEvent


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[RecordedSession]:
    """A first feed session, in which news has bought 10 SPY at 100 that are worth 102."""
    with first_session(tmp_path) as recorded:
        yield recorded


def limited(**limits: object) -> RiskLimits:
    """Limits of each user."""
    return RiskLimits(each_user=UserLimits(limits=Limits(**limits)))  # type: ignore[arg-type]


def test_a_position_that_was_carried_counts_for_its_limit(recorded: RecordedSession) -> None:
    """From the first order of the session on."""
    recorded.set_limits(limited(max_position=12 * SCALE))
    begin_next(recorded)
    recorded.publish(*trades("SPY", "105"))

    accepted = [recorded.send(order(name, 2)).orders[0].reason is None for name in ("a", "b")]

    assert accepted == [True, False]


def test_a_position_counts_before_its_symbol_is_traded(recorded: RecordedSession) -> None:
    """It is worth what it was worth; an order in a symbol without a price is refused."""
    recorded.set_limits(limited(max_gross_notional=1_050 * SCALE))
    begin_next(recorded)
    recorded.publish(*trades("IBM", "50"))

    accepted = [
        recorded.send(order(name, quantity, symbol=symbol)).orders[0].reason is None
        for name, quantity, symbol in (("a", 1, "SPY"), ("b", 1, "IBM"), ("c", 0.5, "IBM"))
    ]

    assert accepted == [False, False, True]


def test_a_loss_of_two_sessions_on_one_day_is_one_loss(recorded: RecordedSession) -> None:
    """The day is that of feed time; the peak of the equity goes on as well."""
    limits = limited(
        max_drawdown=30 * SCALE, max_drawdown_on_breach=OnBreach.HALT, loss_confirm_ticks=1
    )
    recorded.set_limits(limits)
    recorded.pass_time()
    recorded.publish(*trades("SPY", "102"))
    recorded.pass_time()
    begin_next(recorded)
    recorded.publish(*trades("IBM", "50"))
    recorded.send(order("second", 1, symbol="IBM"))
    recorded.publish(*trades("SPY", "100"))
    recorded.pass_time()
    assert recorded.account().state.risk.of_user is TradingState.ACTIVE

    recorded.publish(*trades("SPY", "98"))
    recorded.pass_time()

    assert recorded.account().state.risk.of_user is TradingState.HALTED
    assert verify_session(recorded, NEXT_SESSION).unjournalled == 0


def test_who_is_set_active_between_two_sessions_loses_from_there(
    recorded: RecordedSession,
) -> None:
    """The equity that the account opens with is the reference."""
    limits = limited(
        max_drawdown=30 * SCALE, max_drawdown_on_breach=OnBreach.HALT, loss_confirm_ticks=1
    )
    recorded.set_limits(limits)
    recorded.publish(*trades("SPY", "110", "105"))
    begin_next(recorded)
    act = StateAct(event=StateEvent.OPERATOR_RESUMES, reason="looked at", user="news", uid=0)
    recorded.set_state(act)
    recorded.publish(*trades("IBM", "50"))

    recorded.send(order("second", 1, symbol="IBM"))

    watch = recorded.account().state.risk.watch
    assert watch.peak_equity == watch.reference_equity == 50 * SCALE
    assert verify_session(recorded, NEXT_SESSION).counts.orders == 1
