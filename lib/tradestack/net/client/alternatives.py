"""The servers of which a client needs one.

Alternatives  which is tried next: each in turn, from the last one that answered
Contact       what came of the attempts
Refusals      whether any of them may still accept the login
"""

from collections.abc import Hashable, Sequence

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.net.addresses import Address
from tradestack.net.client.login import LoginRejected

CONNECTING = "no answer yet"


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


class Contact:
    """The outcome of the last attempt at each server.

    Contact is made by a login, and lasts until an attempt or a connection fails.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._server: Hashable | None = None
        self._problems: dict[Hashable, str] = {}
        self._away_since_ns: int | None = clock.monotonic_ns()

    @property
    def server(self) -> str | None:
        """The server with which there is contact."""
        return None if self._server is None else str(self._server)

    @property
    def problem(self) -> str | None:
        """Why there is no contact, for each server if several were tried; None if there is."""
        if self._away_since_ns is None:
            return None
        if len(self._problems) > 1:
            return "; ".join(f"{server}: {text}" for server, text in self._problems.items())
        return next(iter(self._problems.values()), CONNECTING)

    @property
    def away_s(self) -> float:
        """For how long there has been no contact, 0 if there is."""
        if self._away_since_ns is None:
            return 0.0
        return (self._clock.monotonic_ns() - self._away_since_ns) / NANOSECONDS_PER_SECOND

    def absence(self, servers: str) -> str | None:
        """Return the problem in words, with the time for which there has been none of `servers`."""
        if self.problem is None:
            return None
        return f"not connected to {servers} for {self.away_s:.0f} s: {self.problem}"

    def made(self, server: Hashable) -> bool:
        """Note that the server has answered; return whether it is another one than before."""
        is_new = server != self._server
        self._server = server
        self._problems.clear()
        self._away_since_ns = None
        return is_new

    def failed(self, server: Hashable, problem: str) -> bool:
        """Note why the server cannot be used; return whether that was not known yet."""
        if self._away_since_ns is None:
            self._away_since_ns = self._clock.monotonic_ns()
        self._server = None
        is_new = self._problems.get(server) != problem
        self._problems[server] = problem
        return is_new


class Refusals:
    """The servers that refuse a login, each by its last answer.

    A standby leaves that to the primary; a server that cannot be reached may accept it later.
    """

    def __init__(self, servers: int) -> None:
        self._servers = servers
        self._answers: dict[Address, LoginRejected | None] = {}

    def refused(self, server: Address, rejection: LoginRejected) -> None:
        """Note that the server refuses the login until a person has corrected something."""
        self._answers[server] = rejection

    def stands_by(self, server: Address) -> None:
        """Note that the server takes nobody's login now."""
        self._answers[server] = None

    def clear(self, server: Address) -> None:
        """Forget the answer of a server that is asked again."""
        self._answers.pop(server, None)

    def together(self, *, are_all_needed: bool = True) -> LoginRejected | None:
        """Return the refusal of all that were asked; None if one may accept the login.

        are_all_needed: whether a server that has not answered may.
        """
        rejections = {server: each for server, each in self._answers.items() if each is not None}
        if not rejections or (are_all_needed and len(self._answers) < self._servers):
            return None
        *others, last = rejections.values()
        if not others:
            return last
        texts = [f"{server}: {rejection}" for server, rejection in rejections.items()]
        return LoginRejected(last.reason, "; ".join(texts))
