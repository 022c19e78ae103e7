"""Accounts, limits → how much of each limit is used by one user or by all."""

from collections.abc import Iterator, Sequence

import msgspec

from tradestack.trading.account.account import Account
from tradestack.trading.account.risk.risk_view import account_view, symbols_of
from tradestack.trading.risk.limits import RiskLimits
from tradestack.trading.risk.scopes import EACH_USER, ScopeKind
from tradestack.trading.risk.shown.usage import Usage, usages_of
from tradestack.trading.risk.situation import AccountView, Standing


def usages_in(accounts: Sequence[Account], limits: RiskLimits, user: str | None) -> list[Usage]:
    """Return the usage of each limit that is set, of one user or of all; those most used first.

    Limits that hold for each user are named as such while no account has them.
    """
    trading = {account.user for account in accounts}
    idle = {*limits.users, *filter(None, [user])} - trading
    if user is None and trading <= limits.users.keys():
        idle.add(EACH_USER)
    views = [view for account in accounts for view in _views(account, accounts, limits)]
    views += [_idle_view(name, symbol) for name in idle for symbol in _limited(limits, name)]
    usages = usages_of(views, limits)
    return [each for each in usages if user is None or each.scope.user in (None, user)]


def _views(
    account: Account, accounts: Sequence[Account], limits: RiskLimits
) -> Iterator[AccountView]:
    """Yield an account in each symbol that it has or that has limits."""
    duplicates = limits.of_user(account.user).limits.duplicate_order_limit
    repeats = account.state.risk.repeated.most(account.now_ns, duplicates)
    for symbol in sorted({*symbols_of(account.state), *_limited(limits, account.user)}):
        view = account_view(account, symbol, lambda: accounts)
        yield msgspec.structs.replace(view, repeats_in_window=repeats)


def _limited(limits: RiskLimits, user: str) -> set[str]:
    """Return the symbols in which a user has limits, and "", which is in all of them."""
    return {"", *limits.of_user(user).symbols, *limits.symbols}


def _idle_view(user: str, symbol: str) -> AccountView:
    """Return the account of a user who has done nothing."""
    return AccountView(user=user, symbol=symbol, standings=dict.fromkeys(ScopeKind, Standing()))
