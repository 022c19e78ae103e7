"""An order ⇄ its line in order_log.txt, as far as the line is read again: its number.

    2026-11-22T09:00:00.123456Z Received Order 12: BUY 10 SPY @ 168.23 news sentiment=85.48 \
event=2013-10-10T13:30:04.500000Z ClOrdID=… user=news [REJECTED reason]

The price is the symbol's last one in the feed when the signal fired, which was at the event time;
where the order does not say it, the live price that the strategy saw, else the order's own limit,
else MARKET. An order without a signal has no such part, and a value without a label is called
"signal". Everything in a line is journalled, so the log can be written again to the byte. No field
can hold a space or a control character: wire/order_texts.py and the login ensure that.
"""

import re

from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import Order, OrdRejReason
from tradestack.domain.times import format_utc

_ORDER_ID = re.compile(rb" Received Order ([0-9]{1,18}): ")


def order_line(
    order: Order, order_id: int, user: str, time_ns: int, reason: OrdRejReason | None
) -> bytes:
    """Order → its line, newline included; time_ns: when it was received."""
    price = order.shown_price
    price_text = order.ord_type if price is None else format_fixed(price)
    rejected = "" if reason is None else f" REJECTED {reason}"
    return (
        f"{format_utc(time_ns)} Received Order {order_id}: {order.side} "
        f"{format_fixed(order.quantity)} {order.symbol} @ {price_text}{_signal(order)} "
        f"ClOrdID={order.cl_ord_id} user={user}{rejected}\n"
    ).encode("ascii")


def last_order_id(lines: bytes) -> int | None:
    """Return the order number in the last line that has one; None if none has."""
    numbers = _ORDER_ID.findall(lines)
    return int(numbers[-1]) if numbers else None


def _signal(order: Order) -> str:
    text = "" if order.signal_name is None else f" {order.signal_name}"
    if order.signal_value is not None:
        text += f" {order.signal_label or 'signal'}={format_fixed(order.signal_value)}"
    if order.event_time_ns is not None:
        text += f" event={format_utc(order.event_time_ns)}"
    return text
