"""Situation, limits → the first check that refuses the order, or None."""

import enum
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from tradestack.domain.order import OrdType
from tradestack.domain.trading_state import TradingState
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.trading.risk.check import Check, Judged
from tradestack.trading.risk.checks import CHECKS
from tradestack.trading.risk.codes import Breach, Code
from tradestack.trading.risk.limits import RiskLimits, ScopedLimits, SelfTrade
from tradestack.trading.risk.reading import Look, OrderFunction, Reading
from tradestack.trading.risk.scopes import OF_ALL_USERS, Scope, ScopeKind
from tradestack.trading.risk.situation import AccountView, Situation, crossed_orders

# Pairs of user and symbol whose plans are remembered.
_PLANS_MAX = 8_192
# From here on the use of a limit is noted; whoever tells of it may begin at more.
NOTED_PERCENT = 80
# What is not asked while everything is allowed.
_STATES = frozenset({Code.TRADING_HALTED, Code.TRADING_STATE_REDUCING})


class Part(enum.Enum):
    """Which checks are asked.

    Those that span accounts depend on what other users do at the same time; they are asked once,
    at receipt, and their verdict is journalled. All others can be asked again at any time. Of an
    order alone those are asked that need neither account nor price, and of one that works already
    all but those about how it came in.
    """

    ALL = "all"
    ONE_ACCOUNT = "one account"
    ACROSS_ACCOUNTS = "across accounts"
    ORDER_ALONE = "order alone"
    AT_WORK = "at work"


class ReadingAt(NamedTuple):
    """What a check measured at a scope."""

    check: Check
    look: Look
    reading: Reading

    def exceeds(self, other: "ReadingAt | None") -> bool:
        """Return whether it is more of the limit than the other reading."""
        return other is None or self.reading.percent > other.reading.percent


# By key of the check and scope: the most that orders came to, of limits that are nearly used up.
NearLimits = dict[tuple[str, Scope], ReadingAt]

# The checks that have something to ask, and the places of the scopes where they ask it.
_Plan = tuple[tuple[Check, tuple[int, ...]], ...]
# And how each of them measures an order, one place after the other.
_OrderPlan = tuple[tuple[Check, OrderFunction, int], ...]


def judge_risk(
    situation: Situation,
    limits: RiskLimits,
    part: Part = Part.ALL,
    near: NearLimits | None = None,
) -> Breach | None:
    """Situation, limits → the first breach, at the scope whose limit is exceeded most.

    near: takes what an accepted order comes to of the limits that it nearly uses up, and of one
    that is refused what it would have come to of the limit that refuses it.
    """
    account = situation.account
    scopes = limits.scopes(account.user, account.symbol)
    looks = [Look(scope, scope_limits, account) for scope, scope_limits in scopes]
    is_active = account.state is TradingState.ACTIVE
    plan = _order_plan(part, scopes, is_active)
    used: list[ReadingAt] = []
    for check, measure, place in plan:
        reading = measure(situation, looks[place])
        if check.uses_standing and reading is not None and reading.may_be_near:
            used.append(ReadingAt(check, looks[place], reading))
        # Whether an order adds no risk takes the longest to find out, and few orders break a limit.
        if reading is not None and reading.excess > 0 and not _is_exempt(check, situation):
            measured = _measured(situation, [each for each in plan if each[0] is check], looks)
            breach = worst_breach(check, _not_excused(situation, measured))
            if breach is not None:
                _note(near, [each for each in measured if each.reading.is_over])
                return breach
    _note(near, [each for each in used if each.reading.percent >= NOTED_PERCENT])
    return None


def _note(near: NearLimits | None, used: Iterable[ReadingAt]) -> None:
    for each in used:
        name = each.check.key, each.look.scope
        if near is not None and each.check.uses_standing and each.exceeds(near.get(name)):
            near[name] = each


def spans_accounts(limits: RiskLimits, user: str, symbol: str) -> bool:
    """Return whether a limit on orders needs to know what other users have and do."""
    return bool(_plan(Part.ACROSS_ACCOUNTS, limits.scopes(user, symbol)))


def crossed_to_cancel(situation: Situation, limits: RiskLimits) -> list[WorkingOrder]:
    """Return the working orders that make way for an accepted order, as `self_trade` says."""
    own = limits.of_user(situation.account.user).limits
    return crossed_orders(situation) if own.self_trade is SelfTrade.CANCEL_RESTING else []


def explain_risk(
    situation: Situation, limits: RiskLimits, part: Part = Part.ALL
) -> list[ReadingAt]:
    """Situation, limits → everything that is measured, in the order of the checks."""
    account = situation.account
    looks = looks_at(account, limits)
    scopes = limits.scopes(account.user, account.symbol)
    plan = _order_plan(part, scopes, account.state is TradingState.ACTIVE)
    asked = [each for each in plan if not _is_exempt(each[0], situation)]
    return _not_excused(situation, _measured(situation, asked, looks))


def breaches_at_work(situation: Situation, limits: RiskLimits) -> Iterator[Breach]:
    """Situation of an order that works, limits → every breach, at each scope."""
    for each in explain_risk(situation, limits, Part.AT_WORK):
        breach = worst_breach(each.check, [each])
        if breach is not None:
            yield breach


def judge_cancel(account: AccountView, limits: RiskLimits, part: Part = Part.ALL) -> Breach | None:
    """Account, limits → the alarm that a cancel raises; it is carried out nevertheless."""
    return next(account_breaches(account, limits, part, Judged.CANCEL), None)


def account_breaches(
    account: AccountView, limits: RiskLimits, part: Part, judged: Judged
) -> Iterator[Breach]:
    """Account, limits → the breaches that do not depend on an order, one a check."""
    looks = looks_at(account, limits)
    for check, places in _plan(part, limits.scopes(account.user, account.symbol)):
        if check.judged is judged and check.of_account is not None:
            measured = [(looks[place], check.of_account(looks[place])) for place in places]
            breach = worst_breach(
                check, [ReadingAt(check, look, read) for look, read in measured if read is not None]
            )
            if breach is not None:
                yield breach


def looks_at(account: AccountView, limits: RiskLimits) -> list[Look]:
    """Return the scopes of the account's symbol with their limits, narrowest first."""
    return [
        Look(scope, scope_limits, account)
        for scope, scope_limits in limits.scopes(account.user, account.symbol)
    ]


def worst_breach(check: Check, readings: Iterable[ReadingAt]) -> Breach | None:
    """Return the breach whose limit is exceeded most; of equal ones the first."""
    broken = [each for each in readings if each.reading.excess > 0]
    if not broken:
        return None
    _, look, reading = max(broken, key=lambda each: each.reading.excess)
    return Breach(
        code=reading.code or check.code,
        value=reading.value_text,
        limit=reading.limit_text,
        scope=look.scope,
        on_breach=check.consequence(look.limits),
    )


def _measured(
    situation: Situation, plan: Iterable[tuple[Check, OrderFunction, int]], looks: Sequence[Look]
) -> list[ReadingAt]:
    return [
        ReadingAt(check, looks[place], reading)
        for check, measure, place in plan
        if (reading := measure(situation, looks[place])) is not None
    ]


def _is_exempt(check: Check, situation: Situation) -> bool:
    return check.exempts(situation.order.ord_type) and situation.is_reducing


def _not_excused(situation: Situation, readings: Iterable[ReadingAt]) -> list[ReadingAt]:
    """Leave out missing prices for a limit order that adds no risk: it has its own."""
    return [
        each
        for each in readings
        if each.reading.code is not Code.PRICE_UNAVAILABLE
        or situation.order.ord_type is not OrdType.LIMIT
        or not situation.is_reducing
    ]


@lru_cache(_PLANS_MAX)
def _order_plan(part: Part, scopes: ScopedLimits, is_active: bool) -> _OrderPlan:  # noqa: FBT001
    """Return what an order is asked; is_active: whether the trading state allows everything."""
    return tuple(
        (check, check.of_order or check.read, place)
        for check, places in _plan(part, scopes)
        if check.judged is not Judged.CANCEL and not (is_active and check.code in _STATES)
        for place in places
    )


@lru_cache(_PLANS_MAX)
def _plan(part: Part, scopes: ScopedLimits) -> _Plan:
    """Few limits are set as a rule; to ask about all of them at each order takes twice as long."""
    plan = []
    for check in CHECKS:
        places = tuple(
            place
            for place, (scope, limits) in enumerate(scopes)
            if check.is_asked(scope.kind, limits) and _belongs(check, scope.kind, part)
        )
        if places:
            plan.append((check, places))
    return tuple(plan)


def _belongs(check: Check, kind: ScopeKind, part: Part) -> bool:
    if part is Part.ORDER_ALONE:
        return check.is_of_order_alone
    if part is Part.AT_WORK:
        return not check.is_of_entry
    spans_accounts = check.uses_standing and kind in OF_ALL_USERS
    return part is Part.ALL or (part is Part.ACROSS_ACCOUNTS) is spans_accounts
