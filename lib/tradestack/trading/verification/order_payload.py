"""An order and its verdict → the payload of its OrderRecord, as it has to be."""

import msgspec

from tradestack.domain.order import ExecType, OrdRejReason, OrdStatus
from tradestack.wire.journal.accepted_order import Accepted, encode_accepted
from tradestack.wire.journal.order_journal import OrderRecord, encode_record

_ORDER_FIELD = b',"Order":'
_REPORT_FIELD = b',"Report":'


def order_payload(
    record: OrderRecord, found: bytes, order_id: int, exec_id: str, placed: Accepted | None
) -> bytes:
    """Return the payload of an order with this number, report name and place.

    found: the payload in the journal, which has the order as the client sent it. The verdict is the
    record's: `verdict` judges it again.
    """
    if record.report.exec_type is not ExecType.REJECTED:
        order_json = _order_json(found)
        payload, _ = encode_accepted(
            record.order, order_json, record.user, record.time_ns, order_id, exec_id, placed
        )
        return payload
    feed_session = cause = arrival_ns = visible_time_ns = None
    if placed is not None:
        feed_session, cause, arrival_ns = placed.feed_session, placed.cause, placed.arrival_ns
        visible_time_ns = placed.visible_time_ns
    order = record.order
    report = msgspec.structs.replace(
        record.report,
        order_id=order_id,
        cl_ord_id=order.cl_ord_id,
        exec_id=exec_id,
        symbol=order.symbol,
        side=order.side,
        transact_time_ns=record.time_ns,
        feed_session=feed_session,
        feed_seq=cause,
        visible_time_ns=visible_time_ns,
    )
    if record.report.reject_reason is not OrdRejReason.DUPLICATE_ORDER:  # which has another's state
        report = msgspec.structs.replace(
            report,
            ord_status=OrdStatus.REJECTED,
            quantity=order.quantity,
            cum_quantity=None,
            leaves_quantity=None,
        )
    return encode_record(
        OrderRecord(
            time_ns=record.time_ns,
            user=record.user,
            feed_session=feed_session,
            cause=cause,
            arrival_ns=arrival_ns,
            order=order,
            report=report,
        )
    )


def placed_as_found(record: OrderRecord) -> Accepted | None:
    """Return the place of an order whose account is not folded."""
    if record.feed_session is None or record.cause is None or record.arrival_ns is None:
        return None
    visible_ns = record.report.visible_time_ns or 0
    return Accepted(record.feed_session, record.cause, record.arrival_ns, visible_ns)


def _order_json(payload: bytes) -> bytes:
    begin = payload.index(_ORDER_FIELD) + len(_ORDER_FIELD)
    return payload[begin : payload.index(_REPORT_FIELD, begin)]
