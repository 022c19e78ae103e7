"""The newest state of each account of a feed session.

An account that goes on from the one before (`account = "carry"`) waits until that one has met its
last message. Until then it has nothing: what the user holds is in the account before.
"""

from collections.abc import Iterator

from tradestack.ctl.recorded.session_at import SessionAt, session_at
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.history import AccountKey
from tradestack.trading.verification.accounts_at import AccountsAt

KeyAndState = tuple[AccountKey, AccountState]


def newest_states(session: SessionAt, accounts: AccountsAt) -> Iterator[KeyAndState]:
    """Yield each account by user: one that waits is replaced by the one before, at its end.

    A session that is looked at after one of its messages has the accounts that it had then.
    Raises OperatorFault, OSError.
    """
    for user, account in sorted(accounts.accounts.items()):
        newest = (user, session.id), account.state
        yield newest if session.at is not None else _not_waiting(session, newest)


def _not_waiting(session: SessionAt, newest: KeyAndState) -> KeyAndState:
    (user, _), state = newest
    if not state.is_awaiting or state.opening is None:
        return newest
    with session_at(session.files, state.opening.feed_session, None) as before:
        account = before.accounts(user).accounts.get(user)
        if account is None:
            return newest
        return _not_waiting(before, ((user, before.id), account.state))
