"""user, order → the two digests by which an order is known again.

identity: user and ClOrdID. content: what makes it the same order: Symbol, Side, OrderQty, OrdType,
Price, TimeInForce; all else annotates it and is never compared. Digests cost the same whatever the
length of the texts: 128 bits keep apart all that is ever sent, by accident or on purpose; 64 are
enough between two orders that share user and ClOrdID.
"""

from hashlib import blake2b
from typing import NamedTuple

from tradestack.wire.orders import NewOrderSingle

IDENTITY_BYTES = 16
CONTENT_BYTES = 8


class Identity(NamedTuple):
    """The digests of one order of one user."""

    identity: bytes
    content: bytes


def identify(user: str, order: NewOrderSingle) -> Identity:
    """The digests; neither users nor ClOrdIDs nor the content's fields can hold a space."""
    content = (
        f"{order.symbol} {order.side.value} {_shortest(order.order_qty)} {order.ord_type.value} "
        f"{_shortest(order.price or '')} {order.time_in_force.value}"
    )
    return Identity(
        blake2b(f"{user} {order.cl_ord_id}".encode(), digest_size=IDENTITY_BYTES).digest(),
        blake2b(content.encode(), digest_size=CONTENT_BYTES).digest(),
    )


def _shortest(decimal: str) -> str:
    """10.50 and 10.5 are the same number; the patterns of the wire leave no other freedom."""
    return decimal.rstrip("0").rstrip(".") if "." in decimal else decimal
