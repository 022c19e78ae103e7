"""The origins and users of logins that have failed: who comes last when passwords are checked.

Nobody is refused for failures of others with the same name or address: the right password gets in.
But guesses wait for each other (logins.py), those that have failed more often behind the others.
"""

from collections import deque
from dataclasses import dataclass, field

from tradestack.domain.clock import NANOSECONDS_PER_SECOND

FAILURES_MAX = 5  # more of them put nobody further back
WINDOW_NS = 60 * NANOSECONDS_PER_SECOND
# Pairs of origin and user; beyond it the oldest one is forgotten.
REMEMBERED_MAX = 1_024

Origin = tuple[str, str]  # origins.py, and the user as the login names it


@dataclass(slots=True)
class FailedLogins:
    """The times of each origin's last failures, by the monotonic clock."""

    _failures: dict[Origin, "deque[int]"] = field(default_factory=dict)

    def count(self, origin: Origin, now_ns: int) -> int:
        """Return the origin's failures within the window, FAILURES_MAX at most."""
        failures = self._failures.get(origin, ())
        return sum(now_ns - failed_ns < WINDOW_NS for failed_ns in failures)

    def note(self, origin: Origin, now_ns: int) -> None:
        """Remember one more failure."""
        if origin not in self._failures and len(self._failures) == REMEMBERED_MAX:
            del self._failures[next(iter(self._failures))]
        self._failures.setdefault(origin, deque(maxlen=FAILURES_MAX)).append(now_ns)

    def forget(self, origin: Origin) -> None:
        """Forget the origin's failures, after an accepted login."""
        self._failures.pop(origin, None)
