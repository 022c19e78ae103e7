"""state, what users sent, rules → records and reports of one loop pass. Nothing is changed.

    the same order again                     counted; its report already stands in the user's stream
    known ClOrdID, another order             REJECTED DUPLICATE_ORDER, the first one stands
    any other order                          NEW, or REJECTED by the first of the checks
    Register                                 Registered with FromSeq
    what did not parse as either             REJECTED without an order number, uses up nothing

The order session full: nothing is recorded, the sender is told that the application is not
available. Whatever is cut into batches, and however, comes to the same records.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from tradestack.domain.order import ExecType, OrdRejReason, OrdStatus
from tradestack.trading.checks import Rejection, Rules, check_order
from tradestack.trading.identity import content_of, identity_of
from tradestack.trading.registrations import Registration, from_sequence
from tradestack.trading.session_state import Entry, SessionState, registration_of
from tradestack.wire.order_journal import (
    MalformedRecord,
    OrderRecord,
    RegisterRecord,
    encode_record,
)
from tradestack.wire.order_messages import ExecutionReport, NewOrderSingle, Register, Registered
from tradestack.wire.orders import InvalidOrder

_DUPLICATE = Rejection(OrdRejReason.DUPLICATE_ORDER, "ClOrdID was used for another order")


class Received(msgspec.Struct, frozen=True):
    """What a user sent, and when it was received (ns since the Unix epoch)."""

    user: str
    time_ns: int
    message: NewOrderSingle | Register | InvalidOrder


@dataclass(slots=True)
class Batch:
    """The decisions on one loop pass, and what they would add to the state.

    sources: for each entry, the index of what was received.
    order_records, malformed_records: those among the entries' records, in order.
    excess: indices of what found the order session full.
    """

    entries: list[Entry] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    excess: list[int] = field(default_factory=list)
    duplicates: int = 0
    order_records: list[OrderRecord] = field(default_factory=list)
    malformed_records: list[MalformedRecord] = field(default_factory=list)
    known: dict[int, int] = field(default_factory=dict)
    registrations: dict[tuple[str, str], Registration] = field(default_factory=dict)

    @property
    def payloads(self) -> list[bytes]:
        """What the journal is to hold, in order."""
        return [entry.payload for entry in self.entries]


def judge(manager: SessionState, received: Sequence[Received], rules: Rules) -> Batch:
    """What these messages come to, in their order."""
    batch = Batch()
    entries = batch.entries
    room = rules.reports_per_session_max - manager.reports_count
    exec_prefix, exec_number = f"{manager.header.session}-", manager.reports_count + 1
    for index, item in enumerate(received):
        exec_id = f"{exec_prefix}{exec_number + len(entries)}"
        if isinstance(item.message, NewOrderSingle):
            entry = _decide_order(manager, batch, item, item.message, rules, exec_id)
        else:
            entry = _decide_other(manager, batch, item, item.message, exec_id)
        if entry is None:
            batch.duplicates += 1
        elif len(entries) >= room:
            batch.excess.append(index)
        else:
            entries.append(entry)
            batch.sources.append(index)
            _take(batch, entry)
    return batch


def _decide_other(
    manager: SessionState,
    batch: Batch,
    item: Received,
    message: Register | InvalidOrder,
    exec_id: str,
) -> Entry:
    record: RegisterRecord | MalformedRecord
    if isinstance(message, Register):
        answer = _answer_register(manager, batch, item.user, message)
        record = RegisterRecord(
            time_ns=item.time_ns, user=item.user, register=message, report=answer
        )
    else:
        rejected = _report_malformed(message, item.time_ns, exec_id)
        record = MalformedRecord(time_ns=item.time_ns, user=item.user, report=rejected)
    return Entry(record, encode_record(record))


def _decide_order(
    manager: SessionState,
    batch: Batch,
    item: Received,
    order: NewOrderSingle,
    rules: Rules,
    exec_id: str,
) -> Entry | None:
    """None for an order that is known."""
    identity = identity_of(item.user, order.cl_ord_id)
    content = content_of(
        order.symbol,
        order.side,
        order.order_qty,
        order.ord_type,
        order.price,
        order.time_in_force,
    )
    known = manager.known.get(identity)
    if known is None:
        known = batch.known.get(identity)
    if known == content:
        return None
    refused = check_order(order, rules, item.time_ns) if known is None else _DUPLICATE
    order_id = manager.next_order_id + len(batch.order_records)
    report = _report_order(order, refused, item.time_ns, order_id, exec_id)
    record = OrderRecord(time_ns=item.time_ns, user=item.user, order=order, report=report)
    return Entry(record, encode_record(record), identity, content)


def _take(batch: Batch, entry: Entry) -> None:
    """Later messages of the same batch are judged as if it were in the state."""
    record = entry.record
    if isinstance(record, OrderRecord):
        batch.known.setdefault(entry.identity, entry.content)
        batch.order_records.append(record)
    elif isinstance(record, RegisterRecord):
        batch.registrations[record.user, record.register.feed_session] = registration_of(record)
    else:
        batch.malformed_records.append(record)


def _report_order(
    order: NewOrderSingle, refused: Rejection | None, time_ns: int, order_id: int, exec_id: str
) -> ExecutionReport:
    return ExecutionReport(
        order_id=order_id,
        cl_ord_id=order.cl_ord_id,
        exec_id=exec_id,
        exec_type=ExecType.NEW if refused is None else ExecType.REJECTED,
        ord_status=OrdStatus.NEW if refused is None else OrdStatus.REJECTED,
        symbol=order.symbol,
        side=order.side,
        order_qty=order.order_qty,
        ord_rej_reason=None if refused is None else refused.reason,
        text=None if refused is None else refused.text,
        transact_time_ns=time_ns,
    )


def _report_malformed(refusal: InvalidOrder, time_ns: int, exec_id: str) -> ExecutionReport:
    return ExecutionReport(
        cl_ord_id=refusal.cl_ord_id,
        exec_id=exec_id,
        exec_type=ExecType.REJECTED,
        ord_status=OrdStatus.REJECTED,
        ord_rej_reason=OrdRejReason.OTHER,
        text=refusal.text,
        transact_time_ns=time_ns,
    )


def _answer_register(
    manager: SessionState, batch: Batch, user: str, register: Register
) -> Registered:
    key = (user, register.feed_session)
    previous = batch.registrations.get(key) or manager.registrations.find(*key)
    return Registered(
        request_id=register.request_id,
        feed_session=register.feed_session,
        from_seq=from_sequence(previous, register),
    )
