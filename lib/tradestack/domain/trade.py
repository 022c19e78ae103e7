"""A trade on the tape: a price message of the feed."""

from typing import NamedTuple


class Trade(NamedTuple):
    """A price message of the feed; price and size ×10⁻⁸, size 0 = not known."""

    sequence: int
    symbol: str
    event_time_ns: int
    price: int
    size: int
