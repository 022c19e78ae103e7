"""The limits of all scopes, as values that are journalled: 0, empty and None are no limit.

Quantities and money are integers ×10⁻⁸, times nanoseconds, shares of something basis points
(1 bp = 0.01 %).
"""

import enum
import hashlib
from functools import cached_property

import msgspec

from tradestack.trading.risk.codes import OnBreach
from tradestack.trading.risk.scopes import Scope, ScopeKind, scope_of

BASIS_POINTS = 10_000
# Pairs of user and symbol whose scopes are remembered.
SCOPES_KEPT_MAX = 4_096


class SelfTrade(enum.StrEnum):
    """What becomes of an order that crosses a working order of the same user."""

    ALLOW = "allow"
    REJECT = "reject"
    CANCEL_RESTING = "cancel-resting"


class CountPerWindow(msgspec.Struct, frozen=True, kw_only=True):
    """At most `count` events in any `window_ns` of feed time; count 0 = no limit."""

    count: int = 0
    window_ns: int = 0


UNLIMITED = CountPerWindow()


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of one scope. `checks.py` says what each one means."""

    allowed_symbols: tuple[str, ...] = ()
    restricted_symbols: tuple[str, ...] = ()
    may_short: bool = True
    price_increment: int = 0
    min_order_qty: int = 0
    max_order_qty: int = 0
    lot_size: int = 0
    max_notional_per_order: int = 0
    price_required: bool = True
    max_price_age_ns: int = 0
    price_band_bp: int = 0
    max_order_age_ns: int = 0
    max_order_submit_rate: CountPerWindow = UNLIMITED
    max_cancel_rate: CountPerWindow = UNLIMITED
    active_order_limit: int = 0
    total_order_limit: int = 0
    total_trade_limit: int = 0
    duplicate_order_limit: CountPerWindow = UNLIMITED
    self_trade: SelfTrade = SelfTrade.ALLOW
    max_position: int = 0
    max_gross_notional: int = 0
    max_net_notional: int = 0
    max_daily_loss: int = 0
    max_daily_loss_on_breach: OnBreach = OnBreach.REDUCE
    max_drawdown: int = 0
    max_drawdown_on_breach: OnBreach = OnBreach.REDUCE
    loss_confirm_ticks: int = 1
    max_participation_bp: int = 0
    participation_window_ns: int = 0
    repeated_execution_limit: CountPerWindow = UNLIMITED
    repeated_execution_on_breach: OnBreach = OnBreach.REDUCE


NO_LIMITS = Limits()


class UserLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of one user, and of that user in some symbols."""

    limits: Limits = NO_LIMITS
    symbols: dict[str, Limits] = {}


class ScopedLimits(tuple[tuple[Scope, Limits], ...]):
    """The scopes of one user's orders in one symbol, with their limits; told apart by identity.

    So what was worked out for one of them is found again without a look at every limit.
    """

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


class RiskLimits(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The limits of all scopes.

    total: of all users together. symbols: of all users together in a symbol. each_user: of every
    user who has no entry in users.
    """

    total: Limits = NO_LIMITS
    symbols: dict[str, Limits] = {}
    each_user: UserLimits = UserLimits()
    users: dict[str, UserLimits] = {}

    def of_user(self, user: str) -> UserLimits:
        """Return the limits that hold for the user."""
        return self.users.get(user, self.each_user)

    def scopes(self, user: str, symbol: str) -> "ScopedLimits":
        """Return the scopes of an order and their limits, the narrowest first.

        Those of symbols are left out if they have no limits.
        """
        found = self._scopes.get((user, symbol))
        if found is None:
            if len(self._scopes) >= SCOPES_KEPT_MAX:
                self._scopes.clear()
            found = self._scopes[user, symbol] = ScopedLimits(self._find_scopes(user, symbol))
        return found

    def _find_scopes(self, user: str, symbol: str) -> list[tuple[Scope, Limits]]:
        own = self.of_user(user)
        found = {
            ScopeKind.USER_SYMBOL: own.symbols.get(symbol),
            ScopeKind.USER: own.limits,
            ScopeKind.SYMBOL: self.symbols.get(symbol),
            ScopeKind.TOTAL: self.total,
        }
        return [
            (scope_of(kind, user, symbol), limits)
            for kind, limits in found.items()
            if limits is not None
        ]

    @cached_property
    def hash(self) -> str:
        """Return 16 hexadecimal digits that differ where any limit does."""
        content = msgspec.json.encode(self, order="deterministic")
        return hashlib.sha256(content).hexdigest()[:16]

    @cached_property
    def _scopes(self) -> "dict[tuple[str, str], ScopedLimits]":
        return {}
