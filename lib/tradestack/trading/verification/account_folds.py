"""The accounts of one feed session that are folded again, from their first records in journals."""

from collections.abc import Callable

from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.checkpoint import decode_checkpoint
from tradestack.trading.account.history import AccountHistories
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.tape import Tape
from tradestack.trading.verification.account_fold import AccountFold
from tradestack.trading.verification.counts import Counts
from tradestack.trading.verification.difference import Difference, Differs
from tradestack.trading.verification.openings import compare_state, is_fresh
from tradestack.trading.verification.rules_in_force import RulesInForce
from tradestack.wire.journal.account_records import (
    AccountRecord,
    CheckpointRecord,
    EndedRecord,
    ReleaseRecord,
)
from tradestack.wire.journal.order_journal import SessionRecord
from tradestack.wire.journal.raw_values import decode_raw

NOT_FOLDED = "the order manager could not fold it to its end"


class AccountFolds:
    """The accounts so far, by user.

    open_tape: opens the tape of the feed session, for each account another one. late: users whose
    accounts do not begin in these journals. behind: accounts that have met more than the tape has,
    with what was met, or that ended so. only_user: the others are not folded.
    """

    def __init__(
        self,
        feed_session: str,
        open_tape: Callable[[], Tape],
        rules: RulesInForce,
        counts: Counts,
        only_user: str | None,
    ) -> None:
        self.by_user: dict[str, AccountFold] = {}
        self.late: set[str] = set()
        self.behind: dict[str, str] = {}
        self._feed_session = feed_session
        self._open_tape = open_tape
        self._rules = rules
        self._counts = counts
        self._only_user = only_user
        self._parts: dict[str, list[bytes]] = {}  # of checkpoints that are not whole yet
        self._carried = 0  # how many records the journal begins with
        self._histories = AccountHistories()  # of all feed sessions, in this journal

    def begin(self, header: SessionRecord) -> None:
        """Begin with the next journal."""
        self._parts.clear()
        self._carried = header.carried
        self._histories = AccountHistories()

    def fold_of(self, line: int, user: str, feed_session: str | None) -> AccountFold | None:
        """Return the account of a record; None if it is not folded. Raises Differs."""
        if feed_session != self._feed_session or user in self.behind or not self._folds(user):
            return None
        fold = self.by_user.get(user)
        if fold is None:
            what = f"record of {user}"
            raise Differs(Difference(line, what, None, "FeedSession", "nothing", feed_session))
        return fold

    def leave(self, user: str, why: str = NOT_FOLDED) -> None:
        """Compare nothing more of an account but its end."""
        self.behind.setdefault(user, why)
        self.by_user.pop(user, None)

    def is_ahead(self, line: int, user: str) -> bool:
        """Return whether a record is of an account that follows it, and is not folded before."""
        return line <= 1 + self._carried and user not in self.by_user

    def _folds(self, user: str) -> bool:
        return self._only_user in (None, user)

    def take(
        self, line: int, record: AccountRecord | CheckpointRecord | ReleaseRecord | EndedRecord
    ) -> None:
        """Take a record about an account. Raises Differs, LogBehind."""
        self._histories.add_act(record, 0)
        if isinstance(record, AccountRecord):
            self._begin_account(line, record)
            return
        fold = self.fold_of(line, record.user, record.feed_session)
        if fold is None:
            return
        match record:
            case CheckpointRecord():
                self._take_part(line, record, fold)
            case ReleaseRecord():
                fold.release(line, record.feed_seq)
            case EndedRecord():
                fold.end(line, record.feed_seq)

    def _begin_account(self, line: int, record: AccountRecord) -> None:
        user = record.user
        if record.feed_session != self._feed_session or user in self.behind:
            return
        if not self._folds(user):
            return
        state = decode_checkpoint([bytes(record.state)])
        fold = self.by_user.get(user)
        if fold is not None and line > 1 + self._carried:  # it was given up, and begins again
            self.leave(user)
            return
        if fold is not None:  # it goes on in this journal
            self._take_state(line, fold, state, is_again=True)
            return
        if not is_fresh(state):
            self.late.add(user)
        if state.is_ended:
            return
        model = decode_raw(record.execution, ExecutionModel)
        limits, trading = self._rules.limits_of(state), self._rules.trading
        self.by_user[user] = AccountFold(
            user, self._open_tape(), model, state, limits=limits, trading=trading
        )

    def _take_part(self, line: int, record: CheckpointRecord, fold: AccountFold) -> None:
        parts = self._parts.setdefault(record.user, [])
        parts.append(bytes(record.state))
        if record.part == record.parts:
            state = decode_checkpoint(self._parts.pop(record.user))
            self._take_state(line, fold, state)
            self._counts.checkpoints += 1

    def _take_state(
        self, line: int, fold: AccountFold, state: AccountState, *, is_again: bool = False
    ) -> None:
        """Compare a state; is_again: it is in another journal. Raises Differs, LogBehind."""
        if state.is_left_behind:
            self.leave(fold.user)
        else:
            compare_state(line, fold, state, self._histories, self._rules, is_again=is_again)
