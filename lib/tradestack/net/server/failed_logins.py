"""logins that failed → who is not listened to for a while.

Who fails too often within the window is refused without a look at the password until enough of the
failures have left the window: guessing gets slow, and a strategy with a wrong password costs the
loop nothing (a password's hash costs it some 3 ms). Counted by the peer's address and the user, for
on loopback all peers have one address: a broken strategy shuts out itself, and whoever else claims
to be it, but nobody else. All names that no user has count as one.
"""

from collections import deque
from dataclasses import dataclass, field

from tradestack.domain.clock import NANOSECONDS_PER_SECOND

FAILURES_MAX = 5  # a person who mistypes a password has tried less often
WINDOW_NS = 60 * NANOSECONDS_PER_SECOND
# Pairs of address and user; beyond it the one that failed first is forgotten.
REMEMBERED_MAX = 1_024

Origin = tuple[str, str]  # the peer's address without its port, and the user


@dataclass(slots=True)
class FailedLogins:
    """When each origin's last failures were, by the monotonic clock."""

    _failures: dict[Origin, "deque[int]"] = field(default_factory=dict)

    def is_refused(self, origin: Origin, now_ns: int) -> bool:
        """Whether it has failed so often that it is not listened to now."""
        failures = self._failures.get(origin)
        if failures is None or len(failures) < FAILURES_MAX:
            return False
        return now_ns - failures[0] < WINDOW_NS

    def count(self, origin: Origin) -> int:
        """How often it has failed since it last got in, FAILURES_MAX at most."""
        return len(self._failures.get(origin, ()))

    def note(self, origin: Origin, now_ns: int) -> None:
        """It has failed once more."""
        if origin not in self._failures and len(self._failures) == REMEMBERED_MAX:
            del self._failures[next(iter(self._failures))]
        self._failures.setdefault(origin, deque(maxlen=FAILURES_MAX)).append(now_ns)

    def forget(self, origin: Origin) -> None:
        """It has got in."""
        self._failures.pop(origin, None)

    def clear(self) -> None:
        """Passwords have changed: everybody may try again."""
        self._failures.clear()
