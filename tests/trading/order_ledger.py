"""What a stream of reports has to obey, checked report by report."""

from collections import Counter
from dataclasses import dataclass

from tradestack.domain.execution_report import ExecutionReport, OrderCancelReject, Report
from tradestack.domain.fixed_point import divide_half_even
from tradestack.domain.order import ExecType, OrdStatus, Side
from tradestack.domain.order_life import ORDER_LIFE, is_final


@dataclass(slots=True)
class LedgerOrder:
    """An order as its reports tell."""

    quantity: int
    status: OrdStatus
    cum_quantity: int = 0
    notional: int = 0


class OrderLedger:
    """The orders of a stream; `take` asserts that the next report is possible.

    answers: how many answers each ClOrdID has. positions: by symbol. cash: ×10⁻¹⁶, fees included.
    """

    def __init__(self) -> None:
        self.orders: dict[int, LedgerOrder] = {}
        self.answers: Counter[str] = Counter()
        self.positions: Counter[str] = Counter()
        self.paid = 0
        self.fees = 0
        self._visible_ns: int | None = None
        self._exec_ids: set[str] = set()

    @property
    def working(self) -> dict[int, LedgerOrder]:
        """The orders that are not done, by OrderID."""
        return {
            number: order for number, order in self.orders.items() if not is_final(order.status)
        }

    def take(self, report: Report) -> None:
        """Take the next report."""
        if report.visible_time_ns is not None:
            assert self._visible_ns is None or report.visible_time_ns >= self._visible_ns
            self._visible_ns = report.visible_time_ns
        if isinstance(report, ExecutionReport):
            self._take_execution(report)
        else:
            self.answers[report.cl_ord_id] += 1
            if isinstance(report, OrderCancelReject) and report.order_id is not None:
                assert report.ord_status is self.orders[report.order_id].status

    def _take_execution(self, report: ExecutionReport) -> None:
        assert report.exec_id not in self._exec_ids
        self._exec_ids.add(report.exec_id)
        assert report.order_id is not None
        order = self.orders.get(report.order_id)
        before = None if order is None else order.status
        assert (report.ord_status, report.exec_type) in ORDER_LIFE[before].values()
        if order is None:
            assert report.quantity is not None
            order = self.orders[report.order_id] = LedgerOrder(report.quantity, report.ord_status)
        is_verdict = report.exec_type in (ExecType.NEW, ExecType.REJECTED)
        if is_verdict or report.orig_cl_ord_id is not None:
            self.answers[report.cl_ord_id] += 1
        if report.exec_type is ExecType.REPLACED:
            assert report.quantity is not None
            order.quantity = report.quantity
        if report.exec_type is ExecType.TRADE:
            self._fill(order, report)
        order.status = report.ord_status
        if report.exec_type is not ExecType.REJECTED:
            self._check_quantities(order, report)

    def _fill(self, order: LedgerOrder, report: ExecutionReport) -> None:
        quantity, price = report.last_quantity, report.last_price
        assert quantity is not None
        assert price is not None
        assert report.symbol is not None
        assert quantity > 0
        order.cum_quantity += quantity
        order.notional += quantity * price
        sign = 1 if report.side is Side.BUY else -1
        self.positions[report.symbol] += sign * quantity
        self.paid += sign * quantity * price
        self.fees += report.commission or 0

    def _check_quantities(self, order: LedgerOrder, report: ExecutionReport) -> None:
        assert report.quantity == order.quantity
        assert report.cum_quantity == order.cum_quantity <= order.quantity
        left = 0 if is_final(order.status) else order.quantity - order.cum_quantity
        assert report.leaves_quantity == left
        if not is_final(order.status):
            assert left > 0
        if order.status is OrdStatus.FILLED:
            assert order.cum_quantity == order.quantity
        if order.cum_quantity:
            average = divide_half_even(order.notional, order.cum_quantity)
            assert report.average_price == average
