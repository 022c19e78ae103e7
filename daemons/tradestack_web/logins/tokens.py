"""Tokens for a login: each can be used once, within a minute."""

import hashlib
import secrets

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack_web.logins.person import Person

LIFETIME_S = 60
TOKENS_MAX = 64  # beyond it the oldest one is forgotten


class Tokens:
    """The tokens that were given out and not used. Times are those of the monotonic clock."""

    def __init__(self) -> None:
        self._owners: dict[bytes, tuple[Person, int]] = {}  # by digest, in the order of their ends

    def issue(self, person: Person, now_ns: int) -> str:
        """Return a token for a login of this person."""
        self._forget(now_ns)
        if len(self._owners) == TOKENS_MAX:
            del self._owners[next(iter(self._owners))]
        token = secrets.token_urlsafe(32)
        self._owners[_digest(token)] = (person, now_ns + LIFETIME_S * NANOSECONDS_PER_SECOND)
        return token

    def redeem(self, token: str, now_ns: int) -> Person | None:
        """Use a token; return whose it was, None if it is none, used or too old."""
        self._forget(now_ns)
        person, _ = self._owners.pop(_digest(token), (None, 0))
        return person

    def are_open(self, now_ns: int) -> bool:
        """Return whether a token can still be used."""
        self._forget(now_ns)
        return bool(self._owners)

    def _forget(self, now_ns: int) -> None:
        for digest, (_, end_ns) in tuple(self._owners.items()):
            if end_ns <= now_ns:
                del self._owners[digest]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
