"""Replaces: judged as the order that they would make."""

import pytest

from tests.trading.risk.situations import (
    BUY,
    a_situation,
    an_account,
    an_order,
    limits_at,
    working,
)
from tradestack.domain.fixed_point import SCALE
from tradestack.trading.risk.judge_risk import judge_risk
from tradestack.trading.risk.limits import Limits, RiskLimits
from tradestack.trading.risk.scopes import ScopeKind
from tradestack.trading.risk.situation import Situation


def replaced(quantity: int, price: int, before: tuple[int, int, int], position: int) -> Situation:
    """A replace of a working buy (quantity, price, filled) in an account with this position."""
    resting = working(1, BUY, before[0], before[1], filled=before[2])
    account = an_account(position, (resting,))
    return a_situation(an_order(BUY, quantity, price), account, replaced=resting)


@pytest.mark.parametrize(
    ("quantity", "filled", "position", "passes"),
    [(20, 0, 0, True), (21, 0, 0, False), (20, 5, 5, True), (21, 5, 5, False), (15, 5, 5, True)],
)
def test_a_replace_is_judged_as_the_order_that_it_becomes(
    quantity: int, filled: int, position: int, passes: bool
) -> None:
    """The old leaves are taken away first, and what is filled is in the position already."""
    limits = limits_at(ScopeKind.USER, max_position=20 * SCALE)

    breach = judge_risk(replaced(quantity, 99, (10, 99, filled), position), limits)

    assert (breach is None) is passes


def test_a_replace_adds_no_order() -> None:
    """Limits on the number of orders do not count it twice."""
    limits = RiskLimits(total=Limits(active_order_limit=1, total_order_limit=1))

    assert judge_risk(replaced(20, 99, (10, 99, 0), 0), limits) is None


def test_a_replace_that_only_shrinks_is_always_possible() -> None:
    """After a limit was lowered, the way back under it is open; at another price it is not."""
    limits = RiskLimits(total=Limits(max_position=SCALE, max_order_qty=SCALE))

    assert judge_risk(replaced(9, 99, (10, 99, 0), 0), limits) is None
    assert judge_risk(replaced(9, 100, (10, 99, 0), 0), limits) is not None
    assert judge_risk(replaced(11, 99, (10, 99, 0), 0), limits) is not None
