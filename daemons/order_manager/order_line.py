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
from tradestack.wire.orders import NewOrderSingle

from daemons.order_manager.records import OrderRecord

# What a signal's value is called, where it has a name of its own.
_VALUE_NAMES = {"news": "sentiment", "crossover": "price"}

_ORDER_ID = re.compile(rb" Received Order ([0-9]{1,18}): ")


def order_line(record: OrderRecord) -> bytes:
    """The line, newline included."""
    order = record.order
    report = record.report
    parts = [
        format_utc(record.time_ns),
        f"Received Order {report.order_id}:",
        order.side.value,
        order.order_qty,
        order.symbol,
        "@",
        order.reference_px or order.price or order.ord_type.value,
        *_signal_parts(order),
        f"ClOrdID={order.cl_ord_id}",
        f"user={record.user}",
    ]
    if report.ord_rej_reason is not None:
        parts.append(f"REJECTED {report.ord_rej_reason.value}")
    return " ".join(parts).encode("ascii") + b"\n"


def last_order_id(lines: bytes) -> int | None:
    """The number in the last line that has one."""
    numbers = _ORDER_ID.findall(lines)
    return int(numbers[-1]) if numbers else None


def _signal_parts(order: NewOrderSingle) -> list[str]:
    parts = [] if order.signal_name is None else [order.signal_name]
    if order.signal_value is not None:
        parts.append(f"{_VALUE_NAMES.get(order.signal_name or '', 'signal')}={order.signal_value}")
    return parts
