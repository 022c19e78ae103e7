"""The servers of which a client needs one: tried in turn, from the last one that answered."""

from collections.abc import Sequence

from tradestack.net.addresses import Address


class Alternatives:
    """The addresses of servers that serve the same sessions, such as a primary and its standby.

    `current` is to be tried next. A session is gone when every server has denied it since one of
    them last accepted a login: a relay that is behind, or a standby, does not decide that.
    """

    def __init__(self, addresses: Address | Sequence[Address]) -> None:
        self._addresses = (addresses,) if isinstance(addresses, Address) else tuple(addresses)
        if not self._addresses:
            raise ValueError("no address of a server")
        self._index = 0
        self._failures = 0  # one after the other
        self._denied: set[Address] = set()

    def __str__(self) -> str:
        return " or ".join(map(str, self._addresses))

    @property
    def current(self) -> Address:
        """The address to try next."""
        return self._addresses[self._index]

    @property
    def count(self) -> int:
        """How many servers there are."""
        return len(set(self._addresses))

    def failed(self) -> bool:
        """Turn to the next address; return whether all have failed, and it is time to wait."""
        self._index = (self._index + 1) % len(self._addresses)
        self._failures += 1
        return self._failures % len(self._addresses) == 0

    def denied(self) -> bool:
        """Note that the current server does not serve the session; return whether none does."""
        self._denied.add(self.current)
        return len(self._denied) == self.count

    def may_follow(self, ended: str, session_id: str) -> bool:
        """Return whether the session may be the one after the ended one ("" for none).

        Ids of one gateway ascend, and a server of several may be one that is behind.
        """
        return session_id > ended if len(self._addresses) > 1 else session_id != ended

    def accepted(self) -> None:
        """Note that the current server has accepted a login: it is the first to try again."""
        self._failures = 0
        self._denied.clear()
