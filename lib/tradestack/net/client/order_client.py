"""orders → their reports, each order once, over any disconnects of the order manager."""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from typing import Self

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import Order
from tradestack.net.addresses import Address
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.connection import ConnectionLimits, OutgoingFull
from tradestack.net.client.login import Credentials, LoginRejected, SequenceHole
from tradestack.net.client.order_connection import OrderConnection
from tradestack.observe.events import (
    ORDER_OUTCOME_UNKNOWN,
    SERVER_CONNECTED,
    SERVER_LOGIN_REJECTED,
    SERVER_LOST,
    emit,
)
from tradestack.wire.errors import ProtocolError
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack.wire.orders import (
    InvalidOrder,
    ServerMessage,
    decode_client_message,
    encode_message,
)
from tradestack.wire.soup import RejectReason

# Orders entered and not reported yet; some 4 MiB of them.
ORDERS_PENDING_MAX = 10_000
# Reports kept so that the same order entered again gets its report again; some 300 MiB at worst.
REPORTS_KEPT_MAX = 500_000

logger = logging.getLogger(__name__)


class OutcomeUnknown(Exception):
    """The order was sent, its report never came, and the order session that knows it is gone."""

    def __init__(self, cl_ord_id: str, session: str) -> None:
        super().__init__(f"order {cl_ord_id} was sent in session {session}, its outcome is unknown")
        self.cl_ord_id = cl_ord_id
        self.session = session


class OrderNotTaken(Exception):
    """The order manager could not take the order now and remembers nothing of it."""

    def __init__(self, cl_ord_id: str, text: str) -> None:
        super().__init__(f"order {cl_ord_id} was not taken: {text}")
        self.cl_ord_id = cl_ord_id


@dataclass(slots=True)
class _Pending:
    order: Order
    reported: asyncio.Future[ExecutionReport]
    sent_in: str = ""  # the order session in which it was sent first, "" = not yet


class OrderClient:
    """Order entry that survives disconnects and restarts of the order manager.

        me = Credentials("news", "secret")
        async with OrderClient(address, me, clock=SystemClock()) as orders:
            report = await orders.enter(
                Order(
                    cl_ord_id="first",
                    symbol="SPY",
                    side=Side.BUY,
                    quantity=10 * SCALE,
                    ord_type=OrdType.MARKET,
                    time_in_force=TimeInForce.IOC,
                )
            )
            print(report.ord_status.value, report.order_id)

    After a disconnect what has no report is sent again under the same ClOrdID, which the order
    manager executes once. Many orders may be entered at the same time. Use one client for each
    user: the order manager keeps one connection a user.
    """

    def __init__(
        self,
        address: Address,
        credentials: Credentials,
        *,
        clock: Clock,
        limits: ConnectionLimits | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self._address = address
        self._credentials = credentials
        self._clock = clock
        self._limits = limits
        self._backoff = backoff or Backoff()
        self._session = ""
        self._sequence = 1
        self._ended = ""  # the session that is over: not to be followed again
        self._connection: OrderConnection | None = None
        self._pending: dict[str, _Pending] = {}
        self._unsent: deque[_Pending] = deque()
        self._reports: dict[str, ExecutionReport] = {}
        self._room = asyncio.Semaphore(ORDERS_PENDING_MAX)
        self._lost = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Waits until logged in. Raises LoginRejected."""
        await self._connect()
        self._keeper = asyncio.create_task(self._keep_connected())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Logs out; orders without a report get OutcomeUnknown, unsent ones are cancelled."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        for pending in list(self._pending.values()):
            if pending.sent_in:
                self._give_up(pending)
            else:
                pending.reported.cancel()

    async def enter(self, order: Order) -> ExecutionReport:
        """Sends the order and awaits its report, accepted or rejected, as long as it takes.

        The same order entered again gets the same report. Raises ValueError when a field is not
        what PROTOCOL.md allows or its ClOrdID names another order of ours, OrderNotTaken when the
        order manager cannot take it now, OutcomeUnknown when the order session ended before its
        report came, LoginRejected when the order manager does not let us in any more.
        """
        _check_fields(order)
        known = self._reports.get(order.cl_ord_id)
        if known is not None:
            _check_same(order, known)
            return known
        if order.cl_ord_id in self._pending:
            raise ValueError(f"order {order.cl_ord_id} was entered and awaits its report")
        async with self._room:
            pending = _Pending(order, asyncio.get_running_loop().create_future())
            self._pending[order.cl_ord_id] = pending
            self._unsent.append(pending)
            try:
                self._send_more()
                if self._keeper is not None and self._keeper.done():
                    self._keeper.result()  # raises why there is no connection any more
                return await pending.reported
            finally:
                self._pending.pop(order.cl_ord_id, None)

    async def _keep_connected(self) -> None:
        while True:
            await self._lost.wait()
            await asyncio.sleep(self._backoff.next_delay_ns() / NANOSECONDS_PER_SECOND)
            try:
                await self._connect()
            except (LoginRejected, SequenceHole) as failure:
                for pending in self._pending.values():
                    if not pending.reported.done():
                        pending.reported.set_exception(failure)
                raise

    async def _connect(self) -> None:
        """Tries until it succeeds. Raises LoginRejected and SequenceHole: no use to try on."""
        while self._connection is None:
            try:
                connection = await self._open()
            except LoginRejected as rejection:
                emit(logger, SERVER_LOGIN_REJECTED, address=self._address, reason=rejection)
                if rejection.reason is RejectReason.NOT_AUTHORIZED:
                    raise
                self._forget_session()
            except (OSError, ProtocolError) as error:
                logger.debug("no connection to %s: %s", self._address, error)
            else:
                if connection.session == self._ended:
                    connection.close()  # the order manager has not begun another yet
                else:
                    self._follow(connection)
            if self._connection is None:
                await asyncio.sleep(self._backoff.next_delay_ns() / NANOSECONDS_PER_SECOND)

    async def _open(self) -> OrderConnection:
        return await OrderConnection.open(
            self._address,
            self._credentials,
            self._session,
            self._sequence,
            on_message=self._on_message,
            on_closed=self._on_closed,
            on_end_of_session=self._on_end_of_session,
            on_room=self._send_more,
            clock=self._clock,
            limits=self._limits,
        )

    def _follow(self, connection: OrderConnection) -> None:
        self._connection = connection
        self._lost.clear()
        self._session = connection.session
        emit(
            logger,
            SERVER_CONNECTED,
            address=self._address,
            session=self._session,
            next=connection.next_sequence,
        )
        for pending in list(self._pending.values()):
            if pending.sent_in not in ("", self._session):
                self._give_up(pending)
        self._unsent = deque(p for p in self._pending.values() if not p.reported.done())
        self._send_more()

    def _send_more(self) -> None:
        while self._unsent and self._connection is not None:
            pending = self._unsent[0]
            if not pending.reported.done():
                try:
                    self._connection.send(pending.order)
                except OutgoingFull:
                    return
                pending.sent_in = pending.sent_in or self._session
            self._unsent.popleft()

    def _on_message(self, sequence: int, message: ServerMessage) -> None:
        self._backoff.reset()
        self._sequence = sequence + 1 if sequence else self._sequence
        if isinstance(message, ExecutionReport):
            self._on_report(message)
        elif isinstance(message, BusinessMessageReject):
            pending = self._pending.get(message.business_reject_ref_id)
            if pending is not None and not pending.reported.done():
                failure = OrderNotTaken(message.business_reject_ref_id, message.text)
                pending.reported.set_exception(failure)

    def _on_report(self, report: ExecutionReport) -> None:
        if report.cl_ord_id not in self._reports and report.order_id is not None:
            if len(self._reports) >= REPORTS_KEPT_MAX:
                del self._reports[next(iter(self._reports))]
            self._reports[report.cl_ord_id] = report
        pending = self._pending.get(report.cl_ord_id)
        if pending is not None and not pending.reported.done():
            pending.reported.set_result(report)

    def _on_end_of_session(self) -> None:
        self._ended = self._session
        self._forget_session()

    def _on_closed(self, reason: str) -> None:
        emit(logger, SERVER_LOST, address=self._address, session=self._session, reason=reason)
        self._connection = None
        self._lost.set()

    def _forget_session(self) -> None:
        self._session = ""
        self._sequence = 1
        self._reports.clear()

    def _give_up(self, pending: _Pending) -> None:
        if not pending.reported.done():
            cl_ord_id = pending.order.cl_ord_id
            emit(logger, ORDER_OUTCOME_UNKNOWN, clordid=cl_ord_id, session=pending.sent_in)
            pending.reported.set_exception(OutcomeUnknown(cl_ord_id, pending.sent_in))


def _check_fields(order: Order) -> None:
    """What would be refused for its form is not sent: that would use up no ClOrdID."""
    try:
        decode_client_message(encode_message(order))
    except InvalidOrder as refusal:
        raise ValueError(f"order {order.cl_ord_id}: {refusal.text}") from refusal


def _check_same(order: Order, report: ExecutionReport) -> None:
    """What the report repeats of its order must be what is entered now."""
    if (order.symbol, order.side) != (report.symbol, report.side) or (
        report.quantity is not None and order.quantity != report.quantity
    ):
        raise ValueError(f"ClOrdID {order.cl_ord_id} already names another order")
