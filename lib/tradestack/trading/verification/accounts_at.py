"""The accounts of a feed session as they were after one of its messages, or are at the files' end.

    begin(header)          an order journal begins
    take(line, payload)    its next record
    finish()               after the last record of the last journal

They are folded by `Verification`, and whatever it would name as a difference is raised. After a
message means before the next one: the orders that it has caused are sent, and the effect of its
trade on earlier ones is reported.

After the last record of its account nothing is known but the tape, so an account goes on by it. It
halts before a message at which it would make a report: that is not journalled yet, and a request
that is not here either may come before it.
"""

from collections.abc import Callable

from tradestack.trading.account.account import Account
from tradestack.trading.account.checkpoint import decode_checkpoint
from tradestack.trading.tape import Tape
from tradestack.trading.verification.account_fold import AccountFold
from tradestack.trading.verification.cut import Cut
from tradestack.trading.verification.openings import is_fresh
from tradestack.trading.verification.rules_in_force import RulesInForce
from tradestack.trading.verification.verification import Verification
from tradestack.wire.journal.account_records import AccountRecord
from tradestack.wire.journal.order_journal import Record, SessionRecord, decode_record


class AccountsAt:
    """The accounts after message `at` of the tape, None: after its newest one.

    accounts: by user, once they are finished. unavailable: users whose accounts cannot be folded
    as far, and why. only_user: the others are left out.
    """

    def __init__(
        self,
        feed_session: str,
        open_tape: Callable[[], Tape],
        *,
        at: int | None,
        only_user: str | None = None,
    ) -> None:
        self.accounts: dict[str, Account] = {}
        self.unavailable: dict[str, str] = {}
        self._feed_session = feed_session
        self._only_user = only_user
        self._cut = None if at is None else Cut(feed_session, at)
        self._verification = Verification(feed_session, open_tape, only_user)

    @property
    def rules(self) -> RulesInForce:
        """The limits and trading states at the end of the journals, whatever `at` is."""
        return self._verification.rules

    def begin(self, header: SessionRecord) -> None:
        """Begin with the next journal."""
        self._verification.begin(header)

    def take(self, line: int, payload: bytes) -> None:
        """Take the next record. Raises Differs, ValueError for no record."""
        record = decode_record(payload)
        if self._cut is not None and self._cut.is_behind(record):
            self._verification.pass_over(record)
            self._halt(line, record, self._cut.through)
        else:
            self._verification.take_record(line, record, payload)

    def finish(self) -> None:
        """Let the accounts go on that have not been folded as far. Raises Differs."""
        self._verification.finish()
        for user, fold in self._verification.folds.by_user.items():
            through = fold.account.tape.head if self._cut is None else self._cut.through
            self.accounts[user] = _go_on(fold, through)
        self.unavailable |= self._verification.folds.behind

    def _halt(self, line: int, record: Record, through: int) -> None:
        """Halt the account whose record is of a later message."""
        user = getattr(record, "user", "")
        fold = self._verification.folds.by_user.pop(user, None)
        if fold is not None:
            fold.halt(line, through)
            self.accounts[user] = fold.account
        elif isinstance(record, AccountRecord) and user not in self.accounts:
            self._note_beginning(record)

    def _note_beginning(self, record: AccountRecord) -> None:
        """Note that an account begins later; of one that goes on nobody knows what it was."""
        if record.feed_session != self._feed_session or self._only_user not in (None, record.user):
            return
        state = decode_checkpoint([bytes(record.state)])
        if not is_fresh(state):
            self.unavailable.setdefault(
                record.user,
                "it begins in an order journal that is not here; the first state of it that is "
                f"here is that after message {state.matched_through:,}",
            )


def _go_on(fold: AccountFold, through: int) -> Account:
    """Fold an account up to a message, or to before the first report that is not journalled."""
    if fold.account.state.is_ended:
        return fold.account
    beyond = fold.copy()
    beyond.account.match(through)
    if not beyond.made:
        return beyond.account
    fold.account.match((beyond.made[0].feed_seq or 0) - 1)
    return fold.account
