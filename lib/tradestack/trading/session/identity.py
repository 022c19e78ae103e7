"""user, ClOrdID → the number by which an order is looked up.

128 bits: two of Python's own 64-bit hashes, of the ClOrdID and of both texts (SipHash under a key
drawn at the start of the process, so two texts with the same hashes cannot be searched for). They
take 44 bytes an order where the texts would take 120, and a third of the time of a digest. They
find an order and decide nothing: whether it is the same order is read from its record. Two of a
hundred million orders share an identity with a probability of 10⁻²³; the later one would then be
rejected as a duplicate.
"""


def identity_of(user: str, cl_ord_id: str) -> int:
    """User, ClOrdID → identity within this process; neither text can have a space."""
    return hash(cl_ord_id) << 64 ^ hash(f"{user} {cl_ord_id}")
