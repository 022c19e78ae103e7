"""Accounts, limits → how much of each limit is used by one user or by all."""

from collections.abc import Sequence

from tradestack.trading.account.account import Account
from tradestack.trading.account.risk.risk_view import account_view, symbols_of
from tradestack.trading.risk.limits import RiskLimits
from tradestack.trading.risk.scopes import ScopeKind
from tradestack.trading.risk.situation import AccountView, Standing
from tradestack.trading.risk.usage import Usage, usages_of


def usages_in(accounts: Sequence[Account], limits: RiskLimits, user: str | None) -> list[Usage]:
    """Return the usage of each limit that is set, of one user or of all; those most used first."""
    views = [
        account_view(account, symbol, lambda: accounts)
        for account in accounts
        for symbol in sorted({*symbols_of(account.state), ""})
    ]
    trading = {account.user for account in accounts}
    views += [_idle_view(name) for name in {*limits.users, *filter(None, [user])} - trading]
    usages = usages_of(views or [_idle_view("")], limits)
    return [usage for usage in usages if _concerns(usage, user)]


def _idle_view(user: str) -> AccountView:
    """Return the account of a user who has done nothing; "" = of nobody."""
    return AccountView(user=user, symbol="", standings=dict.fromkeys(ScopeKind, Standing()))


def _concerns(usage: Usage, user: str | None) -> bool:
    """Return whether the limit is one of the user's, None = of anybody's."""
    own = usage.scope.user
    return own != "" and (user is None or own in (None, user))
