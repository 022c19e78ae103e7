"""Accounts that go on in the next order session → the records that it begins with.

For each account: what the end of the journal has lost of its newest message (reports, a change of
the trading state), a report RESTATED on each working order, then the account with its state. Of an
account that has ended, and that another one may go on from, it is the state that it has left.
"""

from collections.abc import Iterator, Sequence

import msgspec

from tradestack.domain.execution_report import Report
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.checkpoint import encode_checkpoint
from tradestack.trading.account.history import AccountHistories, AccountKey
from tradestack.trading.account.holdings.opening import AccountOpening
from tradestack.trading.accounts import Accounts, AccountUnavailable
from tradestack.trading.earlier_sessions import NO_SESSIONS, EarlierSessions
from tradestack.trading.left_behind import left_behind
from tradestack.trading.risk.limits import RiskLimits
from tradestack.trading.risk.trading_state import StateAct
from tradestack.wire.journal.account_records import (
    AccountRecord,
    CheckpointRecord,
    ExecutionRecord,
    LimitsRecord,
    TradingRecord,
)
from tradestack.wire.journal.order_journal import Record, encode_record


class Carrying:
    """The records of one roll-over; session, time_ns: of the session that begins.

    uid: of the order manager. changes: of trading states, among the records.
    """

    def __init__(self, accounts: Accounts, session: str, time_ns: int, uid: int) -> None:
        self.records: list[bytes] = []
        self.changes: list[TradingRecord] = []
        self._accounts = accounts
        self._session = session
        self._time_ns = time_ns
        self._uid = uid
        self._trading = accounts.known.state.trading.copy()
        self._reports = 0
        self._expired: dict[AccountKey, AccountState] = {}  # what each has ended with
        self._limits: set[str] = set()  # hashes of those that are among the records

    def carry(self, key: AccountKey) -> None:
        """Add the records of an account. Raises AccountUnavailable."""
        self._accounts.sink = self
        account = self._accounts.find(key)
        assert account is not None, "the journal has the account"
        self._require_before(key, account.state)
        account.restate()
        ended = self._accounts.known.state
        earlier = ended.accounts[key].earlier.followed_by(ended.header.session)
        self._add_account(key, msgspec.json.encode(account.model), account.state, earlier)

    def expire(self, key: AccountKey) -> None:
        """Add the reports with which orders end whose account cannot go on. Raises OSError."""
        known = self._accounts.known
        history = known.state.accounts[key]
        self._expired[key] = left_behind(key, history, known.read_record, self)

    def leave(self, key: AccountKey) -> None:
        """Add what an account has left to the next one, if nothing of it goes on.

        Raises AccountUnavailable, OSError.
        """
        state = self._state_left(key)
        self._require_before(key, state)
        history = self._accounts.known.state.accounts[key]
        self._add_account(key, history.execution, state, NO_SESSIONS)

    def _state_left(self, key: AccountKey) -> AccountState:
        """Return the final state of an account; the journal may have lost the record of it."""
        known = self._accounts.known
        history = known.state.accounts[key]
        state = self._expired.get(key) or history.final_state
        if state is not None:
            return state
        self._accounts.sink = self
        try:
            account = self._accounts.find(key)
        except AccountUnavailable:
            return left_behind(key, history, known.read_record, self)
        assert account is not None, "the journal has the account"
        return account.state

    def _require_before(self, key: AccountKey, state: AccountState) -> None:
        """Raise AccountUnavailable if the account waits for one that a damaged journal has lost."""
        opening = state.opening
        if opening is None or opening.is_taken:
            return
        if (key[0], opening.feed_session) not in self._accounts.known.state.accounts:
            raise AccountUnavailable(f"the journal has lost its account in {opening.feed_session}")

    def _add_account(
        self, key: AccountKey, execution: bytes, state: AccountState, earlier: EarlierSessions
    ) -> None:
        try:
            self._add_limits(self._accounts.known.state.limits_of(state.risk.limits_hash))
        except ValueError as error:
            raise AccountUnavailable(str(error)) from error
        parts = encode_checkpoint(state)
        self._add(account_record(key, execution, parts[0], self._time_ns, earlier))
        if len(parts) > 1:
            for record in checkpoint_records(key, parts, self._time_ns):
                self._add(record)

    def _add_limits(self, limits: RiskLimits) -> None:
        """Add the limits under which an account is, once."""
        if limits.hash not in self._limits:
            self._limits.add(limits.hash)
            content = msgspec.Raw(msgspec.json.encode(limits))
            self._add(LimitsRecord(time_ns=self._time_ns, hash=limits.hash, limits=content))

    def name(self) -> tuple[str, int]:
        """Return ExecID and TransactTime of the next report."""
        self._reports += 1
        return f"{self._session}-{self._reports}", self._time_ns

    def take(self, user: str, report: Report) -> None:
        """Add a report."""
        self._add(ExecutionRecord(time_ns=self._time_ns, user=user, report=report))

    def change_state(self, act: StateAct, feed_session: str, feed_seq: int) -> TradingRecord:
        """Add a change that the journal has lost with the end of a batch."""
        record = TradingRecord(
            time_ns=self._time_ns,
            user=act.user,
            state=self._trading.after(act),
            reason=act.reason,
            uid=self._uid,
            cancels=act.cancels,
            feed_session=feed_session,
            feed_seq=feed_seq,
        )
        self._trading.put(record)
        self.changes.append(record)
        self._add(record)
        return record

    def _add(self, record: Record) -> None:
        self.records.append(encode_record(record))


def left_to_others(accounts: AccountHistories, opening: AccountOpening) -> set[AccountKey]:
    """Return the accounts that another one goes on from: of the same user, begun or to begin.

    One that begins goes on from the user's newest one.
    """
    left: set[AccountKey] = set()
    if opening is AccountOpening.CARRY:
        left = set({key[0]: key for key in sorted(accounts)}.values())
    waiting = [key for key, history in accounts.items() if not history.is_ended or key in left]
    while waiting:
        user, session = waiting.pop()
        before = accounts[user, session].waits_for
        if before is not None and (key := (user, before)) in accounts and key not in left:
            left.add(key)
            waiting.append(key)
    return left


def account_record(
    key: AccountKey,
    execution: bytes,
    state: bytes,
    time_ns: int,
    earlier: EarlierSessions = NO_SESSIONS,
) -> AccountRecord:
    """Return the record of an account that begins, with this model and state as JSON.

    earlier: the order sessions that had it before.
    """
    user, feed_session = key
    return AccountRecord(
        time_ns=time_ns,
        user=user,
        feed_session=feed_session,
        order_sessions=earlier.names,
        order_sessions_forgotten=earlier.forgotten,
        execution=msgspec.Raw(execution),
        state=msgspec.Raw(state),
    )


def checkpoint_records(
    key: AccountKey, parts: Sequence[bytes], time_ns: int
) -> Iterator[CheckpointRecord]:
    """Yield the records of a checkpoint of an account."""
    user, feed_session = key
    for number, part in enumerate(parts, 1):
        yield CheckpointRecord(
            time_ns=time_ns,
            user=user,
            feed_session=feed_session,
            part=number,
            parts=len(parts),
            state=msgspec.Raw(part),
        )
