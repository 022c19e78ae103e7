"""Scopes: whose orders a limit counts together."""

import enum

import msgspec


class ScopeKind(enum.StrEnum):
    """The kinds of scope, the narrowest first: of equal breaches the narrowest is named."""

    USER_SYMBOL = "user-symbol"  # a user's orders in one symbol
    USER = "user"  # all orders of a user
    SYMBOL = "symbol"  # the orders of all users in one symbol
    TOTAL = "total"  # all orders of all users


OF_USER = frozenset({ScopeKind.USER_SYMBOL, ScopeKind.USER})
OF_ALL_USERS = frozenset({ScopeKind.SYMBOL, ScopeKind.TOTAL})
WHOLE = frozenset({ScopeKind.USER, ScopeKind.TOTAL})
EVERY = frozenset(ScopeKind)
# The user of a scope whose limits hold for every user who has none of their own.
EACH_USER = ""


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """One scope; user and symbol as its kind needs them."""

    kind: ScopeKind
    user: str | None = None
    symbol: str | None = None

    @property
    def text(self) -> str:
        """Return how a Text names the scope: "total", "symbol SPY", "user news symbol SPY"."""
        user = {None: "", EACH_USER: "each user"}.get(self.user, f"user {self.user}")
        symbol = "" if self.symbol is None else f"symbol {self.symbol}"
        return " ".join(filter(None, (user, symbol))) or "total"


def scope_of(kind: ScopeKind, user: str, symbol: str) -> Scope:
    """Return the scope of this kind that an order of the user in the symbol belongs to."""
    return Scope(
        kind=kind,
        user=user if kind in OF_USER else None,
        symbol=symbol if kind in (ScopeKind.USER_SYMBOL, ScopeKind.SYMBOL) else None,
    )
