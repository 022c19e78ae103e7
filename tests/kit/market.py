"""A market that executes one user's orders against a feed, by rules of a few lines.

It stands in for an order manager where a strategy is tested: its verdicts, answers, fills and their
times are plausible and deterministic, and those of nobody else.

    an order fills at each trade at its limit or better: at the limit, at most the size of the trade
    MARKET, IOC             the first trade of the symbol fills all of it
    a limit that ends in 13 is rejected; the last message expires what works
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from tradestack.domain.execution_report import ExecutionReport, OrderCancelReject, Report
from tradestack.domain.order import (
    CxlRejReason,
    CxlRejResponseTo,
    ExecType,
    Order,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Side,
)
from tradestack.domain.requests import OrderCancelReplaceRequest, OrderCancelRequest
from tradestack.domain.tick import Tick, TickKind

Change = OrderCancelRequest | OrderCancelReplaceRequest
UNLUCKY = 13


@dataclass(frozen=True)
class Working:
    """An order in the market."""

    order_id: int
    order: Order
    arrival_ns: int
    cause: int
    cum_quantity: int = 0

    @property
    def leaves_quantity(self) -> int:
        """What is not filled."""
        return self.order.quantity - self.cum_quantity


class Market:
    """The account of one user; `ticks` are the feed session, to which more may be added."""

    def __init__(
        self, feed_session: str, ticks: Sequence[Tick], *, entry_ns: int = 0, report_ns: int = 0
    ) -> None:
        self.reports: list[Report] = []
        self.matched = 0
        self.names: set[str] = set()  # ClOrdIDs of what was received
        self._feed_session = feed_session
        self._ticks = ticks
        self._entry_ns = entry_ns
        self._report_ns = report_ns
        self._working: dict[str, Working] = {}
        self._done: set[str] = set()
        self._under_way: list[tuple[int, int, Change]] = []
        self._last_arrival_ns = 0
        self._last_visible_ns = 0
        self._orders = 0

    def request(self, request: Order | Change) -> None:
        """Take a request; a repeated one changes nothing."""
        if request.cl_ord_id in self.names:
            return
        self.names.add(request.cl_ord_id)
        self.match(request.feed_seq or 0)
        cause = self.matched
        arrival_ns = max(self._clock(cause) + self._entry_ns, self._last_arrival_ns)
        self._last_arrival_ns = arrival_ns
        if isinstance(request, Order):
            self._take(request, arrival_ns, cause)
        elif arrival_ns <= self._clock(cause):
            self._change(request, arrival_ns)
        else:
            self._under_way.append((arrival_ns, cause, request))

    def match(self, through: int) -> None:
        """Let the messages up to that number happen, as far as they exist."""
        while self.matched < min(through, len(self._ticks)):
            tick = self._ticks[self.matched]
            self.matched += 1
            while self._under_way:
                arrival_ns, cause, change = self._under_way[0]
                if arrival_ns > tick.event_time_ns or cause >= tick.sequence:
                    break
                del self._under_way[0]
                self._change(change, arrival_ns)
            if tick.kind is TickKind.PRICE:
                self._trade(tick)

    def restated(self) -> list[Report]:
        """Return a report on each working order, with which another order session begins."""
        before = len(self.reports)
        for working in self._working.values():
            status = OrdStatus.PARTIALLY_FILLED if working.cum_quantity else OrdStatus.NEW
            self._report(working, ExecType.RESTATED, status, self._clock(self.matched))
        restated, self.reports = self.reports[before:], self.reports[:before]
        return restated

    def end(self) -> None:
        """End the feed session: expire what works, refuse what is under way."""
        self.match(len(self._ticks))
        for working in list(self._working.values()):
            self._finish(working, ExecType.EXPIRED, OrdStatus.EXPIRED)
        for arrival_ns, _, change in self._under_way:
            self._change(change, arrival_ns)
        self._under_way.clear()

    def _clock(self, sequence: int) -> int:
        return self._ticks[sequence - 1].event_time_ns if sequence else 0

    def _take(self, order: Order, arrival_ns: int, cause: int) -> None:
        self._orders += 1
        working = Working(self._orders, order, arrival_ns, cause)
        if order.price is not None and order.price % 100 == UNLUCKY:
            self._done.add(order.cl_ord_id)
            why = {"reject_reason": OrdRejReason.OTHER, "leaves_quantity": None}
            self._report(working, ExecType.REJECTED, OrdStatus.REJECTED, arrival_ns, **why)
        else:
            self._working[order.cl_ord_id] = working
            self._report(working, ExecType.NEW, OrdStatus.NEW, arrival_ns)

    def _trade(self, tick: Tick) -> None:
        room = tick.size or 10**12
        for name, working in list(self._working.items()):
            order = working.order
            has_arrived = working.arrival_ns <= tick.event_time_ns and working.cause < tick.sequence
            if order.symbol != tick.symbol or not has_arrived or not room:
                continue
            is_market = order.ord_type is OrdType.MARKET
            limit = tick.value if is_market or order.price is None else order.price
            if (tick.value > limit) if order.side is Side.BUY else (tick.value < limit):
                continue
            quantity = working.leaves_quantity if is_market else min(working.leaves_quantity, room)
            room -= min(quantity, room)
            filled = replace(working, cum_quantity=working.cum_quantity + quantity)
            status = OrdStatus.PARTIALLY_FILLED
            self._working[name] = filled
            if not filled.leaves_quantity:
                status = OrdStatus.FILLED
                self._drop(name)
            fill = {"last_quantity": quantity, "last_price": limit}
            self._report(filled, ExecType.TRADE, status, tick.event_time_ns, **fill)

    def _change(self, change: Change, made_ns: int) -> None:
        working = self._working.get(change.orig_cl_ord_id)
        if working is None:
            self._refuse(change, made_ns)
        elif isinstance(change, OrderCancelRequest):
            self._finish(working, ExecType.CANCELED, OrdStatus.CANCELED, change, made_ns)
        else:
            del self._working[change.orig_cl_ord_id]
            quantity = max(change.quantity, working.cum_quantity)
            order = msgspec.structs.replace(
                working.order, cl_ord_id=change.cl_ord_id, quantity=quantity, price=change.price
            )
            replaced = replace(working, order=order)
            status = OrdStatus.PARTIALLY_FILLED if working.cum_quantity else OrdStatus.NEW
            if replaced.leaves_quantity:
                self._working[change.cl_ord_id] = replaced
            else:
                status = OrdStatus.FILLED
                self._done.add(change.cl_ord_id)
            names = {"orig_cl_ord_id": change.orig_cl_ord_id, "price": change.price}
            self._report(replaced, ExecType.REPLACED, status, made_ns, **names)

    def _finish(
        self,
        working: Working,
        exec_type: ExecType,
        status: OrdStatus,
        change: Change | None = None,
        made_ns: int | None = None,
    ) -> None:
        self._drop(working.order.cl_ord_id)
        made_ns = self._clock(self.matched) if made_ns is None else made_ns
        names = {}
        if change is not None:
            names = {"cl_ord_id": change.cl_ord_id, "orig_cl_ord_id": change.orig_cl_ord_id}
        self._report(working, exec_type, status, made_ns, leaves_quantity=0, **names)

    def _refuse(self, change: Change, made_ns: int) -> None:
        is_cancel = isinstance(change, OrderCancelRequest)
        self.reports.append(
            OrderCancelReject(
                order_id=None,
                cl_ord_id=change.cl_ord_id,
                orig_cl_ord_id=change.orig_cl_ord_id,
                ord_status=OrdStatus.REJECTED,
                response_to=CxlRejResponseTo.CANCEL if is_cancel else CxlRejResponseTo.REPLACE,
                reject_reason=CxlRejReason.TOO_LATE_TO_CANCEL
                if change.orig_cl_ord_id in self._done
                else CxlRejReason.UNKNOWN_ORDER,
                transact_time_ns=0,
                feed_session=self._feed_session,
                feed_seq=self.matched,
                visible_time_ns=self._visible(made_ns),
            )
        )

    def _drop(self, name: str) -> None:
        del self._working[name]
        self._done.add(name)

    def _report(
        self, working: Working, exec_type: ExecType, status: OrdStatus, made_ns: int, **fields: Any
    ) -> None:
        report: dict[str, Any] = {
            "order_id": working.order_id,
            "cl_ord_id": working.order.cl_ord_id,
            "exec_id": str(len(self.reports) + 1),
            "exec_type": exec_type,
            "ord_status": status,
            "symbol": working.order.symbol,
            "side": working.order.side,
            "quantity": working.order.quantity,
            "cum_quantity": working.cum_quantity,
            "leaves_quantity": working.leaves_quantity,
            "transact_time_ns": 0,
            "feed_session": self._feed_session,
            "feed_seq": self.matched,
            "visible_time_ns": self._visible(made_ns),
        }
        self.reports.append(ExecutionReport(**{**report, **fields}))

    def _visible(self, made_ns: int) -> int:
        self._last_visible_ns = max(self._last_visible_ns, made_ns + self._report_ns)
        return self._last_visible_ns
