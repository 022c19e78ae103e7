"""One row of the table of checks."""

import enum
from collections.abc import Callable
from dataclasses import dataclass

from tradestack.domain.order import OrdRejReason, OrdType
from tradestack.trading.risk.codes import REASONS, Code, OnBreach
from tradestack.trading.risk.limits import NO_LIMITS, Limits
from tradestack.trading.risk.reading import AccountFunction, Look, OrderFunction, Reading
from tradestack.trading.risk.scopes import EVERY, ScopeKind
from tradestack.trading.risk.situation import Situation


class Reducing(enum.Enum):
    """Whether a check asks about orders that only reduce a position, in words of the table."""

    JUDGED = "no"
    EXEMPT = "yes"
    LIMIT_EXEMPT = "limit orders"


class Judged(enum.Enum):
    """What a check is asked about, in words of the table."""

    ORDER = "order"
    ORDER_AND_FILL = "order, fill"
    CANCEL = "cancel (alarm only)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A named check; exactly one of of_order and of_account measures.

    key: in the config, "" if the check cannot be configured. is_always_asked: for all users
    together even if the limits are the defaults. is_of_order_alone: it needs neither price nor
    account, so it is asked as well where nothing executes orders. is_of_entry: it is about how an
    order comes in, so it is not asked of one that works when limits change. counts_working: the
    working orders count at worst case. uses_standing: it depends on what the scope has used, which
    is shown, and told when it comes near the limit; at a scope of all users it spans accounts.
    needs_price: without a last price it is PRICE_UNAVAILABLE. scopes: at which it may have a limit.
    """

    key: str
    code: Code
    text: str
    of_order: OrderFunction | None = None
    of_account: AccountFunction | None = None
    reducing: Reducing = Reducing.EXEMPT
    judged: Judged = Judged.ORDER
    scopes: frozenset[ScopeKind] = EVERY
    counts_working: bool = False
    uses_standing: bool = False
    needs_price: bool = False
    is_always_asked: bool = False
    is_of_order_alone: bool = False
    is_of_entry: bool = False
    on_breach: Callable[[Limits], OnBreach] | None = None

    @property
    def reason(self) -> OrdRejReason:
        """Return FIX's reason for a rejection by this check."""
        return REASONS[self.code]

    def is_asked(self, kind: ScopeKind, limits: Limits) -> bool:
        """Return whether there is something to ask at a scope of the kind with these limits."""
        if kind not in self.scopes:
            return False
        if not self.key or (self.is_always_asked and kind is ScopeKind.TOTAL):
            return True
        field = self.key if self.key in Limits.__struct_fields__ else f"{self.key}_ns"
        return bool(getattr(limits, field) != getattr(NO_LIMITS, field))

    def exempts(self, ord_type: OrdType) -> bool:
        """Return whether the check does not ask about an order that adds no risk."""
        if self.reducing is Reducing.LIMIT_EXEMPT:
            return ord_type is OrdType.LIMIT
        return self.reducing is Reducing.EXEMPT

    def read(self, situation: Situation, look: Look) -> Reading | None:
        """Measure the order at one scope."""
        if self.of_order is not None:
            return self.of_order(situation, look)
        return None if self.of_account is None else self.of_account(look)

    def consequence(self, limits: Limits) -> OnBreach:
        """Return what a breach does besides refusing the order."""
        return OnBreach.REJECT if self.on_breach is None else self.on_breach(limits)
