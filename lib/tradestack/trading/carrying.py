"""Accounts that go on in the next order session → the records that it begins with.

For each account: what the end of the journal has lost of its newest message (reports, a change of
the trading state), a report RESTATED on each working order, then the account with its state.
"""

from collections.abc import Iterator, Sequence

import msgspec

from tradestack.domain.execution_report import Report
from tradestack.trading.account.checkpoint import encode_checkpoint
from tradestack.trading.account.history import AccountKey
from tradestack.trading.accounts import Accounts
from tradestack.trading.risk.limits import RiskLimits
from tradestack.trading.risk.trading_state import StateAct
from tradestack.wire.account_records import (
    AccountRecord,
    CheckpointRecord,
    ExecutionRecord,
    LimitsRecord,
    TradingRecord,
)
from tradestack.wire.order_journal import Record, encode_record


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
        self._limits: set[str] = set()  # hashes of those that are among the records

    def carry(self, key: AccountKey) -> None:
        """Add the records of an account. Raises AccountUnavailable."""
        self._accounts.sink = self
        account = self._accounts.find(key)
        assert account is not None, "the journal has the account"
        ended = self._accounts.known.state
        earlier = ended.accounts[key].earlier.followed_by(ended.header.session)
        account.restate()
        self._add_limits(account.risk.limits)
        user, feed_session = key
        parts = encode_checkpoint(account.state)
        self._add(
            AccountRecord(
                time_ns=self._time_ns,
                user=user,
                feed_session=feed_session,
                order_sessions=earlier.names,
                order_sessions_forgotten=earlier.forgotten,
                execution=msgspec.Raw(msgspec.json.encode(account.model)),
                state=msgspec.Raw(parts[0]),
            )
        )
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
