"""Origins whose logins are refused for a while, because too many of them have failed.

An origin that fails too often within the window is refused without a look at the password until
enough of its failures have left the window: guessing becomes slow, and a strategy with a wrong
password costs the loop nothing (a hash costs it some 3 ms). An origin is the peer's address
together with the user, because on loopback all peers have one address: a broken strategy shuts out
only the logins that use its name. All unknown names count as one.
"""

from collections import deque
from dataclasses import dataclass, field

from tradestack.domain.clock import NANOSECONDS_PER_SECOND

FAILURES_MAX = 5  # a person who mistypes a password tries less often
WINDOW_NS = 60 * NANOSECONDS_PER_SECOND
# Pairs of address and user; beyond it the oldest one is forgotten.
REMEMBERED_MAX = 1_024

Origin = tuple[str, str]  # the peer's address without its port, and the user


@dataclass(slots=True)
class FailedLogins:
    """The times of each origin's last failures, by the monotonic clock."""

    _failures: dict[Origin, "deque[int]"] = field(default_factory=dict)

    def is_refused(self, origin: Origin, now_ns: int) -> bool:
        """Return whether too many of the origin's logins have failed within the window."""
        failures = self._failures.get(origin)
        if failures is None or len(failures) < FAILURES_MAX:
            return False
        return now_ns - failures[0] < WINDOW_NS

    def count(self, origin: Origin) -> int:
        """Return the origin's failures since its last accepted login, FAILURES_MAX at most."""
        return len(self._failures.get(origin, ()))

    def note(self, origin: Origin, now_ns: int) -> None:
        """Remember one more failure."""
        if origin not in self._failures and len(self._failures) == REMEMBERED_MAX:
            del self._failures[next(iter(self._failures))]
        self._failures.setdefault(origin, deque(maxlen=FAILURES_MAX)).append(now_ns)

    def forget(self, origin: Origin) -> None:
        """Forget the origin's failures, after an accepted login."""
        self._failures.pop(origin, None)

    def clear(self) -> None:
        """Forget all failures, after passwords have changed."""
        self._failures.clear()
