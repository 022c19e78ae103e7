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
    views += [_idle_view(name, each) for name in idle for each in _limited(limits, name)]
    # So that each symbol with limits is there once, and not once a user.
    views += [_idle_view(EACH_USER, symbol) for symbol in limits.symbols]
    shown = {None, *((trading | idle) if user is None else [user])}
    return [usage for usage in usages_of(views, limits) if usage.scope.user in shown]


def usages_of_traded(accounts: Sequence[Account], limits: RiskLimits) -> list[Usage]:
    """Return the usage of each limit in the symbols that are traded, and of all symbols together.

    That can be asked at any time: it takes as long as there are symbols in accounts, however many
    limits are set. Of orders that are alike it has none.
    """
    views = [
        account_view(account, symbol, lambda: accounts)
        for account in accounts
        for symbol in sorted({*symbols_of(account.state), ""})
    ]
    return usages_of(views or [_idle_view(EACH_USER, "")], limits)


def _views(
    account: Account, accounts: Sequence[Account], limits: RiskLimits
) -> Iterator[AccountView]:
    """Yield an account in each symbol that it has, or in which it has limits."""
    duplicates = limits.of_user(account.user).limits.duplicate_order_limit
    repeats = account.state.risk.repeated.most(account.now_ns, duplicates)
    for symbol in sorted({*symbols_of(account.state), *_limited(limits, account.user)}):
        view = account_view(account, symbol, lambda: accounts)
        yield msgspec.structs.replace(view, repeats_in_window=repeats)


def _limited(limits: RiskLimits, user: str) -> set[str]:
    """Return the symbols in which a user has limits, and "", which is in all of them."""
    return {"", *limits.of_user(user).symbols}


def _idle_view(user: str, symbol: str) -> AccountView:
    """Return the account of a user who has done nothing."""
    return AccountView(user=user, symbol=symbol, standings=dict.fromkeys(ScopeKind, Standing()))
