"""An accepted order → the payload of its OrderRecord (order_journal.py).

Nearly all orders are accepted. Their records are joined from the JSON that the client sent and the
few values of the report: to encode them as structs takes a third longer.
"""

from functools import lru_cache

import msgspec

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import ExecType, Order, OrdStatus
from tradestack.wire.order_messages import TIME_NS_MAX
from tradestack.wire.orders import encode_message

# As integers: bytes are searched for them in a tenth of the time.
_NEWLINE = ord("\n")
_BACKSLASH = ord("\\")

# All orders of a loop pass have one time, and few users.
_ENDS_CACHED_MAX = 64


def encode_accepted(
    order: Order, order_json: bytes, user: str, time_ns: int, order_id: int, exec_id: str
) -> tuple[bytes, int]:
    """Accepted order → the payload of its OrderRecord, and the length of the report in it.

    order_json: the order as it was received. It is copied as it is, with any spaces, unless it
    has newlines, which would end the journal's line. Raises ValueError for a time that no record
    can have; all else was decoded from that JSON, or is made here.
    """
    if _NEWLINE in order_json:
        order_json = encode_message(order)
    record_head, report_tail = _encode_ends(time_ns, user)
    if _BACKSLASH in order_json:  # only then can a text of the order need an escape
        report = _encode_report(order, time_ns, order_id, exec_id)
    else:
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
                format_fixed(order.quantity),
                report_tail,
            )
        )
    return f'{record_head}{order_json.decode()},"Report":{report}}}'.encode(), len(report)


@lru_cache(_ENDS_CACHED_MAX)
def _encode_ends(time_ns: int, user: str) -> tuple[str, str]:
    """Encode the record up to the order, and the report from behind its quantity on."""
    if not 0 <= time_ns <= TIME_NS_MAX:
        raise ValueError(f"time {time_ns} is not between 1970 and 2262")
    user_json = msgspec.json.encode(user).decode()
    head = f'{{"Record":"Order","Time":{time_ns},"User":{user_json},"Order":'
    return head, f'","TransactTime":{time_ns}}}'


def _encode_report(order: Order, time_ns: int, order_id: int, exec_id: str) -> str:
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
    return encode_message(report).decode()
