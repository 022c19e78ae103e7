"""user, order → what the order is known by, and what makes it the same order.

identity: 128 bits of user and ClOrdID: two of Python's own 64-bit hashes, of the ClOrdID and of
both together (SipHash with a key that is drawn by chance, so that nobody can look for two texts
with the same). They cost a third of a digest.
content: Symbol, Side, OrderQty, OrdType, Price, TimeInForce; all else annotates an order and is
never compared. Two orders are only asked for it when they share user and ClOrdID, so 64 bits do.

Both are made anew in each process, and so is the state that holds them.
"""


def identity_of(user: str, cl_ord_id: str) -> int:
    """Of an order; neither users nor ClOrdIDs can hold a space."""
    return hash(cl_ord_id) << 64 ^ hash(f"{user} {cl_ord_id}")


def content_of(
    symbol: str, side: str, order_qty: str, ord_type: str, price: str | None, time_in_force: str
) -> int:
    """Of texts as on the wire; 10.50 and 10.5 are the same number."""
    if "." in order_qty:
        order_qty = _shortest(order_qty)
    if price is not None and "." in price:
        price = _shortest(price)
    return hash((symbol, side, order_qty, ord_type, price, time_in_force))


def _shortest(decimal: str) -> str:
    """The forms of the wire leave no other freedom than zeros at the end."""
    return decimal.rstrip("0").rstrip(".")
