"""What an interactive strategy knows of its account, made from its requests and visible reports."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
    Report,
)
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecType
from tradestack.domain.position import signed_quantity
from tradestack.strategies.desk import OwnOrder
from tradestack.strategies.intent import AnyIntent, CancelIntent, Intent, ReplaceIntent
from tradestack.trading.desk.open_orders import WORKING


class OwnView:
    """Positions and working orders of one feed session; the order named first comes first.

    positions: quantity held by symbol, of each that was ever traded. cash: what fills have brought,
    less fees, ×10⁻¹⁶.
    """

    def __init__(self) -> None:
        self.cash = 0
        self._positions: dict[str, int] = {}
        self._working: dict[str, OwnOrder] = {}
        self.positions: Mapping[str, int] = MappingProxyType(self._positions)
        self.working: Mapping[str, OwnOrder] = MappingProxyType(self._working)

    def position(self, symbol: str) -> int:
        """Return the quantity held, ×10⁻⁸, below 0 if sold short."""
        return self._positions.get(symbol, 0)

    def sent(self, intent: AnyIntent, cl_ord_id: str) -> None:
        """Take a request that is sent under this ClOrdID."""
        match intent:
            case Intent():
                self._working[cl_ord_id] = OwnOrder(
                    cl_ord_id=cl_ord_id,
                    symbol=intent.symbol,
                    side=intent.side,
                    quantity=intent.quantity,
                    price=intent.limit_price,
                    leaves_quantity=intent.quantity,
                )
            case CancelIntent() | ReplaceIntent():
                order = self._order_of(intent.cl_ord_id)
                if order is not None:
                    self._working[order.cl_ord_id] = replace(order, changed_by=cl_ord_id)

    def take(self, report: Report) -> None:
        """Take a report that is visible now."""
        match report:
            case ExecutionReport():
                self._take_execution(report)
            case OrderCancelReject():
                order = self._changed_by(report.cl_ord_id)
                if order is not None:
                    self._working[order.cl_ord_id] = replace(order, changed_by=None)
            case OrderMassCancelReport():
                pass  # the orders that it canceled have reports of their own

    def forget_orders(self) -> None:
        """Forget the working orders: the order session that had them is gone."""
        self._working.clear()

    def _take_execution(self, report: ExecutionReport) -> None:
        if report.exec_type is ExecType.TRADE:
            self._fill(report)
        name = report.orig_cl_ord_id or report.cl_ord_id
        order = self._working.get(name)
        is_working = report.ord_status in WORKING and bool(report.leaves_quantity)
        if name != report.cl_ord_id or not is_working:
            self._working.pop(name, None)
        # An order keeps its place: another order session says again what goes on, and a strategy
        # that goes through its orders has to make the same requests without that.
        if is_working:
            self._working[report.cl_ord_id] = _after(order, report)

    def _fill(self, report: ExecutionReport) -> None:
        assert report.symbol is not None, "a fill is of an order that was accepted"
        assert report.side is not None, "a fill is of an order that was accepted"
        signed = signed_quantity(report.side, report.last_quantity or 0)
        self._positions[report.symbol] = self.position(report.symbol) + signed
        self.cash -= signed * (report.last_price or 0) + (report.commission or 0) * SCALE

    def _order_of(self, cl_ord_id: str) -> OwnOrder | None:
        """Return the order of that name, or the one that a replace under way gives it to."""
        return self._working.get(cl_ord_id) or self._changed_by(cl_ord_id)

    def _changed_by(self, cl_ord_id: str) -> OwnOrder | None:
        orders = self._working.values()
        return next((order for order in orders if order.changed_by == cl_ord_id), None)


def _after(order: OwnOrder | None, report: ExecutionReport) -> OwnOrder:
    """Return a working order as the report tells, with what only its owner knows of it."""
    assert report.symbol is not None, "an order that works was accepted"
    assert report.side is not None, "an order that works was accepted"
    price = report.price
    changed_by = None
    if order is not None:
        price = order.price if price is None else price
        changed_by = order.changed_by if order.changed_by != report.cl_ord_id else None
    leaves_quantity, cum_quantity = report.leaves_quantity or 0, report.cum_quantity or 0
    return OwnOrder(
        cl_ord_id=report.cl_ord_id,
        symbol=report.symbol,
        side=report.side,
        quantity=leaves_quantity + cum_quantity,
        price=price,
        leaves_quantity=leaves_quantity,
        cum_quantity=cum_quantity,
        is_accepted=True,
        changed_by=changed_by,
    )
