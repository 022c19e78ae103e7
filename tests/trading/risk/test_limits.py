"""Limits as values: journalled, compared by hash, looked up by scope."""

import msgspec
import pytest

from tests.trading.risk.situations import SECOND_NS, limits_at
from tradestack.trading.account.risk.risk_needs import needs_of
from tradestack.trading.risk.limits import Limits, RiskLimits, UserLimits
from tradestack.trading.risk.scopes import ScopeKind


def test_limits_are_the_same_after_their_json_was_read() -> None:
    """And so is their hash."""
    limits = RiskLimits(
        total=Limits(max_position=5, restricted_symbols=("IBM",)),
        symbols={"SPY": Limits(lot_size=1)},
        users={"news": UserLimits(symbols={"SPY": Limits(may_short=False)})},
    )

    read = msgspec.json.decode(msgspec.json.encode(limits), type=RiskLimits)

    assert read == limits
    assert read.hash == limits.hash


@pytest.mark.parametrize("kind", ScopeKind)
def test_any_limit_changes_the_hash(kind: ScopeKind) -> None:
    """At each scope; the order in which users were written does not."""
    assert limits_at(kind, max_position=1).hash != limits_at(kind, max_position=2).hash

    one, two = UserLimits(), UserLimits(limits=Limits(lot_size=1))
    first = RiskLimits(users={"a": one, "b": two})
    assert first.hash == RiskLimits(users={"b": two, "a": one}).hash


def test_scopes_are_those_of_the_order_narrowest_first() -> None:
    """Sections of other symbols and users do not matter."""
    limits = RiskLimits(
        symbols={"SPY": Limits(), "IBM": Limits()},
        users={"news": UserLimits(symbols={"SPY": Limits()}), "maker": UserLimits()},
    )

    def texts(user: str, symbol: str) -> list[str]:
        return [scope.text for scope, _ in limits.scopes(user, symbol)]

    assert texts("news", "SPY") == ["user news symbol SPY", "user news", "symbol SPY", "total"]
    assert texts("maker", "QQQ") == ["user maker", "total"]


def test_volume_counts_in_the_windows_of_the_limits_that_are_set() -> None:
    """Of the scopes that an order of the user in the symbol is in."""

    def limited(window_ns: int) -> Limits:
        return Limits(max_participation_bp=1, participation_window_ns=window_ns)

    limits = RiskLimits(
        total=Limits(participation_window_ns=SECOND_NS),
        symbols={"SPY": limited(1), "IBM": limited(2)},
        each_user=UserLimits(limits=limited(3)),
        users={"news": UserLimits(symbols={"SPY": limited(4)})},
    )

    assert needs_of(limits.scopes("news", "SPY")).windows_ns == {1, 4}
    assert needs_of(limits.scopes("maker", "IBM")).windows_ns == {2, 3}
