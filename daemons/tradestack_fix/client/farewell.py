"""What somebody is told who is not logged on."""

from tradestack_fix.codec import tags
from tradestack_fix.codec.message import Parties, encode_message


def farewell(parties: Parties, now_ns: int, reason: str) -> bytes:
    """Logout for somebody who is not logged on: it has no number of a session, so it has 1."""
    return encode_message(tags.LOGOUT, 1, parties, now_ns, [(tags.TEXT, reason)])
