"""Account, limits → how much of each limit is used."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from tradestack.domain.fixed_point import format_fixed
from tradestack.trading.risk.checks import USER
from tradestack.trading.risk.judge_risk import looks_at
from tradestack.trading.risk.limits import Limits, RiskLimits
from tradestack.trading.risk.reading import Look
from tradestack.trading.risk.scopes import EVERY, WHOLE, Scope, ScopeKind
from tradestack.trading.risk.situation import AccountView


@dataclass(frozen=True, slots=True)
class Measure:
    """What is used of one limit; key as in CHECKS."""

    key: str
    used: Callable[[Look], int]
    limit: Callable[[Limits], int]
    form: Callable[[int], str] = str
    scopes: frozenset[ScopeKind] = EVERY


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a limit one scope has used; numbers as people read them."""

    key: str
    scope: Scope
    used: str
    limit: str
    left: str
    percent: int


MEASURES: tuple[Measure, ...] = (
    Measure(
        "max_order_submit_rate",
        lambda look: look.standing.submissions_in_window,
        lambda limits: limits.max_order_submit_rate.count,
    ),
    Measure(
        "max_cancel_rate",
        lambda look: look.standing.cancels_in_window,
        lambda limits: limits.max_cancel_rate.count,
    ),
    Measure(
        "active_order_limit",
        lambda look: look.standing.active_orders,
        lambda limits: limits.active_order_limit,
    ),
    Measure(
        "total_order_limit",
        lambda look: look.standing.orders_count,
        lambda limits: limits.total_order_limit,
    ),
    Measure(
        "total_trade_limit",
        lambda look: look.standing.trades_count,
        lambda limits: limits.total_trade_limit,
    ),
    Measure(
        "duplicate_order_limit",
        lambda look: look.account.repeats_in_window,
        lambda limits: limits.duplicate_order_limit.count,
        scopes=USER,
    ),
    Measure(
        "max_position",
        lambda look: look.standing.exposure.worst_quantity,
        lambda limits: limits.max_position,
        format_fixed,
    ),
    Measure(
        "max_gross_notional",
        lambda look: look.standing.gross_notional,
        lambda limits: limits.max_gross_notional,
        format_fixed,
    ),
    Measure(
        "max_net_notional",
        lambda look: max(look.standing.long_notional, look.standing.short_notional),
        lambda limits: limits.max_net_notional,
        format_fixed,
    ),
    Measure(
        "max_daily_loss",
        lambda look: max(0, look.standing.reference_equity - look.standing.equity),
        lambda limits: limits.max_daily_loss,
        format_fixed,
        WHOLE,
    ),
    Measure(
        "max_drawdown",
        lambda look: max(0, look.standing.peak_equity - look.standing.equity),
        lambda limits: limits.max_drawdown,
        format_fixed,
        WHOLE,
    ),
    Measure(
        "repeated_execution_limit",
        lambda look: look.standing.executions_in_window,
        lambda limits: limits.repeated_execution_limit.count,
        scopes=WHOLE,
    ),
)


def usage_of(account: AccountView, limits: RiskLimits) -> list[Usage]:
    """Account, limits → usage of each limit that is set, at each scope of the account's symbol.

    Working orders count at worst case, as in the checks.
    """
    return [
        _usage(measure, look, limit)
        for measure in MEASURES
        for look in looks_at(account, limits)
        if look.scope.kind in measure.scopes and (limit := measure.limit(look.limits))
    ]


def usages_of(accounts: Iterable[AccountView], limits: RiskLimits) -> list[Usage]:
    """Accounts, limits → usage of each limit at each scope, in the symbol that has most of it."""
    most: dict[tuple[Scope, str], Usage] = {}
    for account in accounts:
        for usage in usage_of(account, limits):
            known = most.get((usage.scope, usage.key))
            if known is None or usage.percent > known.percent:
                most[usage.scope, usage.key] = usage
    return sorted(most.values(), key=lambda usage: (-usage.percent, usage.key, usage.scope.text))


def _usage(measure: Measure, look: Look, limit: int) -> Usage:
    used = measure.used(look)
    return Usage(
        key=measure.key,
        scope=look.scope,
        used=measure.form(used),
        limit=measure.form(limit),
        left=measure.form(max(0, limit - used)),
        percent=100 * used // limit,
    )
