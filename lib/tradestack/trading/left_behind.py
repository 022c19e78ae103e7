"""An account whose feed log is gone or too short → how it ends, by its journal alone.

What clients were told stays true: quantity, cost, realized profit, fees and cash follow from the
fills. A position is worth the price of its newest fill or checkpoint. What still works expires, and
each request without an answer is refused as too late, at the newest message that was met: so every
order has a final report, and every request one answer.
"""

from collections.abc import Iterable

import msgspec

from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
    Report,
)
from tradestack.domain.order import CxlRejReason, ExecRestatementReason, ExecType, OrdStatus
from tradestack.domain.order_life import OrderEvent, is_final, next_step
from tradestack.trading.account import reports
from tradestack.trading.account.account_state import AccountState, RequestKind, UnderWay
from tradestack.trading.account.checkpoint import decode_checkpoint
from tradestack.trading.account.history import AccountHistory, AccountKey
from tradestack.trading.account.report_sink import ReportSink
from tradestack.trading.account.reporter import Reporter
from tradestack.trading.account.under_way import under_way_of
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.orders.place import Place
from tradestack.trading.orders.working_order import WorkingOrder, accepted_order
from tradestack.trading.session.known_orders import ReadRecord
from tradestack.wire.journal.account_records import ExecutionRecord, RequestRecord
from tradestack.wire.journal.order_journal import OrderRecord, Record
from tradestack.wire.journal.raw_values import decode_raw

TEXT = "the feed session's log lacks messages that were met"


def left_behind(
    key: AccountKey, history: AccountHistory, read_record: ReadRecord, sink: ReportSink
) -> AccountState:
    """Return the final state of an account that cannot be folded to its end; raise OSError.

    sink: takes the reports with which its orders and requests end.
    """
    places = history.records.slice(0, len(history.records))
    told = _Told(decode_checkpoint(history.checkpoint))
    told.take(read_record(*place) for place in places)
    told.state.matched_through = history.matched_through
    model = decode_raw(history.execution, ExecutionModel)
    told.end(Reporter(*key, model, told.state, sink))
    return msgspec.structs.replace(
        told.state,
        orders={},
        under_way=[],
        done={},
        is_registered=False,
        is_ended=True,
        is_left_behind=True,
    )


def is_end_without_log(report: Report) -> bool:
    """Return whether an order ends by this report because its feed log is lost."""
    return (
        isinstance(report, ExecutionReport)
        and report.exec_type is ExecType.EXPIRED
        and report.restatement_reason is ExecRestatementReason.OTHER
    )


class _Told:
    """An account as its records tell it, from a checkpoint on; `state` is changed."""

    def __init__(self, state: AccountState) -> None:
        self.state = state
        # Without an answer, by ClOrdID; with the Text by which a limit has refused it.
        self._requests: dict[str, tuple[UnderWay, str | None]] = {
            each.cl_ord_id: (each, None) for each in state.under_way if each.kind is not None
        }

    def take(self, records: Iterable[Record]) -> None:
        """Take what happened since."""
        for record in records:
            match record:
                case OrderRecord():
                    self._take_order(record)
                case RequestRecord(request=request):
                    place = Place(record.cause or 0, 0, record.arrival_ns or 0, 0)
                    under_way = under_way_of(request, place)
                    self._requests[request.cl_ord_id] = under_way, record.refusal
                case ExecutionRecord():
                    self._take_report(record.report)

    def end(self, reporter: Reporter) -> None:
        """Expire working orders, and answer open requests."""
        reason = ExecRestatementReason.OTHER
        for order in list(self.state.orders.values()):
            step = next_step(order.ord_status, OrderEvent.EXPIRED)
            self._drop(order, step.ord_status)
            moment = reporter.moment_again()
            reporter.report(reports.done_report(order, step, moment, None, reason, TEXT))
        for under_way, refusal in self._requests.values():
            reporter.report(self._answer(reporter, under_way, refusal))

    def _take_order(self, record: OrderRecord) -> None:
        self._see(record.report)
        if record.report.exec_type is not ExecType.REJECTED:
            place = Place(record.cause or 0, 0, record.arrival_ns or 0, 0)
            order_id = record.report.order_id or 0
            self.state.orders[order_id] = accepted_order(record.order, order_id, place)

    def _take_report(self, report: Report) -> None:
        self._see(report)
        match report:
            case ExecutionReport():
                if report.orig_cl_ord_id is not None:
                    self._requests.pop(report.cl_ord_id, None)
                if report.exec_type is ExecType.TRADE:
                    self._fill(report)
                order = self.state.orders.get(report.order_id or 0)
                if order is not None:  # else its record was damaged, and the journal repaired
                    self._take_step(order, report)
            case OrderCancelReject() | OrderMassCancelReport():
                self._requests.pop(report.cl_ord_id, None)

    def _take_step(self, order: WorkingOrder, report: ExecutionReport) -> None:
        """Let an order be what a report says of it."""
        match report.exec_type:
            case ExecType.TRADE:
                order.cum_quantity += report.last_quantity or 0
                order.notional += (report.last_quantity or 0) * (report.last_price or 0)
                order.fees += report.commission or 0
            case ExecType.REPLACED:
                order.cl_ord_id, order.price = report.cl_ord_id, report.price
                order.quantity = report.quantity or 0
            case ExecType.RESTATED:
                order.quantity = report.quantity or 0
        if is_final(report.ord_status):
            self._drop(order, report.ord_status)

    def _fill(self, report: ExecutionReport) -> None:
        assert report.symbol is not None
        assert report.side is not None
        quantity, price = report.last_quantity or 0, report.last_price or 0
        fee = report.commission or 0
        portfolio = self.state.portfolio
        portfolio.apply_fill(report.symbol, report.side, quantity, price, fee=fee, mark=price)
        self.state.fills += 1

    def _drop(self, order: WorkingOrder, status: OrdStatus) -> None:
        del self.state.orders[order.order_id]
        self.state.done[order.cl_ord_id] = order.order_id, status

    def _answer(self, reporter: Reporter, under_way: UnderWay, refusal: str | None) -> Report:
        """Return the answer to a request: no order works any more."""
        moment = reporter.moment_again()
        if under_way.kind is RequestKind.MASS_CANCEL:
            return reports.mass_cancel_report(under_way, 0, moment)
        order_id, status = self.state.done.get(under_way.orig_cl_ord_id, (None, OrdStatus.REJECTED))
        reason = CxlRejReason.UNKNOWN_ORDER if order_id is None else CxlRejReason.TOO_LATE_TO_CANCEL
        if refusal is not None:
            reason = CxlRejReason.OTHER
        return reports.cancel_reject(under_way, order_id, status, reason, refusal, moment)

    def _see(self, report: Report) -> None:
        """Note from when on a report is visible: none that follows is seen before."""
        state = self.state
        seen_ns = report.visible_time_ns
        if seen_ns is not None:
            state.last_visible_ns = max(state.last_visible_ns, seen_ns)
