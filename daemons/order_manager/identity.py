"""user, order → what the order is known by, and what makes it the same order.

identity: a digest of user and ClOrdID. 128 bits keep apart all that is ever sent, by accident or on
purpose, and cost the same whatever the length of the texts.
content: Symbol, Side, OrderQty, OrdType, Price, TimeInForce; all else annotates an order and is
never compared. Two orders are only asked for it when they share user and ClOrdID, so Python's own
64-bit hash does: it is made anew in each process, and so is the state that holds it.
"""

from hashlib import blake2b
from typing import NamedTuple

IDENTITY_BYTES = 16


class Identity(NamedTuple):
    """Both, of one order of one user."""

    identity: bytes
    content: int


def identity_of(user: str, cl_ord_id: str) -> bytes:
    """The digest; neither users nor ClOrdIDs can hold a space."""
    return blake2b(f"{user} {cl_ord_id}".encode(), digest_size=IDENTITY_BYTES).digest()


def content_of(
    symbol: str, side: str, order_qty: str, ord_type: str, price: str | None, time_in_force: str
) -> int:
    """The hash, of texts as on the wire; 10.50 and 10.5 are the same number."""
    if "." in order_qty:
        order_qty = _shortest(order_qty)
    if price is not None:
        price = _shortest(price)
    return hash((symbol, side, order_qty, ord_type, price, time_in_force))


def _shortest(decimal: str) -> str:
    """The patterns of the wire leave no other freedom than zeros at the end."""
    return decimal.rstrip("0").rstrip(".") if "." in decimal else decimal
