"""State, received messages, rules → the records of one loop pass; the state is not changed.

    the same order again                     counted; its report is in the user's stream already
    known ClOrdID, another order             REJECTED DUPLICATE_ORDER, the first one stays
    any other order                          NEW, or REJECTED by the first of the checks
    Register                                 Registered with FromSeq
    a message that did not parse as either   REJECTED without an order number, uses up nothing

Some messages are not recorded, and the caller answers that the application is not available: those
that the order session has no room for (`Rules`), those with a known ClOrdID whose first order
cannot be read, and any whose record could not be read again. The records do not depend on how
messages are cut into batches.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, Order, OrdRejReason, OrdStatus
from tradestack.trading.checks import Rejection, Rules, check_order
from tradestack.trading.decisions import (
    Batch,
    JudgedMalformed,
    JudgedOrder,
    JudgedRegister,
    Malformed,
    Received,
)
from tradestack.trading.identity import identity_of
from tradestack.trading.registrations import Registration, from_sequence, traded_of
from tradestack.trading.session_state import SessionState
from tradestack.wire.accepted_order import encode_accepted
from tradestack.wire.order_journal import (
    MalformedRecord,
    OrderRecord,
    RegisterRecord,
    encode_record,
    report_length,
)
from tradestack.wire.order_messages import Register, Registered

_DUPLICATE = Rejection(OrdRejReason.DUPLICATE_ORDER, "ClOrdID was used for another order")


ReadOrder = Callable[[int], OrderRecord | None]


def judge(
    state: SessionState, received: Sequence[Received], rules: Rules, read_order: ReadOrder
) -> Batch:
    """State, received messages, rules → the decisions, in the order of the messages.

    read_order: number → the record of that order of this session, None if it cannot be read. It is
    called for known ClOrdIDs only.
    """
    judgement = _Judge(state, rules, read_order)
    for item in received:
        message = item.message
        try:
            if isinstance(message, Order):
                judgement.judge_order(item, message)
            elif isinstance(message, Register):
                judgement.answer_register(item, message)
            else:
                judgement.reject_malformed(item, message)
        except ValueError as error:  # of an encoder: a journal with that record would never open
            judgement.batch.unrecordable.append((item, error))
    return judgement.batch


@dataclass(slots=True)
class _Share:
    """A user's part of the order session, and what the batch records for the user.

    room: what the user's records of the batch and all of its records together stay below.
    """

    room: int
    recorded: int = 0
    malformed: int = 0


class _Judge:
    """Makes the decisions on the messages of one batch."""

    __slots__ = ("_looked_through", "_order_ids", "_read_order", "_registrations", "_rules",
                 "_shares", "_state", "_traded", "batch", "first_exec_number",
                 "first_order_id")  # fmt: skip

    def __init__(self, state: SessionState, rules: Rules, read_order: ReadOrder) -> None:
        self.batch = Batch()
        self.first_order_id = state.next_order_id
        self.first_exec_number = state.reports_count + 1
        self._state = state
        self._shares: dict[str, _Share] = {}  # of the users who have sent something
        self._order_ids = state.order_ids
        self._registrations = state.registrations
        self._traded: dict[tuple[str, str], int] = {}  # what the orders of the batch add to them
        self._looked_through = 0  # the number of these orders that are in it
        self._rules = rules
        self._read_order = read_order

    def judge_order(self, item: Received, order: Order) -> None:
        """Number an order that is new; count one that is known."""
        batch, user = self.batch, item.sender.user
        identity = identity_of(user, order.cl_ord_id)
        if identity not in self._order_ids and identity not in batch.by_identity:
            rejection = check_order(order, self._rules, item.time_ns)
        else:
            is_known = self._is_known(identity, user, order)
            if is_known is None:
                batch.unreadable.append(item)
                return
            if is_known:
                batch.duplicates += 1
                return
            rejection = _DUPLICATE
        if not self._use_room(item):
            return
        order_id = self.first_order_id + len(batch.orders)
        if rejection is None:
            reason = None
            record, length = encode_accepted(
                order, item.payload, user, item.time_ns, order_id, self._exec_id()
            )
        else:
            reason = rejection.reason
            record = _reject(order, item, order_id, self._exec_id(), rejection)
            length = report_length(record)
        judged = JudgedOrder(item, record, length, order, identity, order_id, reason)
        batch.judged.append(judged)
        batch.orders.append(judged)
        batch.by_identity.setdefault(identity, judged)

    def answer_register(self, item: Received, register: Register) -> None:
        """Answer a Register with FromSeq."""
        batch, user = self.batch, item.sender.user
        if not self._use_room(item):
            return
        key = (user, register.feed_session)
        previous = batch.registrations.get(key) or self._registrations.find(*key)
        answer = Registered(
            request_id=register.request_id,
            feed_session=register.feed_session,
            from_seq=from_sequence(previous, register, self._traded_seq(key)),
        )
        registration = Registration(register.config_hash, answer.from_seq)
        record = encode_record(
            RegisterRecord(time_ns=item.time_ns, user=user, register=register, report=answer)
        )
        length = report_length(record)
        batch.judged.append(
            JudgedRegister(item, record, length, register.feed_session, registration)
        )
        batch.registrations[key] = registration

    def reject_malformed(self, item: Received, message: Malformed) -> None:
        """Reject a malformed message."""
        batch, user = self.batch, item.sender.user
        share = self._share_of(user)
        if share.malformed >= self._rules.malformed_room(self._state.malformed[user]):
            batch.excess_malformed.append(item)
            return
        if not self._use_room(item):
            return
        share.malformed += 1
        report = ExecutionReport(
            cl_ord_id=message.cl_ord_id,
            exec_id=self._exec_id(),
            exec_type=ExecType.REJECTED,
            ord_status=OrdStatus.REJECTED,
            reject_reason=OrdRejReason.OTHER,
            text=message.text,
            transact_time_ns=item.time_ns,
        )
        record = encode_record(MalformedRecord(time_ns=item.time_ns, user=user, report=report))
        batch.judged.append(JudgedMalformed(item, record, report_length(record)))

    def _use_room(self, item: Received) -> bool:
        """Take the room of one record from the user's share; without room put the message aside."""
        share, batch = self._share_of(item.sender.user), self.batch
        if share.recorded + len(batch.judged) >= share.room:
            batch.excess.append(item)
            return False
        share.recorded += 1
        return True

    def _share_of(self, user: str) -> _Share:
        share = self._shares.get(user)
        if share is None:
            state = self._state
            room = self._rules.room(state.reports_of(user), state.reports_count)
            share = self._shares[user] = _Share(room)
        return share

    def _traded_seq(self, key: tuple[str, str]) -> int:
        """Return the highest FeedSeq of the user's orders there, those of the batch among them.

        The batch is looked through here and not at each order: few batches have a Register.
        """
        for judged in self.batch.orders[self._looked_through :]:
            place = judged.received.sender.user, judged.order.feed_session or ""
            traded_seq = traded_of(judged.order.feed_seq or 0)
            self._traded[place] = max(self._traded.get(place, 0), traded_seq)
        self._looked_through = len(self.batch.orders)
        return max(self._registrations.traded_seq(*key), self._traded.get(key, 0))

    def _exec_id(self) -> str:
        return f"{self._state.header.session}-{self.first_exec_number + len(self.batch.judged)}"

    def _is_known(self, identity: int, user: str, order: Order) -> bool | None:
        """Return whether the first order of this identity is the same order of the same user.

        None if it cannot be read.
        """
        order_id = self._order_ids.get(identity)
        if order_id is None:
            judged = self.batch.by_identity[identity]
            return judged.received.sender.user == user and judged.order.is_same_order(order)
        record = self._read_order(order_id)
        if record is None:
            return None
        return record.user == user and record.order.is_same_order(order)


def _reject(
    order: Order, item: Received, order_id: int, exec_id: str, rejection: Rejection
) -> bytes:
    report = ExecutionReport(
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
        transact_time_ns=item.time_ns,
    )
    return encode_record(
        OrderRecord(time_ns=item.time_ns, user=item.sender.user, order=order, report=report)
    )
