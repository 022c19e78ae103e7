"""The section [risk] of the order manager's config → the limits of all scopes.

    [risk]                              of all users together
    [risk.symbols.SYMBOL]               of all users together in a symbol
    [risk.each_user]                    of every user
    [risk.each_user.symbols.SYMBOL]     of every user in a symbol
    [risk.users.NAME]                   of one user: what is written here replaces each_user's
    [risk.users.NAME.symbols.SYMBOL]    of one user in a symbol

etc/order-manager.toml explains the keys; `tradestack.trading.risk.checks` is what they mean.
"""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tradestack.domain.clock import DAY_NS
from tradestack.domain.fixed_point import FIXED_MAX
from tradestack.domain.order import PRICE_MAX, QUANTITY_MAX
from tradestack.runtime.config.keys import DataclassInstance, Reload, key
from tradestack.runtime.config.quantities import Duration, FixedPoint
from tradestack.runtime.config.sections import Overrides, Section
from tradestack.runtime.config.values import (
    Choice,
    Integer,
    ListOf,
    MapOf,
    Switch,
    Symbol,
    Text,
    ValueParser,
    expect_text,
)
from tradestack.trading.risk.codes import OnBreach
from tradestack.trading.risk.limits import (
    BASIS_POINTS,
    CountPerWindow,
    Limits,
    RiskLimits,
    SelfTrade,
    UserLimits,
)
from tradestack.wire.soup import USER_LENGTH_MAX

COUNT_MAX = 1_000_000_000
# Each event of a window is remembered with 8 bytes for each scope that has the limit.
COUNT_PER_WINDOW_MAX = 10_000
# Those of repeated orders once more for each of a user's newest thousand kinds of order.
REPEATS_PER_WINDOW_MAX = 100
CONFIRM_TICKS_MAX = 100
# Working orders of each user, unless the file says otherwise. One trade may fill all of them, and
# one request cancel them, at some 0.1 ms each, in which nobody else is served.
ACTIVE_ORDERS_OF_USER = 10_000

_AT_ONCE = Reload.AT_ONCE
_QUANTITY = FixedPoint(0, QUANTITY_MAX)
_MONEY = FixedPoint(0, FIXED_MAX)
_SHARE = Integer(0, BASIS_POINTS)
_SYMBOLS = ListOf(Symbol())
USER = Text(r"[!-9;-~]+", "the name of a user", USER_LENGTH_MAX)
_NOT_LIMITS = frozenset({"each_user", "users", "symbols"})
_IN_NS = ("max_price_age", "max_order_age", "participation_window")


@dataclass(frozen=True, slots=True)
class WindowCount(ValueParser[CountPerWindow]):
    """COUNT/TIME → at most COUNT events in any span of TIME; "0" = no limit."""

    count_max: int = COUNT_PER_WINDOW_MAX

    @property
    def allowed(self) -> str:
        return (
            f'a number up to {self.count_max} and a time up to 1d, as in "100/1s", '
            'or "0" for no limit'
        )

    def parse(self, value: object) -> CountPerWindow:
        text = expect_text(value)
        if text == "0":
            return CountPerWindow()
        match = re.fullmatch(r"([0-9]{1,9})/(.+)", text, re.ASCII)
        if match is None:
            raise ValueError
        window_ns = Duration(1, DAY_NS).parse(match[2])
        return CountPerWindow(
            count=Integer(1, self.count_max).parse(int(match[1])), window_ns=window_ns
        )

    def format(self, value: CountPerWindow) -> object:
        return f"{value.count}/{Duration().format(value.window_ns)}" if value.count else "0"


@dataclass(frozen=True, kw_only=True)
class AnyScopeKeys:
    """Keys that every section has."""

    may_short: bool = key(True, Switch(), reload=_AT_ONCE)
    price_increment: int = key("0", FixedPoint(0, PRICE_MAX), reload=_AT_ONCE)
    min_order_qty: int = key("0", _QUANTITY, reload=_AT_ONCE)
    lot_size: int = key("0", _QUANTITY, reload=_AT_ONCE)
    max_notional_per_order: int = key("0", _MONEY, reload=_AT_ONCE)
    max_price_age: int = key("0", Duration(), reload=_AT_ONCE)
    price_band_bp: int = key(0, _SHARE, reload=_AT_ONCE)
    max_order_submit_rate: CountPerWindow = key("0", WindowCount(), reload=_AT_ONCE)
    max_cancel_rate: CountPerWindow = key("0", WindowCount(), reload=_AT_ONCE)
    active_order_limit: int = key(0, Integer(0, COUNT_MAX), reload=_AT_ONCE)
    total_order_limit: int = key(0, Integer(0, COUNT_MAX), reload=_AT_ONCE)
    total_trade_limit: int = key(0, Integer(0, COUNT_MAX), reload=_AT_ONCE)
    max_position: int = key("0", _MONEY, reload=_AT_ONCE)
    max_gross_notional: int = key("0", _MONEY, reload=_AT_ONCE)
    max_net_notional: int = key("0", _MONEY, reload=_AT_ONCE)
    max_participation_bp: int = key(0, _SHARE, reload=_AT_ONCE)
    participation_window: int = key("1min", Duration(1_000, DAY_NS), reload=_AT_ONCE)


@dataclass(frozen=True, kw_only=True)
class SizeKeys:
    """Keys of users and symbols that the file has for all users above its sections."""

    max_order_qty: int = key("0", _QUANTITY, reload=_AT_ONCE)
    max_order_age: int = key("0", Duration(), reload=_AT_ONCE)


@dataclass(frozen=True, kw_only=True)
class AllSymbolsKeys:
    """Keys of the sections that are not of one symbol."""

    restricted_symbols: tuple[str, ...] = key([], _SYMBOLS, reload=_AT_ONCE)
    max_daily_loss: int = key("0", _MONEY, reload=_AT_ONCE)
    max_daily_loss_on_breach: OnBreach = key("reduce", Choice(OnBreach), reload=_AT_ONCE)
    max_drawdown: int = key("0", _MONEY, reload=_AT_ONCE)
    max_drawdown_on_breach: OnBreach = key("reduce", Choice(OnBreach), reload=_AT_ONCE)
    loss_confirm_ticks: int = key(1, Integer(1, CONFIRM_TICKS_MAX), reload=_AT_ONCE)
    repeated_execution_limit: CountPerWindow = key("0", WindowCount(), reload=_AT_ONCE)
    repeated_execution_on_breach: OnBreach = key("reduce", Choice(OnBreach), reload=_AT_ONCE)


@dataclass(frozen=True, kw_only=True)
class SymbolKeys(SizeKeys, AnyScopeKeys):
    """Keys of a section of one symbol."""


_SYMBOL_SECTIONS = MapOf(Section(SymbolKeys), name=Symbol())


@dataclass(frozen=True, kw_only=True)
class UserKeys(AllSymbolsKeys, SizeKeys, AnyScopeKeys):
    """Keys of a section of one user, or of each."""

    active_order_limit: int = key(ACTIVE_ORDERS_OF_USER, Integer(0, COUNT_MAX), reload=_AT_ONCE)
    allowed_symbols: tuple[str, ...] = key([], _SYMBOLS, reload=_AT_ONCE)
    duplicate_order_limit: CountPerWindow = key(
        "0", WindowCount(REPEATS_PER_WINDOW_MAX), reload=_AT_ONCE
    )
    self_trade: SelfTrade = key("allow", Choice(SelfTrade), reload=_AT_ONCE)
    symbols: Mapping[str, SymbolKeys] = key({}, _SYMBOL_SECTIONS, reload=_AT_ONCE)

    @property
    def user_limits(self) -> UserLimits:
        """Return the keys as limits."""
        return UserLimits(limits=_limits_of(self), symbols=_limits_of_symbols(self.symbols))


@dataclass(frozen=True, kw_only=True)
class RiskKeys(AllSymbolsKeys, AnyScopeKeys):
    """Keys of the section [risk], and the sections in it."""

    price_required: bool = key(True, Switch(), reload=_AT_ONCE)
    each_user: UserKeys = key({}, Section(UserKeys), reload=_AT_ONCE)
    users: Mapping[str, Mapping[str, Any]] = key(
        {}, MapOf(Overrides(UserKeys), name=USER), reload=_AT_ONCE
    )
    symbols: Mapping[str, SymbolKeys] = key({}, _SYMBOL_SECTIONS, reload=_AT_ONCE)

    def risk_limits(
        self, *, allowed_symbols: tuple[str, ...], max_order_qty: int, max_order_age_ns: int
    ) -> RiskLimits:
        """Return the limits of all scopes; the arguments are the total ones from above [risk]."""
        total = _limits_of(
            self,
            allowed_symbols=tuple(sorted(allowed_symbols)),
            max_order_qty=max_order_qty,
            max_order_age_ns=max_order_age_ns,
        )
        return RiskLimits(
            total=total,
            symbols=_limits_of_symbols(self.symbols),
            each_user=self.each_user.user_limits,
            users={
                name: dataclasses.replace(self.each_user, **written).user_limits
                for name, written in self.users.items()
            },
        )


def _limits_of(keys: DataclassInstance, **others: Any) -> Limits:
    values = {
        field.name: getattr(keys, field.name)
        for field in dataclasses.fields(keys)
        if field.name not in _NOT_LIMITS
    }
    for name in _IN_NS:
        if name in values:
            values[f"{name}_ns"] = values.pop(name)
    for name in ("allowed_symbols", "restricted_symbols"):
        if name in values:  # sorted, for the hash
            values[name] = tuple(sorted(values[name]))
    return Limits(**values, **others)


def _limits_of_symbols(symbols: Mapping[str, SymbolKeys]) -> dict[str, Limits]:
    return {symbol: _limits_of(keys) for symbol, keys in symbols.items()}
