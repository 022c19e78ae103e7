"""An accepted order → the payload of its OrderRecord (order_journal.py).

Nearly all orders are accepted. Their records are joined from the JSON that the client sent and the
few values of the report: to encode them as structs takes a third longer.
"""

from functools import lru_cache

import msgspec

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import ExecType, Order, OrdStatus
from tradestack.domain.times import FEED_TIME_NS_MAX, FEED_TIME_NS_MIN
from tradestack.wire.order_messages import SEQUENCE_MAX, TIME_NS_MAX
from tradestack.wire.orders import encode_message

# As integers: bytes are searched for them in a tenth of the time.
_NEWLINE = ord("\n")
_BACKSLASH = ord("\\")

# All orders of a loop pass have one time, and few users.
_ENDS_CACHED_MAX = 64


class Accepted(msgspec.Struct, frozen=True, gc=False):
    """What an order that the feed executes has besides.

    cause: the number of the feed message that caused it. arrival_ns: the feed time from which it
    can meet one. visible_time_ns: the feed time from which its strategy is shown the report.
    """

    feed_session: str
    cause: int
    arrival_ns: int
    visible_time_ns: int


def encode_accepted(
    order: Order,
    order_json: bytes,
    user: str,
    time_ns: int,
    order_id: int,
    exec_id: str,
    accepted: Accepted | None = None,
) -> tuple[bytes, int]:
    """Accepted order → the payload of its OrderRecord, and the length of the report in it.

    order_json: the order as it was received. It is copied as it is, with any spaces, unless it
    has newlines, which would end the journal's line. accepted: None for an order that nothing
    executes. Raises ValueError for a number that no record can have; all else was decoded from
    that JSON, or is made here.
    """
    if _NEWLINE in order_json:
        order_json = encode_message(order)
    record_head, report_tail = _encode_ends(time_ns, user, accepted)
    if _BACKSLASH in order_json:  # only then can a text of the order need an escape
        report = _encode_report(order, time_ns, order_id, exec_id, accepted)
    else:
        quantity = format_fixed(order.quantity)
        if accepted is not None:
            quantity = f'{quantity}","CumQty":"0","LeavesQty":"{quantity}'
        report = "".join(
            (
                '{"MsgType":"ExecutionReport","OrderID":',
                str(order_id),
                ',"ClOrdID":"',
                order.cl_ord_id,
                '","ExecID":"',
                exec_id,
                '","ExecType":"NEW","OrdStatus":"NEW","Symbol":"',
                order.symbol,
                '","Side":"',
                order.side,
                '","OrderQty":"',
                quantity,
                report_tail,
            )
        )
    return f'{record_head}{order_json.decode()},"Report":{report}}}'.encode(), len(report)


@lru_cache(_ENDS_CACHED_MAX)
def _encode_ends(time_ns: int, user: str, accepted: Accepted | None) -> tuple[str, str]:
    """Encode the record up to the order, and the report from the end of its quantities on."""
    _check_time(time_ns)
    head = f'{{"Record":"Order","Time":{time_ns},"User":{_json(user)},'
    tail = f'","TransactTime":{time_ns}'
    if accepted is not None:
        _check_feed_time(accepted.arrival_ns)
        _check_feed_time(accepted.visible_time_ns)
        if not 0 <= accepted.cause <= SEQUENCE_MAX:
            raise ValueError(f"cause {accepted.cause} is not between 0 and {SEQUENCE_MAX}")
        feed = f'"FeedSession":{_json(accepted.feed_session)}'
        head += f'{feed},"Cause":{accepted.cause},"Arrival":{accepted.arrival_ns},'
        tail += f',{feed},"FeedSeq":{accepted.cause},"VisibleTime":{accepted.visible_time_ns}'
    return f'{head}"Order":', f"{tail}}}"


def _check_time(time_ns: int) -> None:
    if not 0 <= time_ns <= TIME_NS_MAX:
        raise ValueError(f"time {time_ns} is not between 1970 and 2262")


def _check_feed_time(time_ns: int) -> None:
    if not FEED_TIME_NS_MIN <= time_ns <= FEED_TIME_NS_MAX:
        raise ValueError(f"feed time {time_ns} is not between -2⁶³ and 2⁶³-1")


def _json(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _encode_report(
    order: Order, time_ns: int, order_id: int, exec_id: str, accepted: Accepted | None
) -> str:
    report = ExecutionReport(
        order_id=order_id,
        cl_ord_id=order.cl_ord_id,
        exec_id=exec_id,
        exec_type=ExecType.NEW,
        ord_status=OrdStatus.NEW,
        symbol=order.symbol,
        side=order.side,
        quantity=order.quantity,
        transact_time_ns=time_ns,
    )
    if accepted is not None:
        report = msgspec.structs.replace(
            report,
            cum_quantity=0,
            leaves_quantity=order.quantity,
            feed_session=accepted.feed_session,
            feed_seq=accepted.cause,
            visible_time_ns=accepted.visible_time_ns,
        )
    return encode_message(report).decode()
