"""The accounts of all users, and the tapes that they meet the market on.

An account is in memory from its first request on. After a restart, or when a journal refused the
records of what was done with it, it is made again from those that the journal holds
(account_history.py), the next time that somebody asks for it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import msgspec

from tradestack.trading.account.account import Account, FindDone
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.report_sink import ReportSink
from tradestack.trading.account_history import AccountHistory, ReadRecord, rebuild
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.tape import Tape

# User, feed session.
AccountKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the journal of an order session knows of accounts.

    find_done: user, newest accepted ClOrdID → number and final state of an order.
    """

    histories: Mapping[AccountKey, AccountHistory]
    read_record: ReadRecord
    find_done: Callable[[str], FindDone]


class Market:
    """All accounts.

    model: how the orders of accounts are executed that begin from now on. open_tape: feed session →
    its tape, None if there is no log of it.
    """

    def __init__(
        self, model: ExecutionModel, open_tape: Callable[[str], Tape | None], sink: ReportSink
    ) -> None:
        self.model = model
        self._open_tape = open_tape
        self._sink = sink
        self._accounts: dict[AccountKey, Account] = {}

    def account(self, key: AccountKey, ledger: Ledger) -> Account | None:
        """Return the account; None if it has not begun.

        Raises what `rebuild` raises.
        """
        account = self._accounts.get(key)
        if account is None and key in ledger.histories:
            account = self._rebuild(key, ledger)
        return account

    def begin(self, key: AccountKey, ledger: Ledger, matched_through: int) -> Account | None:
        """Begin an account behind a message; None if there is no tape of that feed session."""
        user, feed_session = key
        tape = self._open_tape(feed_session)
        if tape is None:
            return None
        state = AccountState(matched_through=matched_through, progress=matched_through)
        account = self._accounts[key] = Account(
            user, tape, self.model, state, sink=self._sink, find_done=ledger.find_done(user)
        )
        return account

    def accounts(self) -> Iterable[tuple[AccountKey, Account]]:
        """Return the accounts in memory."""
        return list(self._accounts.items())

    def forget(self, keys: Iterable[AccountKey]) -> None:
        """Drop accounts: they are in a state that no journal holds, or nobody asks for them."""
        for key in keys:
            self._accounts.pop(key, None)

    def _rebuild(self, key: AccountKey, ledger: Ledger) -> Account | None:
        user, feed_session = key
        tape = self._open_tape(feed_session)
        if tape is None:
            return None
        account = self._accounts[key] = rebuild(
            user,
            ledger.histories[key],
            tape,
            ledger.read_record,
            self._sink,
            ledger.find_done(user),
        )
        return account


def encode_state(account: Account) -> bytes:
    """Account → JSON of its state, as a checkpoint has it."""
    return msgspec.json.encode(account.state)
