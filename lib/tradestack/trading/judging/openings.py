"""Accounts that begin with what the user's account before was left with."""

from collections.abc import Collection, Sequence

from tradestack.trading.account.account import Account
from tradestack.trading.account.history import AccountKey
from tradestack.trading.account.holdings.opening import AccountOpening, Opening
from tradestack.trading.accounts import AccountAwaits, Accounts, AccountUnavailable
from tradestack.trading.judging.decisions import Judged, JudgedAct
from tradestack.trading.session.session_state import SessionState
from tradestack.wire.journal.account_records import AccountRecord


def opening_of(
    accounts: Accounts, state: SessionState, key: AccountKey, judged: Sequence[Judged]
) -> Opening | None:
    """Return from which account one goes on that begins; None if it begins flat.

    judged: the decisions of the batch, in which other accounts may have begun.
    """
    if accounts.opening is AccountOpening.FLAT:
        return None
    acts = [item.act for item in judged if isinstance(item, JudgedAct)]
    begun = [(act.user, act.feed_session) for act in acts if isinstance(act, AccountRecord)]
    before = state.accounts.opened_from(key, begun)
    return None if before is None else Opening(feed_session=before)


def take_over(account: Account, state: SessionState) -> bool:
    """Let an account take over what it waits for; return whether that is known now.

    Raises AccountUnavailable if the limits of the account before are not.
    """
    before = key_before(account)
    left = state.accounts.left_by(before)
    if left is None:
        return False
    try:
        limits = state.limits_of(left.risk.limits_hash)
    except ValueError as error:
        raise AccountUnavailable(str(error)) from error
    account.take_over(before[1], left, limits)
    return True


def opened(account: Account | None) -> Account | None:
    """Return the account; raise AccountAwaits if it waits for another one."""
    if account is not None and account.state.is_awaiting:
        raise AccountAwaits(key_before(account))
    return account


def counts_among(account: Account, keys: Collection[AccountKey]) -> bool:
    """Return whether what the account holds counts for limits over all users.

    Of one that waits nothing does, the account before is one of the keys. Raises AccountAwaits if
    it is not.
    """
    if account.state.is_awaiting and key_before(account) not in keys:
        raise AccountAwaits(key_before(account))
    return not account.state.is_ended and not account.state.is_awaiting


def key_before(account: Account) -> AccountKey:
    """Return the account that one goes on from."""
    opening = account.state.opening
    assert opening is not None, "it goes on from another one"
    return account.user, opening.feed_session
