"""Situation, limits → the first check that refuses the order, or None."""

import enum
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from tradestack.domain.order import OrdType
from tradestack.trading.account.working_order import WorkingOrder
from tradestack.trading.risk.check import Check, Judged
from tradestack.trading.risk.checks import CHECKS
from tradestack.trading.risk.codes import Breach, Code
from tradestack.trading.risk.limits import Limits, RiskLimits, SelfTrade
from tradestack.trading.risk.reading import Look, Reading
from tradestack.trading.risk.scopes import OF_ALL_USERS, ScopeKind
from tradestack.trading.risk.situation import AccountView, Situation, crossed_orders

# Different limits of users and symbols that are met at the same time.
_PLANS_MAX = 4_096


class Part(enum.Enum):
    """Which checks are asked.

    Those that span accounts depend on what other users do at the same time; they are asked once,
    at receipt, and their verdict is journalled. All others can be asked again at any time.
    """

    ALL = "all"
    ONE_ACCOUNT = "one account"
    ACROSS_ACCOUNTS = "across accounts"


class ReadingAt(NamedTuple):
    """What a check measured at a scope."""

    check: Check
    look: Look
    reading: Reading


def judge_risk(situation: Situation, limits: RiskLimits, part: Part = Part.ALL) -> Breach | None:
    """Situation, limits → the first breach, at the scope whose limit is exceeded most."""
    for check, looks in _questions(situation, limits, part):
        breach = worst_breach(check, _readings(check, situation, looks))
        if breach is not None:
            return breach
    return None


def crossed_to_cancel(situation: Situation, limits: RiskLimits) -> list[WorkingOrder]:
    """Return the working orders that make way for an accepted order, as `self_trade` says."""
    own = limits.of_user(situation.account.user).limits
    return crossed_orders(situation) if own.self_trade is SelfTrade.CANCEL_RESTING else []


def explain_risk(situation: Situation, limits: RiskLimits) -> list[ReadingAt]:
    """Situation, limits → everything that is measured, in the order of the checks."""
    return [
        reading
        for check, looks in _questions(situation, limits, Part.ALL)
        for reading in _readings(check, situation, looks)
    ]


def judge_cancel(account: AccountView, limits: RiskLimits, part: Part = Part.ALL) -> Breach | None:
    """Account, limits → the alarm that a cancel raises; it is carried out nevertheless."""
    return next(account_breaches(account, limits, part, Judged.CANCEL), None)


def account_breaches(
    account: AccountView, limits: RiskLimits, part: Part, judged: Judged
) -> Iterator[Breach]:
    """Account, limits → the breaches that do not depend on an order, one a check."""
    looks = looks_at(account, limits)
    for check, places in _plan(part, _keys_of(looks)):
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


def _questions(
    situation: Situation, limits: RiskLimits, part: Part
) -> Iterator[tuple[Check, list[Look]]]:
    """Yield the checks that ask about the order, and at which scopes."""
    looks = looks_at(situation.account, limits)
    adds_no_risk, ord_type = situation.is_reducing, situation.order.ord_type
    for check, places in _plan(part, _keys_of(looks)):
        is_exempt = adds_no_risk and check.exempts(ord_type)
        if check.judged is not Judged.CANCEL and not is_exempt:
            yield check, [looks[place] for place in places]


def _readings(check: Check, situation: Situation, looks: list[Look]) -> list[ReadingAt]:
    measured = [(look, check.read(situation, look)) for look in looks]
    return [
        ReadingAt(check, look, reading)
        for look, reading in measured
        if reading is not None and not _is_excused(situation, reading)
    ]


def _is_excused(situation: Situation, reading: Reading) -> bool:
    """Return whether a price is missing for a limit order that adds no risk: it has its own."""
    return (
        reading.code is Code.PRICE_UNAVAILABLE
        and situation.order.ord_type is OrdType.LIMIT
        and situation.is_reducing
    )


def _keys_of(looks: list[Look]) -> tuple[tuple[ScopeKind, Limits], ...]:
    return tuple((look.scope.kind, look.limits) for look in looks)


@lru_cache(_PLANS_MAX)
def _plan(
    part: Part, scopes: tuple[tuple[ScopeKind, Limits], ...]
) -> tuple[tuple[Check, tuple[int, ...]], ...]:
    """Return the checks with something to ask, and the places of the scopes where they ask it.

    Few limits are set as a rule; to ask about all of them at each order takes twice as long.
    """
    plan = []
    for check in CHECKS:
        places = tuple(
            place
            for place, (kind, limits) in enumerate(scopes)
            if check.is_asked(kind, limits) and _belongs(check, kind, part)
        )
        if places:
            plan.append((check, places))
    return tuple(plan)


def _belongs(check: Check, kind: ScopeKind, part: Part) -> bool:
    spans_accounts = check.uses_standing and kind in OF_ALL_USERS
    return part is Part.ALL or (part is Part.ACROSS_ACCOUNTS) is spans_accounts
