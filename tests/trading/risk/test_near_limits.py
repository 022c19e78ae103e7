"""What is noted of the limits that orders nearly use up."""

import pytest

from tests.trading.risk.situations import SECOND_NS, a_situation, an_account, an_order
from tradestack.domain.fixed_point import SCALE
from tradestack.observe.levels import NEAR_PERCENT
from tradestack.trading.risk.judge_risk import NOTED_PERCENT, NearLimits, Part, judge_risk
from tradestack.trading.risk.limits import CountPerWindow, Limits, RiskLimits, UserLimits
from tradestack.trading.risk.situation import Situation


def noted(situation: Situation, limits: RiskLimits) -> dict[str, str]:
    """Judge an order; return what it comes to, by key and scope."""
    near: NearLimits = {}
    judge_risk(situation, limits, Part.ALL, near)
    return {
        f"{key} of {scope.text}": f"{each.reading.value_text} of {each.reading.limit_text}"
        for (key, scope), each in near.items()
    }


def of_user(**limits: object) -> RiskLimits:
    """Make limits of the user."""
    return RiskLimits(users={"news": UserLimits(limits=Limits(**limits))})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        (69, {}),
        (70, {"max_position of user news": "80 of 100"}),
        (90, {"max_position of user news": "100 of 100"}),
        (91, {"max_position of user news": "101 of 100"}),
    ],
)
def test_a_limit_is_noted_from_80_percent_on(position: int, expected: dict[str, str]) -> None:
    """With the order, whether it is accepted or the limit refuses it."""
    situation = a_situation(an_order(quantity=10), an_account(position))

    assert noted(situation, of_user(max_position=100 * SCALE)) == expected


def test_each_limit_is_noted_at_each_scope() -> None:
    """Also that on repeated orders; a limit on single orders is not used up."""
    limits = RiskLimits(
        total=Limits(active_order_limit=10),
        users={
            "news": UserLimits(
                limits=Limits(
                    max_order_qty=10 * SCALE,
                    active_order_limit=9,
                    duplicate_order_limit=CountPerWindow(count=5, window_ns=SECOND_NS),
                )
            )
        },
    )
    account = an_account(active_orders=7)

    assert noted(a_situation(account=account, repeats_in_window=3), limits) == {
        "active_order_limit of user news": "8 of 9",
        "active_order_limit of total": "8 of 10",
        "duplicate_order_limit of user news": "4 of 5",
    }


def test_a_refused_order_uses_only_the_limit_that_refuses_it() -> None:
    """It would have come to the others, and does not."""
    limits = of_user(active_order_limit=10, max_position=100 * SCALE)
    situation = a_situation(an_order(quantity=10), an_account(95, active_orders=8))

    assert noted(situation, limits) == {"max_position of user news": "105 of 100"}


def test_a_limit_without_a_price_is_not_noted() -> None:
    """There is no number to tell."""
    limits = of_user(max_gross_notional=SCALE)

    assert noted(a_situation(an_order(price=99), last_trade=None), limits) == {}


def test_the_most_of_several_orders_is_kept() -> None:
    """Whichever comes last."""
    near: NearLimits = {}
    for position in (75, 85, 70):
        situation = a_situation(an_order(quantity=10), an_account(position))
        judge_risk(situation, of_user(max_position=100 * SCALE), Part.ALL, near)

    assert [each.reading.percent for each in near.values()] == [95]


def test_what_is_told_is_noted() -> None:
    """From the percentage on at which the first warning is due."""
    assert NOTED_PERCENT <= NEAR_PERCENT
