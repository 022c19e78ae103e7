"""What accounts have used of the limits that are set."""

from tests.trading.judged_on_tape import SECOND_NS, Desk, limits_of_user
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Side
from tradestack.trading.account.account import Account
from tradestack.trading.account.usages import usages_in, usages_of_traded
from tradestack.trading.risk.limits import CountPerWindow, Limits, RiskLimits, UserLimits

FOUR_A_SECOND = CountPerWindow(count=4, window_ns=SECOND_NS)


def of(count: int) -> Limits:
    """Make a limit of so many working orders."""
    return Limits(active_order_limit=count)


def used(accounts: list[Account], limits: RiskLimits, user: str | None = None) -> dict[str, str]:
    """Return used and limit by scope."""
    usages = usages_in(accounts, limits, user)
    return {each.scope.text: f"{each.used} of {each.limit}" for each in usages}


def accounts_of(desk: Desk) -> list[Account]:
    """Return the accounts of a desk."""
    return [account for _, account in desk.accounts.all()]


def test_limits_hold_for_each_user_before_anybody_trades() -> None:
    """They are shown as such, in each symbol that has some; of a user as that user's."""
    each_user = UserLimits(limits=of(4), symbols={"SPY": of(3)})
    limits = RiskLimits(total=of(6), symbols={"SPY": of(5)}, each_user=each_user)
    of_all = {"total": "0 of 6", "symbol SPY": "0 of 5"}

    assert used([], limits) == of_all | {"each user": "0 of 4", "each user symbol SPY": "0 of 3"}
    assert used([], limits, "news") == of_all | {
        "user news": "0 of 4",
        "user news symbol SPY": "0 of 3",
    }


def test_limits_of_each_user_are_those_of_whoever_trades() -> None:
    """They are named for each user again while only users with limits of their own trade."""
    limits = RiskLimits(each_user=UserLimits(limits=of(4)))
    desk = Desk(limits)
    desk.trade(100)
    desk.order(Side.BUY, 1, price=50)
    accounts = accounts_of(desk)

    assert used(accounts, limits) == {"user news": "1 of 4"}
    assert used(accounts, limits, "other") == {"user other": "0 of 4"}
    assert used([], RiskLimits(each_user=limits.each_user, users={"news": UserLimits()})) == {
        "each user": "0 of 4"
    }


def test_the_order_that_was_repeated_most_counts() -> None:
    """Of all that the user has sent."""
    limits = limits_of_user(duplicate_order_limit=FOUR_A_SECOND)
    desk = Desk(limits)
    desk.trade(100)
    for quantity in (1, 2, 2, 3):
        desk.order(Side.BUY, quantity, price=50)

    assert used(accounts_of(desk), limits) == {"user news": "2 of 4"}


def test_a_symbol_without_orders_has_its_limits() -> None:
    """They hold for its first order."""
    limits = RiskLimits(symbols={"QQQ": Limits(max_position=5 * SCALE)})
    desk = Desk(limits)
    desk.trade(100)
    desk.order(Side.BUY, 1, price=50)

    assert used(accounts_of(desk), limits) == {"symbol QQQ": "0 of 5"}


def test_a_symbol_with_limits_is_there_once_and_not_once_a_user() -> None:
    """Otherwise many users and symbols would stop the loop for a second."""
    users = {f"user{number}": UserLimits(limits=of(4)) for number in range(50)}
    symbols = {f"S{number}": of(5) for number in range(500)}
    limits = RiskLimits(total=of(6), symbols=symbols, each_user=UserLimits(), users=users)

    shown = used([], limits)

    assert len(shown) == 1 + 50 + 500
    assert len(limits._scopes) <= 1 + 50 + 500


def test_levels_are_those_of_what_is_traded() -> None:
    """They are looked at every second, however many symbols have limits."""
    limits = RiskLimits(symbols={"SPY": of(5), "QQQ": of(5)}, each_user=UserLimits(limits=of(4)))
    desk = Desk(limits)
    desk.trade(100)
    desk.order(Side.BUY, 1, price=50)

    usages = usages_of_traded(accounts_of(desk), limits)

    assert {each.scope.text for each in usages} == {"user news", "symbol SPY"}
