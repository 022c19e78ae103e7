"""Orders and fills as the figures take them; quantities, prices and fees ×10⁻⁸, times ns."""

from typing import NamedTuple


class AcceptedOrder(NamedTuple):
    """An order that was accepted for execution.

    sign: 1 for BUY, −1 for SELL. quantity: after all replaces. cause: the message that it was sent
    for. arrival_ns: the feed time from which it can meet a trade.
    """

    order_id: int
    user: str
    symbol: str
    sign: int
    quantity: int
    cause: int
    arrival_ns: int


class Fill(NamedTuple):
    """A fill of an order; number: of the message whose trade made it, time_ns: its event time."""

    order_id: int
    user: str
    symbol: str
    sign: int
    quantity: int
    price: int
    fee: int
    number: int
    time_ns: int
