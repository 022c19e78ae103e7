"""One account, folded again from its beginning, and compared with the journal record by record."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from tradestack.domain.execution_report import ExecutionReport, OrderMassCancelReport, Report
from tradestack.domain.order import ExecType, OrdStatus
from tradestack.trading.account.account import Account, FindDone
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.checkpoint import encode_checkpoint
from tradestack.trading.account.place import Place
from tradestack.trading.account.under_way import under_way_of
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.tape import Tape
from tradestack.trading.verification.difference import (
    Difference,
    Differs,
    require_same,
    shortened,
)
from tradestack.wire.account_records import ExecutionRecord, RequestRecord
from tradestack.wire.order_journal import OrderRecord, encode_record
from tradestack.wire.orders import encode_message

NOTHING = "nothing"


class LogBehind(Exception):
    """The feed log ends before a message that the account has met."""

    def __init__(self, sequence: int, head: int) -> None:
        super().__init__(f"message {sequence:,} was met, and the feed log ends with {head:,}")


class Owed(NamedTuple):
    """A report of the journal that the fold has to make."""

    line: int
    payload: bytes
    record: ExecutionRecord


class AccountFold:
    """An account that is folded again, the sink of its reports.

    made: reports of the fold that the journal has not had yet. owed: those of the journal that the
    fold has not made. One of them is empty between two records. note: is told of each report that
    is made, so that later requests find its order.
    """

    def __init__(
        self,
        user: str,
        tape: Tape,
        model: ExecutionModel,
        state: AccountState,
        *,
        find_done: FindDone,
        note: Callable[[str, ExecutionReport], None],
    ) -> None:
        self.user = user
        self.account = Account(user, tape, model, state, sink=self, find_done=find_done)
        self.made: deque[Report] = deque()
        self.owed: deque[Owed] = deque()
        self._note = note

    # ---- the sink of the account ---------------------------------------------------------------

    def name(self) -> tuple[str, int]:
        """Return ExecID and TransactTime of the next report: the journal's are taken later."""
        return "", 0

    def take(self, user: str, report: Report) -> None:
        """Take a report that the fold makes."""
        self.made.append(report)
        if isinstance(report, ExecutionReport):
            self._note(user, report)

    # ---- the records of the journal ------------------------------------------------------------

    def place(self, line: int, record: OrderRecord | RequestRecord) -> Place:
        """Fold up to the cause of an order or a request; return its place. Raises Differs."""
        self._match(record.cause or 0)
        place = self.account.place(record.cause)
        self._expect_nothing_left(line)
        return place

    def accept(self, record: OrderRecord, order_id: int, place: Place) -> None:
        """Take an order with its verdict."""
        self.account.note_order(order_id)
        if record.report.ord_status is not OrdStatus.REJECTED:
            self.account.accept(record.order, order_id, place)

    def request(self, record: RequestRecord, place: Place) -> None:
        """Take a cancel, a replace or a mass cancel."""
        self.account.request(under_way_of(record.request, place))

    def register(self, line: int, from_seq: int, *, interactive: bool) -> None:
        """Take an answered Register. Raises Differs."""
        self._expect_nothing_left(line)
        self.account.register(from_seq, interactive=interactive)

    def release(self, line: int, feed_seq: int) -> None:
        """Go on without the strategy. Raises Differs, LogBehind."""
        self._match(feed_seq)
        self._expect_nothing_left(line)
        self.account.release()

    def report(self, owed: Owed) -> None:
        """Compare a report of the journal with that of the fold. Raises Differs, LogBehind."""
        report = owed.record.report
        self.owed.append(owed)
        self._match(report.feed_seq or 0)
        is_restated = isinstance(report, ExecutionReport) and report.exec_type is ExecType.RESTATED
        if is_restated and not self.made:
            self.account.restate()
        self.compare()

    def end(self, line: int, feed_seq: int) -> None:
        """Let the feed session be over. Raises Differs, LogBehind."""
        self._match(feed_seq)
        self.account.end()
        self.compare()
        self._expect_nothing_left(line)

    def checkpoint(self, line: int, state: AccountState) -> None:
        """Compare a checkpoint with the state at its message. Raises Differs, LogBehind.

        How far the strategy says to be is no result of the fold.
        """
        self._match(state.matched_through)
        self._expect_nothing_left(line)
        own = msgspec.structs.replace(self.account.state, progress=state.progress)
        for expected, found in zip(encode_checkpoint(own), encode_checkpoint(state), strict=False):
            require_same(line, f"checkpoint of {self.user}", None, expected, found)

    def finish(self) -> None:
        """Compare what is left behind the last record. Raises Differs.

        The journal may end before the record that the account has ended. What the fold made beyond
        it is no difference: the journal may have been copied while it was written.
        """
        if self.owed:
            self.account.end()
            self.compare()
        if self.owed:
            self._refuse_owed()

    # ---- what was made, and what is owed -------------------------------------------------------

    def compare(self) -> None:
        """Compare reports as long as there are both. Raises Differs."""
        while self.made and self.owed:
            self._compare_one(self.made.popleft(), self.owed.popleft())

    def _compare_one(self, made: Report, owed: Owed) -> None:
        record = owed.record
        changes: dict[str, object] = {"transact_time_ns": record.time_ns}
        if isinstance(made, ExecutionReport) and isinstance(record.report, ExecutionReport):
            changes["exec_id"] = record.report.exec_id
        report = msgspec.structs.replace(made, **changes)
        expected = encode_record(
            ExecutionRecord(time_ns=record.time_ns, user=self.user, report=report)
        )
        order_id = _order_id_of(record.report)
        require_same(owed.line, f"report to {self.user}", order_id, expected, owed.payload)

    def _match(self, sequence: int) -> None:
        head = self.account.tape.head
        if sequence > head:
            raise LogBehind(sequence, head)
        self.account.match(sequence)

    def _expect_nothing_left(self, line: int) -> None:
        """Raise Differs if a report is owed, or was made and the journal goes on without it."""
        if self.owed:
            self._refuse_owed()
        if self.made:
            raise Differs(self._difference(line, self.made[0], _text(self.made[0]), NOTHING))

    def _refuse_owed(self) -> None:
        owed = self.owed[0]
        report = owed.record.report
        raise Differs(self._difference(owed.line, report, NOTHING, _text(report)))

    def _difference(self, line: int, report: Report, expected: str, found: str) -> Difference:
        what = f"report to {self.user}"
        return Difference(line, what, _order_id_of(report), "Report", expected, found)


def _order_id_of(report: Report) -> int | None:
    return None if isinstance(report, OrderMassCancelReport) else report.order_id


def _text(report: Report) -> str:
    return shortened(encode_message(report).decode())
