"""The trace of an order in the files: its records, and the effect of each trade of its symbol.

The journal has what was answered. Why a trade did not fill the order is in no file: its account is
folded again, as `verify` does, and watched while the order works.
"""

import shlex
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tradestack.ctl.why.checks import AskedChecks, asked_checks
from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
)
from tradestack.domain.faults import OperatorFault
from tradestack.domain.order import ExecType, OrdStatus
from tradestack.domain.order_life import is_final
from tradestack.domain.requests import OrderMassCancelRequest
from tradestack.domain.tick import Tick
from tradestack.domain.trade import Trade
from tradestack.report.files.state_files import (
    JournalFile,
    StateFiles,
    belongs_to,
    payloads_of,
    tapes_of,
)
from tradestack.report.files.unreadable import as_disagreement
from tradestack.store.feed_tape import FeedTape
from tradestack.trading.account.account import Account
from tradestack.trading.account.trade_watch import SeenTrade, TradeWatch
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.orders.place import Place
from tradestack.trading.verification.verification import Verification
from tradestack.wire.feed import TickBatch
from tradestack.wire.journal.account_records import ExecutionRecord, RequestRecord
from tradestack.wire.journal.order_journal import (
    OrderRecord,
    Record,
    SessionRecord,
    UnknownVersion,
    decode_header,
    decode_record,
)

Event = RequestRecord | ExecutionRecord


@dataclass(slots=True, kw_only=True)
class OrderTrace:
    """An order and what happened to it.

    journal, line: where it is. cause: the message that it was sent for, None if it was for none.
    events: requests about it and reports on it, in order. seen: the trades of its symbol while it
    worked. trades: those that filled it, by number. model: None if it was not executed.
    through: the newest message that was looked at. lost: what the feed log lacks of the order's
    story, None: nothing. checks: those that the order was asked.
    """

    record: OrderRecord
    journal: Path
    line: int
    cause: Tick | None = None
    events: list[Event] = field(default_factory=list)
    seen: list[SeenTrade] = field(default_factory=list)
    trades: dict[int, Trade] = field(default_factory=dict)
    model: ExecutionModel | None = None
    through: int = 0
    lost: str | None = None
    checks: AskedChecks = field(default_factory=AskedChecks)
    names: set[str] = field(default_factory=set)

    @property
    def order_id(self) -> int:
        """The number of the order."""
        return self.record.report.order_id or 0

    @property
    def status(self) -> OrdStatus:
        """The state of the order at the end of the journal."""
        verdict = self.record.report
        if verdict.exec_type is ExecType.REJECTED:  # as a duplicate it has the state of the first
            return OrdStatus.REJECTED
        status = verdict.ord_status
        for event in self.events:
            report = report_on(event, self.order_id)
            status = status if report is None else report.ord_status
        return status

    @property
    def is_over(self) -> bool:
        """Whether nothing can happen to the order any more."""
        return is_final(self.status) or (self.model is None and self.lost is None)


def trace_order(files: StateFiles, order_id: int) -> OrderTrace:
    """Return what the files say of an order. Raises OperatorFault, OSError."""
    trace = _find(files.journals(), order_id)
    feed_session = trace.record.feed_session
    if feed_session is None:
        return trace
    log = files.feed_log(feed_session)
    with tapes_of(log) as open_tape:
        tape = open_tape()
        trace.cause = message_at(tape, trace.record.cause or 0)
        verification = Verification(
            feed_session, open_tape, trace.record.user, partial(_note_checks, trace)
        )
        with as_disagreement(trace.journal, feed_session):
            _Tracing(trace, feed_session, verification).run(files)
        numbers = {fill.sequence for seen in trace.seen for fill in seen.fills}
        trace.trades = {number: _trade(tape, number) for number in numbers}
    return trace


class _Tracing:
    """The fold of the order's account."""

    def __init__(self, trace: OrderTrace, feed_session: str, verification: Verification) -> None:
        self._trace = trace
        self._user = trace.record.user
        self._verification = verification
        self._feed_session = feed_session
        self._watch: TradeWatch | None = None
        self._is_met = False  # the record of the order

    def run(self, files: StateFiles) -> None:
        """Fold until the order is done, or as far as the files go."""
        for journal in files.journals():
            if belongs_to(journal, self._feed_session):
                for line, payload in payloads_of(journal):
                    self._take(line, payload)
                    if self._is_met and self._trace.is_over:
                        self._finish()
                        return
        self._finish()

    def _take(self, line: int, payload: bytes) -> None:
        if line == 1:
            self._verification.begin(decode_header(payload))
            return
        record = self._verification.take(line, payload)
        if self._is_met:
            _note(self._trace, record)
        elif isinstance(record, OrderRecord) and record.report.order_id == self._trace.order_id:
            self._begin()

    def _begin(self) -> None:
        self._is_met = True
        fold = self._verification.folds.by_user.get(self._user)
        if fold is None:  # it has met more than the log has
            self._trace.lost = self._verification.folds.behind.get(self._user)
            return
        order = fold.account.state.orders.get(self._trace.order_id)
        if order is not None:  # accepted
            self._trace.model = fold.account.model
            self._watch = fold.account.watch = TradeWatch(order)

    def _finish(self) -> None:
        """Take what was seen; of a working order also after the journal.

        That ends before a report that the journal does not have yet.
        """
        trace, fold = self._trace, self._verification.folds.by_user.get(self._user)
        trace.lost = self._verification.folds.behind.get(self._user)
        if self._watch is None:
            return
        if fold is None:
            trace.seen = self._watch.seen
            trace.through = max((seen.trade.sequence for seen in trace.seen), default=0)
            return
        account = fold.account
        if not trace.is_over:
            account.match(account.tape.head)
        trace.through = account.state.matched_through
        for report in fold.made:
            if isinstance(report, ExecutionReport) and report.order_id == trace.order_id:
                trace.through = min(trace.through, (report.feed_seq or 0) - 1)
        trace.seen = [seen for seen in self._watch.seen if seen.trade.sequence <= trace.through]


def _note_checks(trace: OrderTrace, record: OrderRecord, account: Account, place: Place) -> None:
    if record.report.order_id == trace.order_id:
        trace.checks = asked_checks(record, account, place)


def _find(journals: list[JournalFile], order_id: int) -> OrderTrace:
    """Find the order in the journal whose numbers it is among. Raises OperatorFault, OSError."""
    for journal in reversed(journals):
        header = _header(journal)
        if header is None or order_id < header.next_order_id:
            continue
        for line, payload in payloads_of(journal):
            record = decode_record(payload) if b'"OrderID":%d,' % order_id in payload else None
            if isinstance(record, OrderRecord) and record.report.order_id == order_id:
                names = {record.order.cl_ord_id}
                return OrderTrace(record=record, journal=journal.path, line=line, names=names)
        break
    problem = f"no order has the number {order_id}"
    if not journals:
        raise OperatorFault("order journals", problem, "run the order manager first")
    directory = journals[0].path.absolute().parent
    state = shlex.quote(str(directory.parent))
    raise OperatorFault(str(directory), problem, f"see `tradestackctl orders --state-dir {state}`")


def _header(journal: JournalFile) -> SessionRecord | None:
    for _, payload in payloads_of(journal):
        try:
            return decode_header(payload)
        except UnknownVersion as error:
            problem, remedy = str(error), "use the version of tradestack that wrote it"
            raise OperatorFault(str(journal.path), problem, remedy) from error
    return None


def _note(trace: OrderTrace, record: Record) -> None:
    """Add a record that is about the order."""
    if isinstance(record, ExecutionRecord):
        report = report_on(record, trace.order_id)
        if report is not None:
            trace.events.append(record)
            trace.names.add(report.cl_ord_id)
    elif isinstance(record, RequestRecord) and _is_about(record, trace):
        trace.events.append(record)


def _is_about(record: RequestRecord, trace: OrderTrace) -> bool:
    if record.user != trace.record.user:
        return False
    request = record.request
    if isinstance(request, OrderMassCancelRequest):
        return request.symbol in (None, trace.record.order.symbol)
    return request.orig_cl_ord_id in trace.names


def report_on(event: Event, order_id: int) -> ExecutionReport | OrderCancelReject | None:
    """Return the report in a record, if it is one on this order."""
    if not isinstance(event, ExecutionRecord) or isinstance(event.report, OrderMassCancelReport):
        return None
    return event.report if event.report.order_id == order_id else None


def message_at(tape: FeedTape, sequence: int) -> Tick | None:
    """Return a message of the feed; None if the log has none of that number."""
    if not 0 < sequence <= tape.head:
        return None
    return next(TickBatch(sequence, tape.records(sequence, 1)).ticks())


def _trade(tape: FeedTape, sequence: int) -> Trade:
    tick = message_at(tape, sequence)
    assert tick is not None, "the fold has met it"
    return Trade(sequence, tick.symbol, tick.event_time_ns, tick.value, tick.size)
