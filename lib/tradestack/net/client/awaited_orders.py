"""Orders that can be awaited: each is kept until its report comes, over any disconnects."""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import Order
from tradestack.net.client.connection import OutgoingFull
from tradestack.net.client.order_listener import OrderListener
from tradestack.observe.events import ORDER_OUTCOME_UNKNOWN, emit
from tradestack.wire.close_reason import Close
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack.wire.orders import (
    ClientMessage,
    InvalidOrder,
    ServerMessage,
    decode_client_message,
    encode_message,
)

# Orders entered and not reported yet; some 4 MiB of them.
ORDERS_PENDING_MAX = 10_000
# Reports kept to answer an order that is entered again, some 6 MiB: a program that was restarted
# enters again what it had in flight, at most ORDERS_PENDING_MAX orders, not a day's.
REPORTS_KEPT_MAX = ORDERS_PENDING_MAX
# ClOrdIDs of older reports, some 200 bytes each: the order manager answers a repeated order by its
# report in the stream alone, so that who enters it again would wait for ever. As many as an order
# session has reports unless it is configured otherwise.
NAMES_KEPT_MAX = 1_000_000

logger = logging.getLogger(__name__)


class OutcomeUnknown(Exception):
    """The order was sent, its report never came, and the order session that has it is gone."""

    def __init__(self, cl_ord_id: str, session_id: str) -> None:
        super().__init__(
            f"order {cl_ord_id} was sent in order session {session_id}, its outcome is unknown"
        )
        self.cl_ord_id = cl_ord_id
        self.session_id = session_id


class OrderNotTaken(Exception):
    """The order manager could not take the order now and remembers nothing of it."""

    def __init__(self, cl_ord_id: str, text: str) -> None:
        super().__init__(f"order {cl_ord_id} was not taken: {text}")
        self.cl_ord_id = cl_ord_id


class ReportNotKept(Exception):
    """The order had its report in this order session, too long ago for it to be kept here."""

    def __init__(self, cl_ord_id: str, session_id: str) -> None:
        super().__init__(
            f"order {cl_ord_id} had its report in order session {session_id}, and only the newest "
            f"{REPORTS_KEPT_MAX:,} reports are kept: it was not sent again; its outcome is in "
            "order_log.txt and in the order journal (`tradestackctl journal show`)"
        )
        self.cl_ord_id = cl_ord_id
        self.session_id = session_id


class OrderSender(Protocol):
    """The OrderClient that the orders are sent by."""

    @property
    def session_id(self) -> str:
        """The order session."""

    def send(self, message: ClientMessage) -> None:
        """Send a message. Raises OutgoingFull."""


@dataclass(slots=True)
class _Pending:
    order: Order
    report: asyncio.Future[ExecutionReport]
    sent_in: str = ""  # the order session in which it was sent first, "" before that

    def fail(self, failure: BaseException) -> None:
        if not self.report.done():
            self.report.set_exception(failure)


class AwaitedOrders(OrderListener):
    """Order entry by `await`; many orders may be entered at the same time.

    After a disconnect what has no report is sent again under the same ClOrdID, which the order
    manager executes once. At the end of an order session it was not taken, and goes to the next.
    """

    def __init__(self, client: OrderSender) -> None:
        self._client = client
        self._is_connected = False
        self._failure: BaseException | None = None  # why no connection will come any more
        self._changed = asyncio.Event()
        self._pending: dict[str, _Pending] = {}
        self._unsent: deque[_Pending] = deque()
        self._reports: dict[str, ExecutionReport] = {}
        self._older: dict[str, None] = {}  # names of orders whose report was kept once
        self._room = asyncio.Semaphore(ORDERS_PENDING_MAX)

    async def enter(self, order: Order) -> ExecutionReport:
        """Send the order and return its report, accepted or rejected, however long that takes.

        The same order entered again gets the same report while that is kept (REPORTS_KEPT_MAX).
        Raises ReportNotKept when it is not any more (NAMES_KEPT_MAX), ValueError when a field is
        not what PROTOCOL.md allows or the ClOrdID names another order, OrderNotTaken when the order
        manager cannot take it now, OutcomeUnknown when the order session is no longer served and
        the report did not come, LoginRejected when the credentials are not valid any more.
        """
        _check_fields(order)
        if (known := self._known_report(order)) is not None:
            return known
        async with self._room:
            if self._failure is not None:
                raise self._failure
            if (known := self._known_report(order)) is not None:  # it came while there was no room
                return known
            pending = _Pending(order, asyncio.get_running_loop().create_future())
            self._pending[order.cl_ord_id] = pending
            self._unsent.append(pending)
            try:
                self._send_more()
                return await pending.report
            finally:
                self._pending.pop(order.cl_ord_id, None)
                pending.report.cancel()  # what was not sent by now is not sent later

    async def connected(self) -> None:
        """Return when logged in. Raises the reason if that will not happen."""
        while not self._is_connected:
            if self._failure is not None:
                raise self._failure
            self._changed.clear()
            await self._changed.wait()

    def ended(self, task: "asyncio.Task[None]") -> None:
        """Fail what is pending: the client's task has ended, by a fault or by `close`."""
        self._is_connected = False
        self._failure = None if task.cancelled() else task.exception()
        for pending in self._pending.values():
            if self._failure is not None:
                pending.fail(self._failure)
            elif pending.sent_in:
                self._give_up(pending)
            else:
                pending.report.cancel()
        self._failure = self._failure or ConnectionError("the order client is closed")
        self._changed.set()

    def on_connected(self) -> None:
        """Send what has no report; give up what another order session was to report on."""
        for pending in list(self._pending.values()):
            if pending.sent_in not in ("", self._client.session_id):
                self._give_up(pending)
        self._unsent = deque(p for p in self._pending.values() if not p.report.done())
        self._is_connected = True
        self._changed.set()
        self._send_more()

    def on_message(self, message: ServerMessage) -> None:
        """Settle the order that the message is about."""
        match message:
            case ExecutionReport():
                self._on_report(message)
            case BusinessMessageReject(business_reject_ref_id=cl_ord_id):
                pending = self._pending.get(cl_ord_id)
                if pending is not None:
                    pending.fail(OrderNotTaken(cl_ord_id, message.text))

    def on_room(self) -> None:
        """Send what waited."""
        self._send_more()

    def on_disconnected(self, close: Close) -> None:  # noqa: ARG002 (the client logs it)
        """Keep the orders: they are sent again."""
        self._is_connected = False

    def on_session_ended(self, session_id: str) -> None:
        """Keep what was not taken for the next session, and forget the reports of this one."""
        for pending in self._pending.values():
            if pending.sent_in == session_id:
                pending.sent_in = ""
        self._forget_reports()

    def on_session_lost(self, session_id: str) -> None:  # noqa: ARG002 (there is one at a time)
        """Forget the reports of the session; what was sent in it is given up at the next login."""
        self._forget_reports()

    def _send_more(self) -> None:
        while self._unsent and self._is_connected:
            pending = self._unsent[0]
            if not pending.report.done():
                try:
                    self._client.send(pending.order)
                except OutgoingFull:
                    return
                pending.sent_in = pending.sent_in or self._client.session_id
            self._unsent.popleft()

    def _on_report(self, report: ExecutionReport) -> None:
        if report.order_id is not None:
            self._keep(report)
        pending = self._pending.get(report.cl_ord_id)
        if pending is not None and not pending.report.done():
            pending.report.set_result(report)

    def _known_report(self, order: Order) -> ExecutionReport | None:
        """Return the order's report if it is kept. Raises ReportNotKept, ValueError."""
        known = self._reports.get(order.cl_ord_id)
        if known is not None:
            _check_same(order, known)
        elif order.cl_ord_id in self._older:
            raise ReportNotKept(order.cl_ord_id, self._client.session_id)
        elif order.cl_ord_id in self._pending:
            raise ValueError(f"order {order.cl_ord_id} was entered and awaits its report")
        return known

    def _keep(self, report: ExecutionReport) -> None:
        """Keep an order's first report; of the oldest one, only the name."""
        if report.cl_ord_id in self._reports or report.cl_ord_id in self._older:
            return
        if len(self._reports) >= REPORTS_KEPT_MAX:
            oldest = next(iter(self._reports))
            del self._reports[oldest]
            if len(self._older) >= NAMES_KEPT_MAX:
                del self._older[next(iter(self._older))]
            self._older[oldest] = None
        self._reports[report.cl_ord_id] = report

    def _forget_reports(self) -> None:
        self._reports.clear()
        self._older.clear()

    def _give_up(self, pending: _Pending) -> None:
        if not pending.report.done():
            cl_ord_id = pending.order.cl_ord_id
            emit(logger, ORDER_OUTCOME_UNKNOWN, clordid=cl_ord_id, session=pending.sent_in)
            pending.fail(OutcomeUnknown(cl_ord_id, pending.sent_in))


def _check_fields(order: Order) -> None:
    """Raise ValueError for a malformed field: sent, it would use up the ClOrdID."""
    try:
        decode_client_message(encode_message(order))
    except InvalidOrder as refusal:
        raise ValueError(f"order {order.cl_ord_id}: {refusal.text}") from refusal


def _check_same(order: Order, report: ExecutionReport) -> None:
    """Raise ValueError if the report is on another order."""
    if (order.symbol, order.side) != (report.symbol, report.side) or (
        report.quantity is not None and order.quantity != report.quantity
    ):
        raise ValueError(f"ClOrdID {order.cl_ord_id} already names another order")
