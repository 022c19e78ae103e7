"""Texts of the daemons → money, prices and times as people read them in a table.

"-1234.5" → "-1,234.50"                                      money, to the cent
"258.20999951" → "258.21"                                    a price, to four decimals
"2026-01-15T20:44:56.824000Z" → "2026-01-15T20:44:56.824Z"   a time, to the millisecond

A price below 1 has all of its decimals.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from tradestack.observe.printable import printable

NONE = "-"
DECIMALS_MIN = 2
_CENT = Decimal("0.01")
_PRICE_STEP = Decimal("0.0001")
_MICROSECOND_DIGITS = 3  # of six; without them a time has milliseconds


def money_text(text: str) -> str:
    """Return an amount of money to the cent."""
    cents = Decimal(text).quantize(_CENT, ROUND_HALF_EVEN)
    return f"{cents or abs(cents):,}"  # 0 has no sign


def price_text(text: str | None) -> str:
    """Return a price with two decimals or more; "-" for none."""
    if text is None:
        return NONE
    price = Decimal(text)
    if abs(price) >= 1:
        price = price.quantize(_PRICE_STEP, ROUND_HALF_EVEN)
    whole, _, decimals = f"{price:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<{DECIMALS_MIN}}"


def time_text(time: str | None) -> str:
    """Return a time of microseconds, cut to milliseconds; "-" for none."""
    if time is None:
        return NONE
    return f"{time.removesuffix('Z')[:-_MICROSECOND_DIGITS]}Z"


def state_line(state: Mapping[str, Any]) -> str:
    """Return the trading state of a user or of all, since when it holds, and why."""
    whose = "all users" if state["user"] is None else f"user {state['user']}"
    return printable(f"{state['state']} {whose} since {state['since']}: {state['reason']}")
