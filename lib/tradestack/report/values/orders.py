"""The orders of a session: how many came to which end, and the newest of them."""

import msgspec

from tradestack.report.values.units import Fixed, Time


class Count(msgspec.Struct, frozen=True):
    """How many there are of something."""

    name: str
    count: int


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """One order.

    strategy: the name of the signal that sent it, "" if it says none. feed_seq: the message that
    caused it, 0: none. received: wall time; event_time: of the cause, feed time, None: no cause.
    price: its limit, None: a market order. result: its OrdStatus at the end. reason: why it was
    rejected, "" if it was not. average_price: None unless something was filled.
    """

    order_id: int
    cl_ord_id: str
    user: str
    strategy: str
    symbol: str
    side: str
    ord_type: str
    time_in_force: str
    quantity: Fixed
    price: Fixed | None
    feed_seq: int
    event_time: Time | None
    received: Time
    result: str
    reason: str
    filled: Fixed
    average_price: Fixed | None


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """The orders of a session.

    results: by OrdStatus at the end, working ones as NEW and PARTIALLY_FILLED; they add up to
    `received`. reasons: of the rejected ones, by OrdRejReason. by_user, by_symbol: the largest
    first. newest: some of them, the newest last.
    """

    received: int
    accepted: int
    rejected: int
    fills: int
    results: tuple[Count, ...]
    reasons: tuple[Count, ...]
    by_user: tuple[Count, ...]
    by_symbol: tuple[Count, ...]
    newest: tuple[OrderRow, ...]
