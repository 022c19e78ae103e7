"""The order journals of one feed session, folded again over its tape, record by record.

    begin(header)          a journal begins
    take(line, payload)    its next record; raises Differs for the first difference
    finish()               behind the last record of the last journal

Nothing of the order manager's state is used: each account begins as the journal says, and what
follows comes from the requests, their causes and the tape. Taken from the journal are what cannot
be made again: the requests themselves, their causes and times, the verdicts on orders, the answers
to Register, and the acts of operators. Records of other feed sessions are only counted and named.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import msgspec

from tradestack.domain.execution_report import ExecutionReport, Report
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecType, OrdStatus
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.checkpoint import decode_checkpoint
from tradestack.trading.account.portfolio import open_portfolio
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.tape import Tape
from tradestack.trading.verification.account_fold import AccountFold, LogBehind, Owed
from tradestack.trading.verification.difference import Difference, Differs, require_same
from tradestack.trading.verification.known_names import KnownNames
from tradestack.trading.verification.order_payload import order_payload
from tradestack.wire.accepted_order import Accepted
from tradestack.wire.account_records import (
    AccountRecord,
    CheckpointRecord,
    EndedRecord,
    ExecutionRecord,
    ReleaseRecord,
    RequestRecord,
)
from tradestack.wire.order_journal import (
    MalformedRecord,
    OrderRecord,
    Record,
    RegisterRecord,
    RepairedRecord,
    SessionRecord,
    decode_record,
    encode_record,
)


@dataclass(slots=True)
class Counts:
    """What was compared; unplaced: reports that no account has made, and no fold explains."""

    orders: int = 0
    requests: int = 0
    reports: int = 0
    fills: int = 0
    checkpoints: int = 0
    unplaced: int = 0


class Verification:
    """The journals of a feed session.

    open_tape: opens its tape, for each account another one. folds: the accounts so far, by user.
    late: users whose accounts do not begin in these journals. behind: accounts that have met more
    than the tape has, with what was met. only_user: the others are not folded.
    """

    def __init__(
        self, feed_session: str, open_tape: Callable[[], Tape], only_user: str | None = None
    ) -> None:
        self.counts = Counts()
        self.folds: dict[str, AccountFold] = {}
        self.late: set[str] = set()
        self.behind: dict[str, str] = {}
        self._feed_session = feed_session
        self._open_tape = open_tape
        self._only_user = only_user
        self._names = KnownNames()
        self._session = ""
        self._next_order_id = 1
        self._reports = 0  # in the journal so far
        self._parts: dict[str, list[bytes]] = {}  # of checkpoints that are not whole yet

    def begin(self, header: SessionRecord) -> None:
        """Begin with the next journal."""
        self._names = KnownNames()
        self._session = header.session
        self._next_order_id = header.next_order_id
        self._reports = 0
        self._parts.clear()

    def take(self, line: int, payload: bytes) -> Record:
        """Compare the next record, and return it. Raises Differs, ValueError for no record."""
        record = decode_record(payload)
        try:
            self._take(line, record, payload)
        except LogBehind as behind:
            user = getattr(record, "user", "")
            self.behind[user] = str(behind)
            del self.folds[user]
        return record

    def finish(self) -> None:
        """Compare what is left behind the last record. Raises Differs."""
        for fold in self.folds.values():
            fold.finish()

    @property
    def unjournalled(self) -> int:
        """Return the number of reports that the fold has made behind the end of the journal."""
        return sum(len(fold.made) for fold in self.folds.values())

    def _take(self, line: int, record: Record, payload: bytes) -> None:
        match record:
            case OrderRecord():
                self._take_order(line, record, payload)
            case ExecutionRecord():
                self._take_execution(line, record, payload)
            case RequestRecord():
                self._take_request(line, record, payload)
            case MalformedRecord():
                self._require_exec_id(line, record.report)
            case RegisterRecord():
                self._take_register(line, record)
            case RepairedRecord():
                self._take_loss(line, record)
            case AccountRecord() | CheckpointRecord() | ReleaseRecord() | EndedRecord():
                self._take_act(line, record)
            case _:
                pass  # nothing that follows from the feed, nor anything that reports follow from

    # ---- orders, requests and reports ------------------------------------------------------------

    def _take_order(self, line: int, record: OrderRecord, payload: bytes) -> None:
        order_id, exec_id = self._next_order_id, self._next_exec_id()
        self._next_order_id += 1
        self._reports += 1
        fold = self._fold_of(line, record.user, record.feed_session)
        place = None if fold is None else fold.place(line, record)
        placed: Accepted | None
        if fold is not None and place is not None:
            visible_ns = fold.account.visible_time_of(place)
            placed = Accepted(self._feed_session, place.cause, place.arrival_ns, visible_ns)
        else:
            placed = _placed_as_found(record)
            self.counts.unplaced += record.feed_session is None
        expected = order_payload(record, payload, order_id, exec_id, placed)
        require_same(line, f"order of {record.user}", order_id, expected, payload)
        if fold is not None and place is not None:
            self.counts.orders += 1
            self.counts.reports += 1
            fold.accept(record, order_id, place)
        self._names.note(record.user, record.report)

    def _take_request(self, line: int, record: RequestRecord, payload: bytes) -> None:
        fold = self._fold_of(line, record.user, record.feed_session)
        if fold is None:
            return
        place = fold.place(line, record)
        expected = msgspec.structs.replace(record, cause=place.cause, arrival_ns=place.arrival_ns)
        require_same(line, f"request of {record.user}", None, encode_record(expected), payload)
        self.counts.requests += 1
        fold.request(record, place)

    def _take_execution(self, line: int, record: ExecutionRecord, payload: bytes) -> None:
        report = record.report
        self._require_exec_id(line, report)
        fold = self._fold_of(line, record.user, report.feed_session)
        if fold is None:
            self.counts.unplaced += report.feed_session is None
            if isinstance(report, ExecutionReport):
                self._names.note(record.user, report)
            return
        fold.report(Owed(line, payload, record))
        self.counts.reports += 1
        if isinstance(report, ExecutionReport):
            self.counts.fills += report.exec_type is ExecType.TRADE

    def _take_register(self, line: int, record: RegisterRecord) -> None:
        self._reports += 1
        register = record.register
        fold = self.folds.get(record.user)
        if fold is not None and register.feed_session == self._feed_session:
            fold.register(line, record.report.from_seq, interactive=register.interactive)

    def _next_exec_id(self) -> str:
        return f"{self._session}-{self._reports + 1}"

    def _require_exec_id(self, line: int, report: Report) -> None:
        expected = self._next_exec_id()
        self._reports += 1
        if isinstance(report, ExecutionReport) and report.exec_id != expected:
            what = f"report on {report.cl_ord_id or 'a malformed message'}"
            raise Differs(
                Difference(line, what, report.order_id, "Report.ExecID", expected, report.exec_id)
            )

    # ---- accounts ----------------------------------------------------------------------------

    def _fold_of(self, line: int, user: str, feed_session: str | None) -> AccountFold | None:
        """Return the account of a record; None if it is not folded. Raises Differs."""
        if feed_session != self._feed_session or user in self.behind or not self._folds(user):
            return None
        fold = self.folds.get(user)
        if fold is None:
            what = f"record of {user}"
            raise Differs(Difference(line, what, None, "FeedSession", "nothing", feed_session))
        return fold

    def _folds(self, user: str) -> bool:
        return self._only_user in (None, user)

    def _take_act(
        self, line: int, record: AccountRecord | CheckpointRecord | ReleaseRecord | EndedRecord
    ) -> None:
        if isinstance(record, AccountRecord):
            self._begin_account(line, record)
            return
        fold = self._fold_of(line, record.user, record.feed_session)
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
        if record.feed_session != self._feed_session or not self._folds(user):
            return
        state = decode_checkpoint([bytes(record.state)])
        fold = self.folds.get(user)
        if fold is not None:  # it goes on in this journal
            fold.checkpoint(line, state)
            return
        if not _is_fresh(state):
            self.late.add(user)
        model = msgspec.json.decode(bytes(record.execution), type=ExecutionModel)
        self.folds[user] = AccountFold(
            user,
            self._open_tape(),
            model,
            state,
            find_done=partial(self._find_done, user),
            note=self._note,
        )

    def _take_part(self, line: int, record: CheckpointRecord, fold: AccountFold) -> None:
        parts = self._parts.setdefault(record.user, [])
        parts.append(bytes(record.state))
        if record.part == record.parts:
            fold.checkpoint(line, decode_checkpoint(self._parts.pop(record.user)))
            self.counts.checkpoints += 1

    def _take_loss(self, line: int, record: RepairedRecord) -> None:
        self._next_order_id += record.orders_lost
        if record.lines_lost:
            found = f"{record.lines_lost} lines that a repair has dropped"
            raise Differs(Difference(line, "journal", None, "LinesLost", "0", found))

    def _find_done(self, user: str, cl_ord_id: str) -> tuple[int, OrdStatus] | None:
        return self._names.find_done(user, cl_ord_id)

    def _note(self, user: str, report: ExecutionReport) -> None:
        self._names.note(user, report)


def _placed_as_found(record: OrderRecord) -> Accepted | None:
    """Return the place of an order whose account is not folded."""
    if record.feed_session is None or record.cause is None or record.arrival_ns is None:
        return None
    visible_ns = record.report.visible_time_ns or 0
    return Accepted(record.feed_session, record.cause, record.arrival_ns, visible_ns)


def _is_fresh(state: AccountState) -> bool:
    """Return whether an account begins with this state: flat, and without orders."""
    begun = AccountState(
        matched_through=state.matched_through,
        progress=state.progress,
        last_order_id=state.last_order_id,
        portfolio=open_portfolio(state.portfolio.starting_cash // SCALE),
    )
    return state == begun
