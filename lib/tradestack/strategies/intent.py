"""Intents: the requests of a strategy, with the feed message that caused each.

Quantities and prices are integers ×10⁻⁸, times are ns since the Unix epoch.
"""

from dataclasses import dataclass

from tradestack.domain.order import OrdType, Side, TimeInForce


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """The decision to trade."""

    sequence: int  # number of the message in its feed session
    index: int  # position among the intents of the same message, from 0
    symbol: str
    side: Side
    value: int  # the value that the strategy decided on, ×10⁻⁸
    price: int | None  # the symbol's last price in the feed up to the message, if it had one
    event_time_ns: int  # of the message
    publish_time_ns: int  # of the message, too
    quantity: int
    ord_type: OrdType = OrdType.MARKET
    limit_price: int | None = None  # with LIMIT only
    time_in_force: TimeInForce = TimeInForce.IOC


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelIntent:
    """The decision to cancel what an order has left."""

    sequence: int
    index: int
    cl_ord_id: str  # the newest one of the order
    publish_time_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceIntent:
    """The decision to give an order another quantity and price."""

    sequence: int
    index: int
    cl_ord_id: str  # the newest one of the order
    quantity: int  # what is filled already included
    limit_price: int | None  # with LIMIT only
    publish_time_ns: int


AnyIntent = Intent | CancelIntent | ReplaceIntent
