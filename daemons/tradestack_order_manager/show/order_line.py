"""An order ⇄ its line in order_log.txt, as far as the line is read again: its number.

    2026-11-22T09:00:00.123456Z Received Order 12: BUY 10 SPY @ 168.23 news sentiment=85.48 \
event=2013-10-10T13:30:04.500000Z ClOrdID=… user=news [REJECTED reason]

The price is the symbol's last one in the feed when the signal fired, which was at the event time;
where the order does not say it, the live price that the strategy saw, else the order's own limit,
else MARKET. An order without a signal has no such part, and a value without a label is called
"signal". Everything in a line is journalled, so the log can be written again to the byte. No field
can hold a space or a control character: wire/order_texts.py and the login ensure that. A client's
text that could be taken for another part of the line is in quotes, so `grep ' REJECTED '` finds
what was rejected, and nothing else.
"""

import json
import re
from functools import lru_cache

from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import Order, OrdRejReason
from tradestack.domain.times import format_utc

# The words and keys that a line has of its own.
_OWN_WORDS = {"@", "buy", "sell", "market", "event", "clordid", "user"}
_QUOTED_WORD = "rejected"  # as a part of a text as well: people look for it
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.:+-]*", re.ASCII)
_TEXTS_CACHED_MAX = 1_024  # symbols, signals and labels recur

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
        f"{format_fixed(order.quantity)} {symbol_text(order.symbol)} @ {price_text}"
        f"{_signal(order)} ClOrdID={order.cl_ord_id} user={user}{rejected}\n"
    ).encode("ascii")


def last_order_id(lines: bytes) -> int | None:
    """Return the order number in the last line that has one; None if none has."""
    numbers = _ORDER_ID.findall(lines)
    return int(numbers[-1]) if numbers else None


def _signal(order: Order) -> str:
    text = "" if order.signal_name is None else f" {_name(order.signal_name)}"
    if order.signal_value is not None:
        text += f" {_name(order.signal_label or 'signal')}={format_fixed(order.signal_value)}"
    if order.event_time_ns is not None:
        text += f" event={format_utc(order.event_time_ns)}"
    return text


@lru_cache(_TEXTS_CACHED_MAX)
def symbol_text(text: str) -> str:
    """Quote a symbol that is a word of the line."""
    lower = text.lower()
    return json.dumps(text) if lower in _OWN_WORDS or _QUOTED_WORD in lower else text


@lru_cache(_TEXTS_CACHED_MAX)
def _name(text: str) -> str:
    """Quote a name that is a word of the line, or that does not look like a name."""
    return symbol_text(text) if _NAME.fullmatch(text) else json.dumps(text)
