"""The ends of accounts whose feed log is lost: they follow from the journals alone.

What the journals have of an account since its newest checkpoint is kept for that, as bytes. It is
no more than what an order manager has to read again after a restart.
"""

from collections import deque

import msgspec

from tradestack.domain.execution_report import Report
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.checkpoint import encode_checkpoint
from tradestack.trading.account.history import AccountHistory, matched_through_of
from tradestack.trading.left_behind import is_end_without_log, left_behind
from tradestack.trading.ranges import packed
from tradestack.trading.risk.trading_state import StateAct
from tradestack.trading.verification.difference import Difference, Differs, require_same
from tradestack.trading.verification.made_report import order_id_of, require_report
from tradestack.wire.journal.account_records import (
    AccountRecord,
    CheckpointRecord,
    EndedRecord,
    ExecutionRecord,
    ReleaseRecord,
    RequestRecord,
    TradingRecord,
)
from tradestack.wire.journal.order_journal import OrderRecord, Record, decode_record
from tradestack.wire.journal.raw_values import decode_raw
from tradestack.wire.orders import encode_message


class _End(msgspec.Struct):
    """The field of a state that says whether it is the end of an account without its log."""

    is_left_behind: bool = False


class ReportedEnds:
    """The accounts of one feed session; users: those whose accounts have ended like this."""

    def __init__(self, feed_session: str) -> None:
        self.users: set[str] = set()
        self._feed_session = feed_session
        self._histories: dict[str, AccountHistory] = {}
        self._payloads: dict[str, list[bytes]] = {}
        self._due: dict[str, deque[Report]] = {}  # reports of an end that has begun

    def take(self, line: int, record: Record, payload: bytes) -> None:
        """Take a record; compare it if it is a part of such an end. Raises Differs."""
        match record:
            case AccountRecord(feed_session=self._feed_session):
                self._require_end(line, record)
                self._begin(record)
            case CheckpointRecord(feed_session=self._feed_session):
                self._require_end(line, record)
                self._take_part(record)
            case ExecutionRecord() if record.report.feed_session == self._feed_session:
                self._take_report(line, record, payload)
            case OrderRecord() | RequestRecord() if record.feed_session == self._feed_session:
                self._add(record.user, payload, record.cause)
            case TradingRecord() if record.feed_session == self._feed_session:
                self._add(record.user or "", payload, record.feed_seq)
            case ReleaseRecord() | EndedRecord() if record.feed_session == self._feed_session:
                self._add(record.user, payload, record.feed_seq)

    def _require_end(self, line: int, record: AccountRecord | CheckpointRecord) -> None:
        """Compare a state if such an account has ended with it. Raises Differs."""
        user, found = record.user, bytes(record.state)
        is_end = decode_raw(found, _End).is_left_behind
        if not is_end or user not in self._histories:
            return
        expected, due = self._end(user)
        if due:
            text = encode_message(due[0]).decode()
            what = f"report to {user}"
            raise Differs(Difference(line, what, order_id_of(due[0]), "Report", text, "nothing"))
        own = encode_checkpoint(expected)[0]
        require_same(line, f"what {user} has left", None, own, found)
        self.users.add(user)

    def _begin(self, record: AccountRecord) -> None:
        state = bytes(record.state)
        matched_through = matched_through_of(state)
        history = AccountHistory(bytes(record.execution), [state], matched_through)
        self._histories[record.user] = history
        self._payloads[record.user] = []
        self._due.pop(record.user, None)

    def _take_part(self, record: CheckpointRecord) -> None:
        history = self._histories.get(record.user)
        if history is not None:
            history.add_part(record.part, record.parts, bytes(record.state))
            if record.part == record.parts:
                self._payloads[record.user].clear()

    def _take_report(self, line: int, record: ExecutionRecord, payload: bytes) -> None:
        user = record.user
        if user not in self._histories:
            return
        if user not in self._due and is_end_without_log(record.report):
            self._due[user] = self._end(user)[1]
        if user in self._due:
            due = self._due[user]
            if not due:
                found, order_id = payload.decode(), order_id_of(record.report)
                what = f"report to {user}"
                raise Differs(Difference(line, what, order_id, "Report", "nothing", found))
            require_report(line, due.popleft(), record, payload)
        self._add(user, payload, record.report.feed_seq)

    def _add(self, user: str, payload: bytes, feed_seq: int | None) -> None:
        history = self._histories.get(user)
        if history is not None:
            payloads = self._payloads[user]
            history.add(packed(len(payloads), 1), feed_seq or 0)
            payloads.append(payload)

    def _end(self, user: str) -> tuple[AccountState, deque[Report]]:
        """Return how an account ends here: its state, and the reports that come before that."""
        payloads, due = self._payloads[user], _Due()
        state = left_behind(
            (user, self._feed_session),
            self._histories[user],
            lambda index, _length: decode_record(payloads[index]),
            due,
        )
        return state, due.reports


class _Due:
    """A sink that keeps the reports."""

    def __init__(self) -> None:
        self.reports: deque[Report] = deque()

    def name(self) -> tuple[str, int]:
        """Return ExecID and TransactTime of the next report: the journal's are taken later."""
        return "", 0

    def take(self, user: str, report: Report) -> None:  # noqa: ARG002 (of one user)
        """Keep a report."""
        self.reports.append(report)

    def change_state(self, act: StateAct, feed_session: str, feed_seq: int) -> TradingRecord:
        """Refuse: no limit is broken without a feed."""
        raise AssertionError(f"{act} at {feed_session} {feed_seq}")
