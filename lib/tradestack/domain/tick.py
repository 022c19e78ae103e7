"""One change in the market: a price, or the sentiment of a news item."""

import enum
from typing import NamedTuple


class TickKind(enum.IntEnum):
    """What a tick's value is; the number is the byte on the wire."""

    PRICE = ord("P")
    NEWS = ord("N")


class Aggressor(enum.IntEnum):
    """Who caused a trade, by taking the other side's price; the number is the byte on the wire."""

    BUYER = ord("B")
    SELLER = ord("S")
    UNKNOWN = ord(" ")


class Tick(NamedTuple):
    """One message of the feed.

    A NamedTuple and not a dataclass: a consumer that goes tick by tick makes a million a second.
    """

    sequence: int  # number within its feed session, from 1
    kind: TickKind
    symbol: str
    event_time_ns: int  # from the source, ns since the Unix epoch
    publish_time_ns: int  # when the gateway appended it, ns since the Unix epoch
    value: int  # ×10⁻⁸: price, or sentiment 0–100
    size: int  # ×10⁻⁸, 0 where there is none
    aggressor: Aggressor = Aggressor.UNKNOWN
