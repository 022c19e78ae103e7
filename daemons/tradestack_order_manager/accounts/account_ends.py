"""The ends of accounts: at the last message of their feed session, or when its log is lost.

An account ends with a record that it has, and one of the state that it leaves: the user's account
in the next feed session may go on from there.
"""

import logging
from collections.abc import Iterable

from tradestack.trading.account.account import Account
from tradestack.trading.account.history import AccountKey
from tradestack.trading.account_recovery import TapeBehind
from tradestack.trading.accounts import AccountAwaits, Accounts, AccountUnavailable
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.left_behind import left_behind
from tradestack_order_manager.accounts.tapes import Tapes

logger = logging.getLogger(__name__)


def log_opening(account: Account | None) -> None:
    """Log what an account goes on with; warn if a strategy trades there that knows none of it."""
    if account is None or account.state.opening is None:
        return
    held = ", ".join(sorted(account.state.portfolio.held)) or "none"
    feed_session = account.state.opening.feed_session
    logger.info(
        "the account of %s goes on from %s; positions: %s", account.user, feed_session, held
    )
    if account.state.is_registered and account.state.portfolio.held:
        logger.warning(
            "the strategy of %s begins flat in feed session %s, and its account does not (%s): "
            "it trades as if it held nothing",
            account.user,
            account.tape.session_id,
            held,
        )


class AccountEnds:
    """Which feed sessions have ended, and what an account leaves that cannot wait for that."""

    def __init__(self, tapes: Tapes) -> None:
        self._tapes = tapes
        self._last: dict[str, int | None] = {}  # feed session → its last message, None: it goes on
        self._left_behind: set[AccountKey] = set()  # accounts of which that was logged

    def look(self, accounts: Iterable[Account]) -> None:
        """See which feed sessions of accounts have ended."""
        for account in accounts:
            feed_session = account.tape.session_id
            if not account.state.is_ended and self._last.get(feed_session) is None:
                self._last[feed_session] = self._tapes.ended_head(feed_session)

    def drop(self, accounts: Accounts) -> None:
        """Drop accounts that have ended and whose feed log is deleted, all but each user's newest.

        An open log keeps its place on the disk, deleted or not.
        """
        in_memory = [key for key, _ in accounts.all()]
        newest = dict(sorted(in_memory))  # session ids ascend
        histories = accounts.known.state.accounts
        for key in in_memory:
            user, feed_session = key
            is_kept = feed_session in self._tapes.sessions or feed_session == newest[user]
            if not is_kept and key in histories and histories[key].is_ended:
                accounts.forget([key])
                self._last.pop(feed_session, None)

    def last_message(self, feed_session: str) -> int | None:
        """Return the last message of a feed session that was seen to end; None: it goes on."""
        return self._last.get(feed_session)

    def is_kept(self, feed_session: str) -> bool:
        """Return whether the log of a feed session is there."""
        return feed_session in self._tapes.sessions

    def has_lost_log(self, feed_session: str, error: AccountUnavailable) -> bool:
        """Return whether an account can never be folded to its end. Raises OSError.

        Its feed session has ended before a message that it has met, or the log was removed.
        """
        behind = error.__cause__
        if isinstance(behind, TapeBehind) and self._tapes.has_ended_before(
            feed_session, behind.matched_through
        ):
            return True
        return self._tapes.is_gone(feed_session)

    def leave_behind(
        self, judgement: Judgement, key: AccountKey, error: AccountUnavailable
    ) -> bool:
        """End an account by what its reports say if its feed log is lost; return whether it is.

        Raises OSError.
        """
        if not self.has_lost_log(key[1], error):
            return False
        history = judgement.state.accounts[key]
        state = left_behind(key, history, judgement.known.read_record, judgement)
        judgement.record_state(key, state)
        judgement.batch.spoiled.add(key)  # what is in memory has not ended
        if key not in self._left_behind:  # its end may not be journalled yet, and come again
            self._left_behind.add(key)
            logger.error(
                "the account of %s in feed session %s ends with what its reports say, and what "
                "worked has expired: %s",
                *key,
                error,
            )
        return True

    def hasten(self, judgement: Judgement, key: AccountKey) -> None:
        """Record what an account leaves, because another one waits for it. Raises OSError.

        One that goes on ends by itself. One that has ended may lack the record of its state.
        """
        history = judgement.state.accounts.get(key)
        if history is None or history.is_final:
            return
        try:
            account = judgement.account(*key)
        except AccountAwaits:
            return
        except AccountUnavailable as error:
            if history.is_ended:  # one that goes on is looked after with the others
                self.leave_behind(judgement, key, error)
            return
        if history.is_ended and account is not None:
            judgement.checkpoint(account)
