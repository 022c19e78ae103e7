"""Orders and requests that can be awaited: each is kept until its answer comes.

A request is answered by the first report that has its ClOrdID, over any disconnects.
"""

import asyncio
import itertools
import logging
from collections import deque
from typing import Protocol

from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
    Report,
)
from tradestack.domain.order import ExecType, MassCancelRequestType, Order
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    OrderStatusRequest,
    Request,
)
from tradestack.net.client.awaited.faults import (
    LoggedInElsewhere,
    OrderNotTaken,
    OutcomeUnknown,
)
from tradestack.net.client.awaited.kept_answers import KeptAnswers
from tradestack.net.client.awaited.message import AwaitedMessage, Message
from tradestack.net.client.awaited.reports import AwaitedReports
from tradestack.net.client.connection import OutgoingFull
from tradestack.net.client.order_listener import OrderListener
from tradestack.observe.events import ORDER_OUTCOME_UNKNOWN, emit
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack.wire.orders import (
    ClientMessage,
    InvalidOrder,
    ServerMessage,
    decode_client_message,
    encode_message,
)

# Orders and requests that are not answered yet; some 4 MiB of them.
ORDERS_PENDING_MAX = 10_000

logger = logging.getLogger(__name__)


class OrderSender(Protocol):
    """The OrderClient that the orders are sent by."""

    @property
    def session_id(self) -> str:
        """The order session."""

    def send(self, message: ClientMessage) -> None:
        """Send a message. Raises OutgoingFull."""


class AwaitedOrders(OrderListener):
    """Order entry by `await`; many orders and requests may be under way at the same time.

    After a disconnect what has no answer is sent again under the same ClOrdID, which the order
    manager executes once. At the end of an order session it was not taken, and goes to the next.

    reports: what iterates over all reports, fills among them, from the first that the client was to
    get: by default the order session's first.
    """

    def __init__(self, client: OrderSender) -> None:
        self.reports = AwaitedReports()
        self._client = client
        self._is_connected = False
        self._failure: BaseException | None = None  # why no connection will come any more
        self._changed = asyncio.Event()
        self._pending: dict[str, AwaitedMessage] = {}  # by ClOrdID
        self._statuses: dict[str, AwaitedMessage] = {}  # by OrdStatusReqID
        self._status_ids = map(str, itertools.count(1))
        self._unsent: deque[AwaitedMessage] = deque()
        self._answers = KeptAnswers()
        self._room = asyncio.Semaphore(ORDERS_PENDING_MAX)

    async def enter(self, order: Order) -> ExecutionReport:
        """Send the order and return its report, accepted or rejected, however long that takes.

        The same order entered again gets the same report while that is kept (REPORTS_KEPT_MAX).
        Raises ReportNotKept when it is not any more (NAMES_KEPT_MAX), ValueError when a field is
        not what PROTOCOL.md allows or the ClOrdID names another order, OrderNotTaken when the order
        manager cannot take it now, OutcomeUnknown when the order session is no longer served and
        the report did not come, LoginRejected when the credentials are not valid any more,
        LoggedInElsewhere when another program uses the same user.
        """
        answer = await self._request(order)
        assert isinstance(answer, ExecutionReport)
        return answer

    async def cancel(
        self, orig_cl_ord_id: str, *, cl_ord_id: str
    ) -> ExecutionReport | OrderCancelReject:
        """Cancel what the order has left; return its CANCELED report, or the refusal.

        orig_cl_ord_id: of the order. cl_ord_id: a new one, of this request. Raises as `enter`.
        """
        request = OrderCancelRequest(cl_ord_id=cl_ord_id, orig_cl_ord_id=orig_cl_ord_id)
        answer = await self._request(request)
        assert not isinstance(answer, OrderMassCancelReport)
        return answer

    async def replace(
        self, orig_cl_ord_id: str, *, cl_ord_id: str, quantity: int, price: int | None = None
    ) -> ExecutionReport | OrderCancelReject:
        """Change the order's quantity and price; return its REPLACED report, or the refusal.

        quantity, price: ×10⁻⁸; the quantity is that of the whole order, price that of a LIMIT.
        cl_ord_id: the order's ClOrdID from then on. Raises as `enter`.
        """
        request = OrderCancelReplaceRequest(
            cl_ord_id=cl_ord_id, orig_cl_ord_id=orig_cl_ord_id, quantity=quantity, price=price
        )
        answer = await self._request(request)
        assert not isinstance(answer, OrderMassCancelReport)
        return answer

    async def mass_cancel(
        self, *, cl_ord_id: str, symbol: str | None = None
    ) -> ExecutionReport | OrderMassCancelReport:
        """Cancel all orders of the user, or those of a symbol; return how many, or a rejection.

        Each canceled order has a report of its own before that. Raises as `enter`.
        """
        kind = MassCancelRequestType.ALL if symbol is None else MassCancelRequestType.SYMBOL
        request = OrderMassCancelRequest(cl_ord_id=cl_ord_id, request_type=kind, symbol=symbol)
        answer = await self._request(request)
        assert not isinstance(answer, OrderCancelReject)
        return answer

    async def status(self, cl_ord_id: str) -> ExecutionReport:
        """Return the present state of the order; ExecType is ORDER_STATUS.

        Of an order that is not known: OrdStatus REJECTED, UNKNOWN_ORDER. Raises as `enter`.
        """
        request = OrderStatusRequest(cl_ord_id=cl_ord_id, request_id=next(self._status_ids))
        _check_fields(request)
        async with self._room:
            answer = await self._answer_to(request, self._statuses, request.request_id or "")
        assert isinstance(answer, ExecutionReport)
        return answer

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
        for pending in self._all_pending():
            if self._failure is not None:
                pending.fail(self._failure)
            elif pending.sent_in:
                self._give_up(pending)
            else:
                pending.answer.cancel()
        self.reports.end(self._failure)
        self._failure = self._failure or ConnectionError("the order client is closed")
        self._changed.set()

    def on_connected(self) -> None:
        """Send what has no answer; give up orders that a lost order session had taken."""
        for pending in self._all_pending():
            if pending.sent_in not in ("", self._client.session_id):
                self._give_up(pending)
        self._unsent = deque(p for p in self._all_pending() if not p.answer.done())
        self._is_connected = True
        self._changed.set()
        self._send_more()

    def on_message(self, message: ServerMessage) -> None:
        """Settle the order or the request that the message is about."""
        match message:
            case ExecutionReport(exec_type=ExecType.ORDER_STATUS):
                pending = self._statuses.get(message.status_request_id or "")
                if pending is not None:
                    pending.settle(message)
            case ExecutionReport() | OrderCancelReject() | OrderMassCancelReport():
                self._answers.keep(message)
                self.reports.put(message)
                pending = self._pending.get(message.cl_ord_id)
                if pending is not None:
                    pending.settle(message)
            case BusinessMessageReject(business_reject_ref_id=reference):
                is_status = message.ref_msg_type == "OrderStatusRequest"
                pending = (self._statuses if is_status else self._pending).get(reference)
                if pending is not None:
                    pending.fail(OrderNotTaken(reference, message.text))

    def on_room(self) -> None:
        """Send what waited."""
        self._send_more()

    def on_disconnected(self, close: Close) -> None:
        """Keep the orders: they are sent again. Raises LoggedInElsewhere."""
        self._is_connected = False
        if close.reason is CloseReason.REPLACED:
            raise LoggedInElsewhere

    def on_session_ended(self, session_id: str) -> None:
        """Keep what was not taken for the next session, and forget the reports of this one."""
        for pending in self._all_pending():
            if pending.sent_in == session_id:
                pending.sent_in = ""
        self._answers.clear()

    def on_session_lost(self, session_id: str) -> None:  # noqa: ARG002 (there is one at a time)
        """Forget the reports of the session; what was sent in it is given up at the next login."""
        self._answers.clear()

    async def _request(self, message: Order | Request) -> Report:
        """Send an order or a request about one; return its answer, that of before if it had one."""
        _check_fields(message)
        if (known := self._known_answer(message)) is not None:
            return known
        async with self._room:
            if (known := self._known_answer(message)) is not None:  # while there was no room
                return known
            return await self._answer_to(message, self._pending, message.cl_ord_id)

    async def _answer_to(
        self,
        message: Message,
        pending_by_key: dict[str, AwaitedMessage],
        key: str,
    ) -> Report:
        """Send the message and return its answer. Raises the reason why none can come."""
        if self._failure is not None:
            raise self._failure
        pending = AwaitedMessage(message, asyncio.get_running_loop().create_future())
        pending_by_key[key] = pending
        self._unsent.append(pending)
        try:
            self._send_more()
            return await pending.answer
        finally:
            pending_by_key.pop(key, None)
            pending.answer.cancel()  # what was not sent by now is not sent later

    def _all_pending(self) -> list[AwaitedMessage]:
        return [*self._pending.values(), *self._statuses.values()]

    def _send_more(self) -> None:
        while self._unsent and self._is_connected:
            pending = self._unsent[0]
            if not pending.answer.done():
                try:
                    self._client.send(pending.message)
                except OutgoingFull:
                    return
                if not isinstance(pending.message, OrderStatusRequest):  # which changes nothing
                    pending.sent_in = pending.sent_in or self._client.session_id
            self._unsent.popleft()

    def _known_answer(self, message: Order | Request) -> Report | None:
        """Return the answer if it is kept. Raises ReportNotKept, ValueError."""
        known = self._answers.find(message, self._client.session_id)
        if known is None and message.cl_ord_id in self._pending:
            raise ValueError(f"order {message.cl_ord_id} was entered and awaits its report")
        return known

    def _give_up(self, pending: AwaitedMessage) -> None:
        if not pending.answer.done():
            cl_ord_id = pending.message.cl_ord_id
            emit(logger, ORDER_OUTCOME_UNKNOWN, clordid=cl_ord_id, session=pending.sent_in)
            pending.fail(OutcomeUnknown(cl_ord_id, pending.sent_in))


def _check_fields(message: Message) -> None:
    """Raise ValueError for a malformed field: sent, it would use up the ClOrdID."""
    try:
        decode_client_message(encode_message(message))
    except InvalidOrder as refusal:
        raise ValueError(f"order {message.cl_ord_id}: {refusal.text}") from refusal
