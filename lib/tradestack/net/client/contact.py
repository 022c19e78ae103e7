"""Whether a client has contact with one of its servers; if not, since when and why."""

from collections.abc import Hashable

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock

CONNECTING = "no answer yet"


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
