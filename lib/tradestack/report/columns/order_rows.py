"""Records of the order journals → a row for each order, and a row for each fill.

What later reports say of an order changes its row.
"""

import msgspec

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, OrdStatus
from tradestack.report.columns.builder import Cell, TableBuilder, TextCodes
from tradestack.report.columns.declared import FILLS, ORDERS
from tradestack.report.columns.table import Table
from tradestack.wire.journal.account_records import ExecutionRecord
from tradestack.wire.journal.order_journal import OrderRecord


class _Outcome(msgspec.Struct, gc=False):
    """What has become of an order, with the names of its columns. row: from 0."""

    row: int
    status: OrdStatus
    text: str | None
    final_quantity: int | None
    final_price: int | None
    cum_quantity: int | None
    average_price: int | None
    report_time: int
    report_feed_seq: int
    fills: int = 0
    fees: int = 0


_CHANGING = set(_Outcome.__struct_fields__) - {"row"}
_SENT = {name: kind for name, kind in ORDERS.items() if name not in _CHANGING}
_OUTCOME = {name: kind for name, kind in ORDERS.items() if name in _CHANGING}


class OrderRows:
    """The tables `orders` and `fills` while journals are read.

    Times that only the tape has are MISSING in them.
    """

    def __init__(self, symbols: TextCodes, users: TextCodes) -> None:
        shared = {"symbol": symbols, "user": users}
        self._sent = TableBuilder(_SENT, shared)
        self._fills = TableBuilder(FILLS, shared)
        self._outcomes: dict[int, _Outcome] = {}  # by OrderID

    @property
    def fill_count(self) -> int:
        """How many fills there are so far."""
        return self._fills.row_count

    def take_order(self, record: OrderRecord) -> None:
        """Add an order and its verdict."""
        order, report = record.order, record.report
        assert report.order_id is not None, "only orders that got a number are recorded"
        is_rejected = report.exec_type is ExecType.REJECTED
        # The verdict on a duplicate has the state of the order that came first.
        status = OrdStatus.REJECTED if is_rejected else report.ord_status
        cause = order.feed_seq if record.cause is None else record.cause
        cells: dict[str, Cell] = {
            "order_id": report.order_id,
            "cl_ord_id": order.cl_ord_id,
            "user": record.user,
            "signal_name": order.signal_name,
            "signal_label": order.signal_label,
            "signal_value": order.signal_value,
            "symbol": order.symbol,
            "side": order.side,
            "ord_type": order.ord_type,
            "time_in_force": order.time_in_force,
            "quantity": order.quantity,
            "price": order.price,
            "feed_seq": cause or 0,
            "event_time": None,
            "publish_time": None,
            "feed_price": order.feed_price,
            "reference_price": order.reference_price,
            "reference_price_age": order.reference_price_age_ns,
            "sent_time": order.transact_time_ns,
            "received_time": record.time_ns,
            "arrival_time": record.arrival_ns,
            "verdict": status,
            "reject_reason": report.reject_reason,
        }
        self._outcomes[report.order_id] = _Outcome(
            row=self._sent.row_count,
            status=status,
            text=report.text,
            final_quantity=order.quantity,
            final_price=order.price,
            cum_quantity=report.cum_quantity,
            average_price=report.average_price,
            report_time=record.time_ns,
            report_feed_seq=report.feed_seq or 0,
        )
        self._sent.add(list(cells.values()))

    def take_report(self, record: ExecutionRecord) -> None:
        """Take a later report, which may be a fill."""
        report = record.report
        if not isinstance(report, ExecutionReport):
            return
        outcome = self._outcomes.get(report.order_id or 0)
        if outcome is not None:
            _change(outcome, record.time_ns, report)
        if report.exec_type is ExecType.TRADE:
            cells: dict[str, Cell] = {
                "event_time": None,
                "feed_seq": report.feed_seq or 0,
                "order_id": report.order_id,
                "order_row": None if outcome is None else outcome.row,
                "exec_id": report.exec_id,
                "user": record.user,
                "symbol": report.symbol,
                "side": report.side,
                "quantity": report.last_quantity,
                "price": report.last_price,
                "fee": report.commission or 0,
                "report_time": record.time_ns,
                "visible_time": report.visible_time_ns,
            }
            self._fills.add(list(cells.values()))

    def orders(self) -> Table:
        """Return the orders so far. Raises OverflowError."""
        outcomes = TableBuilder(_OUTCOME, {})
        for outcome in self._outcomes.values():
            outcomes.add([getattr(outcome, name) for name in _OUTCOME])
        sent, became = self._sent.table(), outcomes.table()
        columns = {name: (sent if name in _SENT else became)[name] for name in ORDERS}
        return Table(ORDERS, columns, {**sent.texts, **became.texts})

    def fills(self) -> Table:
        """Return the fills so far. Raises OverflowError."""
        return self._fills.table()


def _change(outcome: _Outcome, time_ns: int, report: ExecutionReport) -> None:
    outcome.status = report.ord_status
    outcome.text = report.text or outcome.text
    outcome.report_time = time_ns
    outcome.report_feed_seq = report.feed_seq or outcome.report_feed_seq
    if report.quantity is not None:
        outcome.final_quantity = report.quantity
    if report.price is not None:
        outcome.final_price = report.price
    if report.cum_quantity is not None:
        outcome.cum_quantity, outcome.average_price = report.cum_quantity, report.average_price
    if report.exec_type is ExecType.TRADE:
        outcome.fills += 1
        outcome.fees += report.commission or 0
