"""The accounts of all users, and the tapes that they meet the market on.

An account is in memory from its first request on. After a restart, or when a journal refused the
records of what was done with it, it is made again from those that the journal holds, the next time
that somebody asks for it (account_recovery.py).
"""

from collections.abc import Callable, Collection, Iterable

from tradestack.domain.execution_report import Report
from tradestack.trading.account.account import Account
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.history import AccountKey
from tradestack.trading.account.holdings.opening import AccountOpening, Opening
from tradestack.trading.account.report_sink import ReportSink
from tradestack.trading.account_recovery import (
    JournalContradicted,
    TapeBehind,
    check_tape,
    rebuild,
)
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.risk.limits import RiskLimits
from tradestack.trading.risk.trading_state import StateAct
from tradestack.trading.session.known_orders import KnownOrders
from tradestack.trading.tape import Tape
from tradestack.wire.errors import ProtocolError
from tradestack.wire.journal.account_records import TradingRecord

OpenTape = Callable[[str], Tape | None]


_CONTRADICTED = (
    "feed log or journal were changed, or another version of tradestack wrote them: "
    "`tradestackctl verify` says where they differ"
)


class AccountUnavailable(Exception):
    """The account cannot be used now; the text says why."""


class AccountAwaits(AccountUnavailable):
    """The account goes on from another one, which has not ended yet."""

    def __init__(self, before: AccountKey) -> None:
        super().__init__(
            f"the account of {before[0]} goes on from that in feed session {before[1]}, which has "
            "not met its last message yet"
        )
        self.before = before


class Accounts:
    """All accounts; where their reports go is set for each batch.

    model, opening: how accounts that begin from now on execute orders, and what they begin with.
    open_tape: feed session → its tape, None if there is no log of it. known: what the order session
    has recorded. current_session: the newest feed session, None if there is none.
    """

    def __init__(self, model: ExecutionModel, open_tape: OpenTape, known: KnownOrders) -> None:
        self.model = model
        self.opening = AccountOpening.FLAT
        self.known = known
        self.current_session: str | None = None
        self.sink: ReportSink | None = None
        self._open_tape = open_tape
        self._accounts: dict[AccountKey, Account] = {}

    def find(self, key: AccountKey) -> Account | None:
        """Return the account; None if it has not begun. Raises AccountUnavailable."""
        account = self._accounts.get(key)
        if account is None and key in self.known.state.accounts:
            account = self._rebuild(key)
        if account is not None and not account.state.is_ended:
            try:
                check_tape(account.tape, account.user, account.state.matched_through)
            except TapeBehind as error:
                raise AccountUnavailable(str(error)) from error
        return account

    def begin(
        self, key: AccountKey, matched_through: int | None, opening: Opening | None = None
    ) -> Account | None:
        """Begin an account after a message, None = the newest; None if there is no tape.

        opening: what it goes on from. The caller gives it limits.
        """
        user, feed_session = key
        tape = self._open_tape(feed_session)
        if tape is None:
            return None
        begins = tape.head if matched_through is None else min(matched_through, tape.head)
        state = AccountState(matched_through=begins, progress=begins, opening=opening)
        account = Account(user, tape, self.model, state, limits=RiskLimits(), sink=self)
        self._accounts[key] = account
        return account

    def all(self) -> Collection[tuple[AccountKey, Account]]:
        """Return the accounts in memory."""
        return list(self._accounts.items())

    def in_memory(self, key: AccountKey) -> Account | None:
        """Return the account; None if it is not in memory."""
        return self._accounts.get(key)

    def head(self, feed_session: str) -> int:
        """Return the newest message of a feed session that can be read; 0 if there is none."""
        tape = self._open_tape(feed_session)
        return 0 if tape is None else tape.head

    def forget(self, keys: Iterable[AccountKey]) -> None:
        """Drop accounts: they are in a state that no journal holds, or nobody asks for them."""
        for key in keys:
            self._accounts.pop(key, None)

    # ---- the sink of all accounts --------------------------------------------------------------

    def name(self) -> tuple[str, int]:
        """Return ExecID and TransactTime of the next report."""
        assert self.sink is not None, "accounts are folded within a batch"
        return self.sink.name()

    def change_state(self, act: StateAct, feed_session: str, feed_seq: int) -> TradingRecord:
        """Change the trading state of a user who broke a limit at that message."""
        assert self.sink is not None, "accounts are folded within a batch"
        return self.sink.change_state(act, feed_session, feed_seq)

    def take(self, user: str, report: Report) -> None:
        """Take a report."""
        assert self.sink is not None, "accounts are folded within a batch"
        self.sink.take(user, report)

    def _rebuild(self, key: AccountKey) -> Account:
        user, feed_session = key
        tape = self._open_tape(feed_session)
        if tape is None:
            raise AccountUnavailable(f"there is no feed log of session {feed_session}")
        history = self.known.state.accounts[key]
        try:
            account = rebuild(user, history, tape, self.known, self)
        except JournalContradicted as error:
            raise AccountUnavailable(f"{error}; {_CONTRADICTED}") from error
        except (OSError, TapeBehind, ProtocolError) as error:
            raise AccountUnavailable(str(error)) from error
        self._accounts[key] = account
        return account
