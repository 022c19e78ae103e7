"""The order journals of one feed session, folded again over its tape, record by record.

    begin(header)          a journal begins
    take(line, payload)    its next record; raises Differs for the first difference
    finish()               after the last record of the last journal

Nothing of the order manager's state is used: each account begins as the journal says, and what
follows comes from the requests, their causes and the tape. Taken from the journal are what cannot
be made again: the requests themselves, their causes and times, refusals by limits that span
accounts, the answers to Register, and the acts of operators. Records of other feed sessions are
only counted and named.
"""

from collections.abc import Callable

import msgspec

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType
from tradestack.trading.account.account import Account
from tradestack.trading.left_behind import is_end_without_log
from tradestack.trading.orders.place import Place
from tradestack.trading.tape import Tape
from tradestack.trading.verification.account_fold import LogBehind, Owed
from tradestack.trading.verification.account_folds import AccountFolds
from tradestack.trading.verification.counts import Counts
from tradestack.trading.verification.difference import require_same
from tradestack.trading.verification.journal_numbers import JournalNumbers
from tradestack.trading.verification.order_payload import order_payload, placed_as_found
from tradestack.trading.verification.reported_ends import ReportedEnds
from tradestack.trading.verification.rules_in_force import RulesInForce
from tradestack.trading.verification.verdict import (
    require_order_verdict,
    require_replace_verdict,
)
from tradestack.wire.journal.accepted_order import Accepted
from tradestack.wire.journal.account_records import (
    AccountRecord,
    CheckpointRecord,
    EndedRecord,
    ExecutionRecord,
    LimitsRecord,
    ReleaseRecord,
    RequestRecord,
    TradingRecord,
)
from tradestack.wire.journal.order_journal import (
    MalformedRecord,
    OrderRecord,
    Record,
    RegisterRecord,
    RepairedRecord,
    SessionRecord,
    decode_record,
    encode_record,
)
from tradestack.wire.journal.record_user import user_of

BeforeOrder = Callable[[OrderRecord, Account, Place], None]


class Verification:
    """The journals of a feed session.

    open_tape: opens its tape, for each account another one. before_order: is called with each order
    that an account takes, before it is judged. ends: of accounts that could not be
    folded to their ends. rules: the limits and trading states at this place. only_user: the others
    are not folded.
    """

    def __init__(
        self,
        feed_session: str,
        open_tape: Callable[[], Tape],
        only_user: str | None = None,
        before_order: BeforeOrder | None = None,
    ) -> None:
        self.counts = Counts()
        self.rules = RulesInForce()
        self.folds = AccountFolds(feed_session, open_tape, self.rules, self.counts, only_user)
        self.ends = ReportedEnds(feed_session)
        self._feed_session = feed_session
        self._before_order = before_order
        self._numbers = JournalNumbers("", 1)

    def begin(self, header: SessionRecord) -> None:
        """Begin with the next journal."""
        self._numbers = JournalNumbers(header.session, header.next_order_id)
        self.folds.begin(header)
        self.rules.begin(header)

    def take(self, line: int, payload: bytes) -> Record:
        """Compare the next record, and return it. Raises Differs, ValueError for no record."""
        record = decode_record(payload)
        self.take_record(line, record, payload)
        return record

    def take_record(self, line: int, record: Record, payload: bytes) -> None:
        """Compare the next record, which was decoded from the payload. Raises Differs."""
        try:
            self._take(line, record, payload)
        except LogBehind as behind:
            self.folds.leave(user_of(record) or "", str(behind))
        self.ends.take(line, record, payload)

    def pass_over(self, record: Record) -> None:
        """Leave out the next record, all but the numbers that it has used."""
        if isinstance(record, OrderRecord):
            self._numbers.take_order()
        if isinstance(record, OrderRecord | ExecutionRecord | MalformedRecord | RegisterRecord):
            self._numbers.take_report()

    def finish(self) -> None:
        """Compare what is left after the last record. Raises Differs."""
        for fold in self.folds.by_user.values():
            fold.finish()

    @property
    def unjournalled(self) -> int:
        """Return the number of reports that the fold has made after the end of the journal."""
        return sum(len(fold.made) for fold in self.folds.by_user.values())

    def _take(self, line: int, record: Record, payload: bytes) -> None:
        match record:
            case OrderRecord():
                self._take_order(line, record, payload)
            case ExecutionRecord():
                self._take_execution(line, record, payload)
            case RequestRecord():
                self._take_request(line, record, payload)
            case MalformedRecord():
                self._numbers.require_exec_id(line, record.report)
            case RegisterRecord():
                self._take_register(line, record)
            case AccountRecord() | CheckpointRecord() | ReleaseRecord() | EndedRecord():
                self.folds.take(line, record)
            case _:
                self._take_rule(line, record, payload)

    def _take_rule(self, line: int, record: Record, payload: bytes) -> None:
        """Take a record of rules or of a loss, from which later reports follow."""
        match record:
            case LimitsRecord():
                self.rules.add(record)
            case TradingRecord():
                self._take_trading(line, record, payload)
            case RepairedRecord():
                self._numbers.take_loss(line, record)

    # ---- orders, requests and reports ------------------------------------------------------------

    def _take_order(self, line: int, record: OrderRecord, payload: bytes) -> None:
        order_id, exec_id = self._numbers.take_order(), self._numbers.take_report()
        fold = self.folds.fold_of(line, record.user, record.feed_session)
        place = None if fold is None else fold.place(line, record)
        placed: Accepted | None
        if fold is not None and place is not None:
            if self._before_order is not None:
                self._before_order(record, fold.account, place)
            visible_ns = fold.account.visible_time_of(place)
            require_order_verdict(line, record, fold.account, place)
            placed = Accepted(self._feed_session, place.cause, place.arrival_ns, visible_ns)
        else:
            placed = placed_as_found(record)
            self.counts.unplaced += record.feed_session is None
        expected = order_payload(record, payload, order_id, exec_id, placed)
        require_same(line, f"order of {record.user}", order_id, expected, payload)
        if fold is not None and place is not None:
            self.counts.orders += 1
            self.counts.reports += 1
            fold.accept(record, order_id, place)

    def _take_request(self, line: int, record: RequestRecord, payload: bytes) -> None:
        fold = self.folds.fold_of(line, record.user, record.feed_session)
        if fold is None:
            return
        place = fold.place(line, record)
        expected = msgspec.structs.replace(record, cause=place.cause, arrival_ns=place.arrival_ns)
        require_same(line, f"request of {record.user}", None, encode_record(expected), payload)
        require_replace_verdict(line, record, fold.account, place)
        self.counts.requests += 1
        fold.request(record, place)

    def _take_execution(self, line: int, record: ExecutionRecord, payload: bytes) -> None:
        report = record.report
        self._numbers.require_exec_id(line, report)
        if is_end_without_log(report) and report.feed_session == self._feed_session:
            self.folds.leave(record.user)
        is_ahead = self.folds.is_ahead(line, record.user)
        fold = None if is_ahead else self.folds.fold_of(line, record.user, report.feed_session)
        if fold is None:
            self.counts.unplaced += report.feed_session is None
            return
        fold.report(Owed(line, payload, record))
        self.counts.reports += 1
        if isinstance(report, ExecutionReport):
            self.counts.fills += report.exec_type is ExecType.TRADE

    def _take_trading(self, line: int, record: TradingRecord, payload: bytes) -> None:
        """Compare a change by a breach; take one that somebody has made."""
        user, feed_session = record.user, record.feed_session
        if user is not None and feed_session is not None and not self.folds.is_ahead(line, user):
            fold = self.folds.fold_of(line, user, feed_session)
            if fold is not None:
                fold.report(Owed(line, payload, record))
        self.rules.trading.put(record)

    def _take_register(self, line: int, record: RegisterRecord) -> None:
        self._numbers.take_report()
        register = record.register
        fold = self.folds.by_user.get(record.user)
        if fold is not None and register.feed_session == self._feed_session:
            fold.register(line, interactive=register.interactive)
