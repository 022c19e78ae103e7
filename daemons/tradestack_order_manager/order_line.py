"""order record → its line in order_log.txt, and the number in a line.

    2026-11-22T09:00:00.123456Z Received Order 12: BUY 10 SPY @ 168.23 news sentiment=85.48 \
ClOrdID=… user=news [REJECTED reason]

The price is the live one that the strategy saw, else the order's own limit, else MARKET; an order
without a signal has no such part. Everything in a line is journalled, so the log can be written
again to the byte. No field can hold a control character or a space: the patterns of wire/orders.py
and the login see to that.
"""

import re

from tradestack.domain.times import format_utc
from tradestack.wire.order_journal import OrderRecord
from tradestack.wire.order_messages import NewOrderSingle

# What a signal's value is called, where it has a name of its own.
_VALUE_NAMES = {"news": "sentiment", "crossover": "price"}

_ORDER_ID = re.compile(rb" Received Order ([0-9]{1,18}): ")


def order_line(record: OrderRecord) -> bytes:
    """The line, newline included."""
    order = record.order
    report = record.report
    price = order.reference_px or order.price or order.ord_type
    reason = report.ord_rej_reason
    rejected = "" if reason is None else f" REJECTED {reason}"
    return (
        f"{format_utc(record.time_ns)} Received Order {report.order_id}: {order.side} "
        f"{order.order_qty} {order.symbol} @ {price}{_signal(order)} ClOrdID={order.cl_ord_id} "
        f"user={record.user}{rejected}\n"
    ).encode("ascii")


def last_order_id(lines: bytes) -> int | None:
    """The number in the last line that has one."""
    numbers = _ORDER_ID.findall(lines)
    return int(numbers[-1]) if numbers else None


def _signal(order: NewOrderSingle) -> str:
    name = "" if order.signal_name is None else f" {order.signal_name}"
    if order.signal_value is None:
        return name
    return f"{name} {_VALUE_NAMES.get(order.signal_name or '', 'signal')}={order.signal_value}"
