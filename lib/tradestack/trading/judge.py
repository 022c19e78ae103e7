"""state, received messages, rules → the records of one loop pass. The state is not changed.

    the same order again                     counted; its report is in the user's stream already
    known ClOrdID, another order             REJECTED DUPLICATE_ORDER, the first one stays
    any other order                          NEW, or REJECTED by the first of the checks
    Register                                 Registered with FromSeq
    a message that did not parse as either   REJECTED without an order number, uses up nothing

When the order session is full nothing is recorded, and the sender learns that the application is
not available. The records do not depend on how messages are cut into batches.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, Order, OrdRejReason, OrdStatus
from tradestack.trading.checks import Rejection, Rules, check_order
from tradestack.trading.decisions import (
    Batch,
    Judged,
    JudgedMalformed,
    JudgedOrder,
    JudgedRegister,
    Malformed,
    Received,
)
from tradestack.trading.identity import identity_of
from tradestack.trading.registrations import Registration, from_sequence
from tradestack.trading.session_state import SessionState
from tradestack.wire.order_journal import (
    MalformedRecord,
    OrderRecord,
    RegisterRecord,
    encode_record,
    join_order_record,
    report_length,
)
from tradestack.wire.order_messages import Register, Registered
from tradestack.wire.orders import encode_accepted, encode_message

_DUPLICATE = Rejection(OrdRejReason.DUPLICATE_ORDER, "ClOrdID was used for another order")


ReadOrder = Callable[[int], OrderRecord]


def judge(
    state: SessionState, received: Sequence[Received], rules: Rules, read_order: ReadOrder
) -> Batch:
    """The decisions on these messages, in their order.

    read_order: the record of an order of this session by its number. It is asked only for a ClOrdID
    that is known; what it raises is raised.
    """
    batch = Batch()
    judge = _Judge(state, rules, read_order, batch)
    room = rules.reports_per_session_max - state.reports_count
    for index, item in enumerate(received):
        judged = judge.decide(item)
        if judged is None:
            batch.duplicates += 1
        elif len(batch.judged) >= room:
            batch.excess.append(index)
        else:
            batch.add(judged, index)
    return batch


@dataclass(frozen=True, slots=True)
class _Judge:
    """Decides on one message at a time."""

    state: SessionState
    rules: Rules
    read_order: ReadOrder
    batch: Batch

    def decide(self, item: Received) -> Judged | None:
        """The decision on a message; None for an order that is known."""
        exec_number = self.state.reports_count + len(self.batch.judged) + 1
        exec_id = f"{self.state.header.session}-{exec_number}"
        if isinstance(item.message, Order):
            return self._judge_order(item, item.message, exec_id)
        if isinstance(item.message, Register):
            return self._answer_register(item, item.message)
        return _reject_malformed(item, item.message, exec_id)

    def _judge_order(self, item: Received, order: Order, exec_id: str) -> JudgedOrder | None:
        identity = identity_of(item.user, order.cl_ord_id)
        first = self._find_first(identity)
        if first is None:
            rejection = check_order(order, self.rules, item.time_ns)
        elif first[0] == item.user and first[1].is_same_order(order):
            return None
        else:
            rejection = _DUPLICATE
        order_id = self.state.next_order_id + len(self.batch.orders)
        report = _report_order(order, order_id, exec_id, item.time_ns, rejection)
        return JudgedOrder(
            received=item,
            record=join_order_record(item.time_ns, item.user, order, item.payload, report),
            report_length=len(report),
            identity=identity,
            order_id=order_id,
            reason=None if rejection is None else rejection.reason,
        )

    def _find_first(self, identity: int) -> tuple[str, Order] | None:
        """User and order of the first that has this identity."""
        judged = self.batch.by_identity.get(identity)
        if judged is not None:
            return judged.received.user, judged.order
        order_id = self.state.order_ids.get(identity)
        if order_id is None:
            return None
        record = self.read_order(order_id)
        return record.user, record.order

    def _answer_register(self, item: Received, register: Register) -> JudgedRegister:
        key = (item.user, register.feed_session)
        previous = self.batch.registrations.get(key) or self.state.registrations.find(*key)
        answer = Registered(
            request_id=register.request_id,
            feed_session=register.feed_session,
            from_seq=from_sequence(previous, register),
        )
        record = encode_record(
            RegisterRecord(time_ns=item.time_ns, user=item.user, register=register, report=answer)
        )
        return JudgedRegister(
            received=item,
            record=record,
            report_length=report_length(record),
            feed_session=register.feed_session,
            registration=Registration(register.config_hash, answer.from_seq),
        )


def _report_order(
    order: Order, order_id: int, exec_id: str, time_ns: int, rejection: Rejection | None
) -> bytes:
    if rejection is None:
        return encode_accepted(order, order_id, exec_id, time_ns)
    return encode_message(
        ExecutionReport(
            order_id=order_id,
            cl_ord_id=order.cl_ord_id,
            exec_id=exec_id,
            exec_type=ExecType.REJECTED,
            ord_status=OrdStatus.REJECTED,
            symbol=order.symbol,
            side=order.side,
            quantity=order.quantity,
            reject_reason=rejection.reason,
            text=rejection.text,
            transact_time_ns=time_ns,
        )
    )


def _reject_malformed(item: Received, message: Malformed, exec_id: str) -> JudgedMalformed:
    report = ExecutionReport(
        cl_ord_id=message.cl_ord_id,
        exec_id=exec_id,
        exec_type=ExecType.REJECTED,
        ord_status=OrdStatus.REJECTED,
        reject_reason=OrdRejReason.OTHER,
        text=message.text,
        transact_time_ns=item.time_ns,
    )
    record = encode_record(MalformedRecord(time_ns=item.time_ns, user=item.user, report=report))
    return JudgedMalformed(received=item, record=record, report_length=report_length(record))
