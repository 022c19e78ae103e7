"""What the journal holds of an account since its newest checkpoint, and the account made from it.

An account is never made from its reports: they come again, from the requests and the tape, and have
to be those that the journal holds. So a restart checks what it continues.
"""

from collections import deque
from collections.abc import Iterable

from tradestack.domain.execution_report import ExecutionReport, Report
from tradestack.domain.order import ExecType
from tradestack.trading.account.account import Account
from tradestack.trading.account.checkpoint import decode_checkpoint
from tradestack.trading.account.history import AccountHistory
from tradestack.trading.account.report_sink import ReportSink
from tradestack.trading.account.risk.risk_counting import note_request, note_submission
from tradestack.trading.account.under_way import under_way_of
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.risk.trading_state import StateAct
from tradestack.trading.session.known_orders import KnownOrders
from tradestack.trading.tape import Tape
from tradestack.wire.journal.account_records import (
    EndedRecord,
    ExecutionRecord,
    ReleaseRecord,
    RequestRecord,
    TradingRecord,
)
from tradestack.wire.journal.order_journal import OrderRecord, Record, RegisterRecord
from tradestack.wire.journal.raw_values import decode_raw


class TapeBehind(Exception):
    """The feed log lacks messages that the account has met, as after a power failure."""

    def __init__(self, text: str, matched_through: int) -> None:
        super().__init__(text)
        self.matched_through = matched_through


class JournalContradicted(Exception):
    """A report that comes again differs from the one in the journal."""


class OwedReports:
    """A sink for reports that the journal has already, and another one for those that follow.

    Raises JournalContradicted for a report that is not the one in the journal.
    """

    def __init__(self, owed: Iterable[Report | TradingRecord], then: ReportSink) -> None:
        self._owed = deque(owed)
        self._then = then

    def __len__(self) -> int:
        return len(self._owed)

    def name(self) -> tuple[str, int]:
        """Return ExecID and TransactTime of the next report."""
        if not self._owed:
            return self._then.name()
        report = self._owed[0]
        assert not isinstance(report, TradingRecord), f"a report instead of {report}"
        exec_id = report.exec_id if isinstance(report, ExecutionReport) else ""
        return exec_id, report.transact_time_ns

    def change_state(self, act: StateAct, feed_session: str, feed_seq: int) -> TradingRecord:
        """Return the change of the user's trading state as the journal has it."""
        if not self._owed:
            return self._then.change_state(act, feed_session, feed_seq)
        owed = self._owed.popleft()
        if not isinstance(owed, TradingRecord) or (owed.reason, owed.feed_seq) != (
            act.reason,
            feed_seq,
        ):
            raise JournalContradicted(f"account of {act.user}: the journal has {owed}, not {act}")
        return owed

    def take(self, user: str, report: Report) -> None:
        """Take a report."""
        if not self._owed:
            self._then.take(user, report)
            return
        owed = self._owed.popleft()
        if report != owed:
            raise JournalContradicted(f"account of {user}: the journal has {owed}, not {report}")


def check_tape(tape: Tape, user: str, matched_through: int) -> None:
    """Raise TapeBehind if the tape lacks messages that the user's account has met."""
    if tape.head < matched_through:
        raise TapeBehind(
            f"feed log {tape.session_id} ends with message {tape.head}, and orders of {user} have "
            f"met message {matched_through}",
            matched_through,
        )


def rebuild(
    user: str,
    history: AccountHistory,
    tape: Tape,
    known: KnownOrders,
    then: ReportSink,
) -> Account:
    """Make the account as it was after the newest of its records.

    Raises TapeBehind, JournalContradicted, and what read_record and the tape raise.
    """
    if not history.is_final:
        check_tape(tape, user, history.matched_through)
    places = history.records.slice(0, len(history.records))
    records = [known.read_record(*place) for place in places]
    owed = [
        record.report if isinstance(record, ExecutionRecord) else record
        for record in records
        if isinstance(record, ExecutionRecord | TradingRecord)
    ]
    model = decode_raw(history.execution, ExecutionModel)
    state = decode_checkpoint(history.checkpoint)
    sink = OwedReports(owed, then)
    try:
        limits = known.state.limits_of(state.risk.limits_hash)
    except ValueError as error:
        raise JournalContradicted(f"account of {user}: {error}") from error
    account = Account(user, tape, model, state, limits=limits, sink=sink)
    account.risk.settle()
    for record in records:
        _apply(account, record)
    if len(sink):
        raise JournalContradicted(
            f"account of {user}: the journal has reports that do not come again"
        )
    return account


def _apply(account: Account, record: Record) -> None:
    match record:
        case OrderRecord():
            _apply_order(account, record)
        case RequestRecord():
            _apply_request(account, record)
        case TradingRecord():
            account.match(record.feed_seq or 0)
        case ExecutionRecord():
            _apply_report(account, record.report)
        case RegisterRecord():
            account.register(interactive=record.register.interactive)
        case ReleaseRecord():
            account.release()
        case EndedRecord():
            account.match(record.feed_seq)
            account.end()
        case _:
            raise AssertionError(f"{type(record).__name__} is no part of an account")


def _apply_report(account: Account, report: Report) -> None:
    """Fold up to the report. One that says EXPIRED ends the account.

    The record that it has ended may be lost with the end of a batch.
    """
    account.match(report.feed_seq or 0)
    is_expired = isinstance(report, ExecutionReport) and report.exec_type is ExecType.EXPIRED
    if is_expired and not account.state.is_ended:
        account.end()


def _apply_order(account: Account, record: OrderRecord) -> None:
    place = account.place(record.cause)
    account.visible_time_of(place)
    order_id = record.report.order_id or 0
    note_submission(account, record.order, place)
    if record.report.exec_type is not ExecType.REJECTED:
        account.accept(record.order, order_id, place)
        account.risk.make_way(record.order, place)


def _apply_request(account: Account, record: RequestRecord) -> None:
    place = account.place(record.cause)
    note_request(account, record.request, place)
    under_way = under_way_of(record.request, place)
    if record.refusal is None:
        account.request(under_way)
    else:
        account.refuse(under_way, record.refusal)
