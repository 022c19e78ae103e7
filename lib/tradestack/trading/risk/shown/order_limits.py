"""Limits → those that nothing uses up: each order is held against them by itself."""

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from types import MappingProxyType

import msgspec

from tradestack.domain.fixed_point import format_fixed
from tradestack.trading.risk.checks import CHECKS
from tradestack.trading.risk.limits import Limits, RiskLimits, SelfTrade, UserLimits
from tradestack.trading.risk.reading import format_seconds
from tradestack.trading.risk.scopes import EACH_USER, Scope, ScopeKind

_Form = Callable[[Limits], str]


class OrderLimit(msgspec.Struct, frozen=True, kw_only=True):
    """One limit on each order of a scope; the limit as people read it."""

    key: str
    scope: Scope
    limit: str


def order_limits(limits: RiskLimits, user: str | None) -> list[OrderLimit]:
    """Return those that are set, of one user or of all, in the order of the checks."""
    scopes = list(_scopes(limits, user))
    return [
        OrderLimit(key=check.key, scope=scope, limit=text)
        for check in CHECKS
        if check.key in FORMS
        for scope, of_scope in scopes
        if scope.kind in check.scopes and (text := FORMS[check.key](of_scope))
    ]


def _scopes(limits: RiskLimits, user: str | None) -> Iterator[tuple[Scope, Limits]]:
    yield Scope(kind=ScopeKind.TOTAL), limits.total
    for symbol, of_symbol in sorted(limits.symbols.items()):
        yield Scope(kind=ScopeKind.SYMBOL, symbol=symbol), of_symbol
    if user is not None:
        yield from _scopes_of(user, limits.of_user(user))
        return
    for name, own in [(EACH_USER, limits.each_user), *sorted(limits.users.items())]:
        yield from _scopes_of(name, own)


def _scopes_of(user: str, own: UserLimits) -> Iterator[tuple[Scope, Limits]]:
    yield Scope(kind=ScopeKind.USER, user=user), own.limits
    for symbol, of_symbol in sorted(own.symbols.items()):
        yield Scope(kind=ScopeKind.USER_SYMBOL, user=user, symbol=symbol), of_symbol


def _number(name: str, form: Callable[[int], str] = format_fixed) -> _Form:
    """Return what shows a number, 0 = no limit."""
    value_of = attrgetter(name)

    def show(limits: Limits) -> str:
        value: int = value_of(limits)
        return form(value) if value else ""

    return show


def _self_trade(limits: Limits) -> str:
    return "" if limits.self_trade is SelfTrade.ALLOW else limits.self_trade.value


def _participation(limits: Limits) -> str:
    if not limits.max_participation_bp:
        return ""
    return f"{limits.max_participation_bp} in {format_seconds(limits.participation_window_ns)}"


# By the key of the check: limits → text, "" = not set.
FORMS: Mapping[str, _Form] = MappingProxyType(
    {
        "allowed_symbols": lambda limits: ", ".join(limits.allowed_symbols),
        "restricted_symbols": lambda limits: ", ".join(limits.restricted_symbols),
        "may_short": lambda limits: "" if limits.may_short else "false",
        "price_increment": _number("price_increment"),
        "min_order_qty": _number("min_order_qty"),
        "max_order_qty": _number("max_order_qty"),
        "lot_size": _number("lot_size"),
        "max_notional_per_order": _number("max_notional_per_order"),
        "price_required": lambda limits: "true" if limits.price_required else "",
        "max_price_age": _number("max_price_age_ns", format_seconds),
        "price_band_bp": _number("price_band_bp", str),
        "max_order_age": _number("max_order_age_ns", format_seconds),
        "self_trade": _self_trade,
        "max_participation_bp": _participation,
    }
)
