"""Situation, limits → the first check that refuses the order, or None."""

import enum
from collections.abc import Iterator
from typing import NamedTuple

from tradestack.domain.order import OrdType
from tradestack.trading.account.working_order import WorkingOrder
from tradestack.trading.risk.check import Check, Judged
from tradestack.trading.risk.checks import CHECKS
from tradestack.trading.risk.codes import Breach, Code
from tradestack.trading.risk.limits import RiskLimits, SelfTrade
from tradestack.trading.risk.reading import Look, Reading
from tradestack.trading.risk.scopes import OF_ALL_USERS, Scope
from tradestack.trading.risk.situation import AccountView, Situation, crossed_orders


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
    looks = looks_at(situation.account, limits)
    for check in CHECKS:
        breach = worst_breach(check, _readings(check, situation, looks, part))
        if breach is not None:
            return breach
    return None


def judge_cancel(account: AccountView, limits: RiskLimits, part: Part = Part.ALL) -> Breach | None:
    """Account, limits → the alarm that a cancel raises; it is carried out nevertheless."""
    looks = looks_at(account, limits)
    for check in CHECKS:
        if check.judged is Judged.CANCEL:
            breach = worst_breach(check, account_readings(check, looks, part))
            if breach is not None:
                return breach
    return None


def crossed_to_cancel(situation: Situation, limits: RiskLimits) -> list[WorkingOrder]:
    """Return the working orders that make way for an accepted order, as `self_trade` says."""
    own = limits.of_user(situation.account.user).limits
    return crossed_orders(situation) if own.self_trade is SelfTrade.CANCEL_RESTING else []


def explain_risk(situation: Situation, limits: RiskLimits) -> list[ReadingAt]:
    """Situation, limits → everything that is measured, in the order of the checks."""
    looks = looks_at(situation.account, limits)
    return [reading for check in CHECKS for reading in _readings(check, situation, looks, Part.ALL)]


def looks_at(account: AccountView, limits: RiskLimits) -> list[Look]:
    """Return the scopes of the account's symbol with their limits, narrowest first."""
    return [
        Look(scope, scope_limits, account)
        for scope, scope_limits in limits.scopes(account.user, account.symbol)
    ]


def account_readings(check: Check, looks: list[Look], part: Part) -> Iterator[ReadingAt]:
    """Measure what does not depend on an order, at each scope of the check."""
    if check.of_account is not None:
        for look in looks:
            if is_asked(check, look.scope, part):
                reading = check.of_account(look)
                if reading is not None:
                    yield ReadingAt(check, look, reading)


def is_asked(check: Check, scope: Scope, part: Part) -> bool:
    """Return whether the check has a limit at such a scope, and belongs to the part."""
    if scope.kind not in check.scopes:
        return False
    spans_accounts = check.uses_standing and scope.kind in OF_ALL_USERS
    return part is Part.ALL or (part is Part.ACROSS_ACCOUNTS) is spans_accounts


def worst_breach(check: Check, readings: Iterator[ReadingAt]) -> Breach | None:
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


def _readings(
    check: Check, situation: Situation, looks: list[Look], part: Part
) -> Iterator[ReadingAt]:
    if check.judged is Judged.CANCEL or check.is_exempt(situation):
        return
    for look in looks:
        if is_asked(check, look.scope, part):
            reading = check.read(situation, look)
            if reading is not None and not _is_excused(situation, reading):
                yield ReadingAt(check, look, reading)


def _is_excused(situation: Situation, reading: Reading) -> bool:
    """Return whether a price is missing for a limit order that adds no risk: it has its own."""
    return (
        reading.code is Code.PRICE_UNAVAILABLE
        and situation.order.ord_type is OrdType.LIMIT
        and situation.is_reducing
    )
