"""The order path: the messages of one loop pass are judged, journalled, committed and answered.

`Settler.settle` is the ordering rule of the order manager, top to bottom: append → sync → commit →
answer → show. No order is answered before it is journalled, or shown before it is answered.
Messages are decoded as they arrive (one that is not JSON ends its connection only) and wait until
the end of the pass, which handles a bounded number of them (net/server/turns.py). All messages of a
pass have the time of the first.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial

from tradestack.domain.clock import Clock
from tradestack.domain.order import BusinessRejectReason, Order
from tradestack.net.server.connection import Connection
from tradestack.runtime.end_process import end_process
from tradestack.runtime.fail_points import FailPoint, passed
from tradestack.trading.checks import Rules
from tradestack.trading.decisions import Batch, Malformed, Received
from tradestack.trading.judge import judge
from tradestack.wire.order_journal import OrderRecord
from tradestack.wire.order_messages import BusinessMessageReject, Progress, Register
from tradestack.wire.orders import InvalidOrder, decode_client_message, encode_message
from tradestack_order_manager.availability import Availability
from tradestack_order_manager.durability import Durability
from tradestack_order_manager.order_statistics import OrderStatistics
from tradestack_order_manager.sessions.order_session import OrderSession
from tradestack_order_manager.sessions.order_sessions import OrderSessions
from tradestack_order_manager.show.order_display import OrderDisplay
from tradestack_order_manager.usage import Usage

# A message for a session that has ended must not be executed in the next one, where the client
# could not tell its report from that of another order.
SESSION_ENDED = "the order session has ended: log in to the current one"
SESSION_FULL = (
    "the order session is full (for this user's share of orders_per_session_max): "
    "another one begins by itself"
)
TOO_MANY_MALFORMED = "malformed messages of this user have used a tenth of orders_per_session_max"
ORDER_UNREADABLE = "the first order with this ClOrdID cannot be read from the order journal"
UNRECORDABLE = "no record of this message could be read again from the order journal"
NOT_SERVED = "this order manager takes NewOrderSingle and Register"

logger = logging.getLogger(__name__)


class Settler:
    """Settles the messages of each loop pass together.

    answer: sends new reports to the clients that are up to date. rules: limits that orders are
    checked against. durability: DISK syncs what is appended before it is answered. A reload
    replaces these two.
    """

    def __init__(
        self,
        *,
        sessions: OrderSessions,
        display: OrderDisplay,
        availability: Availability,
        usage: Usage,
        statistics: OrderStatistics,
        durability: Durability,
        rules: Rules,
        answer: Callable[[], None],
        clock: Clock,
    ) -> None:
        self.durability = durability
        self.rules = rules
        self._sessions = sessions
        self._display = display
        self._availability = availability
        self._usage = usage
        self._statistics = statistics
        self._answer = answer
        self._clock = clock
        self._received: list[Received] = []
        self._received_ns = 0  # of the first of them, monotonic clock
        self._time_ns = 0  # and wall clock

    def unsequenced_received(self, connection: Connection, payload: bytes) -> None:
        """Decode one message, to be settled at the end of the pass; raise ProtocolError."""
        message: Order | Register | Malformed
        try:
            decoded = decode_client_message(payload)
            if isinstance(decoded, Progress):  # asks for nothing
                return
            if isinstance(decoded, Order | Register):
                message = decoded
            else:
                raise InvalidOrder(NOT_SERVED, getattr(decoded, "cl_ord_id", ""))
        except InvalidOrder as invalid:
            connection.count_malformed()
            message = Malformed(invalid.text, invalid.cl_ord_id)
        if not self._received:
            self._received_ns = self._clock.monotonic_ns()
            self._time_ns = self._clock.wall_ns()
            asyncio.get_running_loop().call_soon(self.settle)
        self._received.append(Received(connection, self._time_ns, payload, message))

    def settle(self) -> None:
        """Judge, append, sync, commit, answer and show, in this order, all messages that wait."""
        session = self._sessions.current
        received = self._take_received(session)
        if received:
            passed(FailPoint.ORDER_MANAGER_RECEIVED)
            batch = judge(session.state, received, self.rules, partial(_read_order, session))
            self._statistics.count_duplicates(batch.duplicates)
            try:
                passed(FailPoint.ORDER_MANAGER_JUDGED)
                self._availability.check()
                offsets = session.journal.append(batch.records)
                if offsets and self.durability is Durability.DISK:
                    session.sync()
                session.state.commit(batch.judged, offsets)
            except OSError as error:  # nothing was appended, so nothing is remembered
                self._availability.note_failed(error, session.id)
                fault = f"orders cannot be journalled: {error.strerror}"
                self._refuse([judged.received for judged in batch.judged], fault)
            except BaseException as fault:
                end_process("between journal and state", fault)
            else:
                passed(FailPoint.ORDER_MANAGER_JOURNALLED)
                journalled_ns = self._clock.monotonic_ns()
                self._answer()
                passed(FailPoint.ORDER_MANAGER_REPORTED)
                self._show(batch, session, journalled_ns)
            self._refuse_unrecorded(batch, session)

    def _take_received(self, session: OrderSession) -> list[Received]:
        """Take what waits; refuse the messages of connections whose order session has ended."""
        received, self._received = self._received, []
        session_id = session.id
        ended = [item for item in received if item.sender.session_id != session_id]
        if not ended:
            return received
        self._refuse(ended, SESSION_ENDED)
        return [item for item in received if item.sender.session_id == session_id]

    def _show(self, batch: Batch, session: OrderSession, journalled_ns: int) -> None:
        if batch.judged:
            self._statistics.count_settled(
                len(batch.judged), len(batch.orders), self._received_ns, journalled_ns
            )
            self._availability.note_written(session.id)
            self._display.show(batch, session)

    def _refuse_unrecorded(self, batch: Batch, session: OrderSession) -> None:
        if batch.excess:
            self._usage.note_refused(session, [item.sender.user for item in batch.excess])
            self._refuse(batch.excess, SESSION_FULL)
        if batch.excess_malformed:
            self._usage.note_malformed(item.sender.user for item in batch.excess_malformed)
            self._refuse(batch.excess_malformed, TOO_MANY_MALFORMED)
        self._refuse(batch.unreadable, ORDER_UNREADABLE)
        for item, problem in batch.unrecordable:
            logger.error("a message of %s cannot be journalled: %s", item.sender.user, problem)
            self._refuse([item], UNRECORDABLE)

    def _refuse(self, refused: Sequence[Received], text: str) -> None:
        """Answer that the messages have left no trace, so they may be sent again."""
        for item in refused:
            name, reference = _reference(item.message)
            reject = BusinessMessageReject(
                ref_msg_type=name,
                business_reject_ref_id=reference,
                business_reject_reason=BusinessRejectReason.APPLICATION_NOT_AVAILABLE,
                text=text,
            )
            item.sender.send_unsequenced(encode_message(reject))
        self._statistics.count_refused(len(refused))


def _read_order(session: OrderSession, order_id: int) -> OrderRecord | None:
    """Read an order of the session for `judge`; return None, logged, if it cannot be read."""
    try:
        return session.order(order_id)
    except OSError as error:
        logger.error("order %d of %s cannot be read: %s", order_id, session.journal.path, error)
        return None


def _reference(message: Order | Register | Malformed) -> tuple[str, str]:
    """Message → its MsgType and id, as a BusinessMessageReject refers to it."""
    match message:
        case Order():
            return "NewOrderSingle", message.cl_ord_id
        case Register():
            return "Register", message.request_id
        case Malformed():
            return "", message.cl_ord_id
