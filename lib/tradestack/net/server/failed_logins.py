"""The origins and users of failed logins, whose passwords are checked last.

Nobody is refused for failures of others with the same name or address: the right password gets in.
But guesses wait for each other (logins.py). Origins take turns, so that nobody comes first who
guesses under many names; of one origin the user comes first who has failed least often.
"""

from collections import deque
from dataclasses import dataclass, field

from tradestack.domain.clock import NANOSECONDS_PER_SECOND

FAILURES_MAX = 5  # more of them put nobody further back
WINDOW_NS = 60 * NANOSECONDS_PER_SECOND
# Pairs of origin and user, and origins; beyond it the oldest one is forgotten.
REMEMBERED_MAX = 1_024
NEVER_NS = -1  # before any time of the monotonic clock

Origin = tuple[str, str]  # origins.py, and the user as the login names it


@dataclass(slots=True)
class FailedLogins:
    """The times of each origin's last failures, by the monotonic clock."""

    _failures: dict[Origin, "deque[int]"] = field(default_factory=dict)
    _latest_ns: dict[str, int] = field(default_factory=dict)  # of each origin, whatever the user

    def rank(self, origin: Origin, now_ns: int) -> tuple[int, int]:
        """Return what is lowest for the login that is to be checked next."""
        latest_ns = self._latest_ns.get(origin[0], NEVER_NS)
        is_recent = now_ns - latest_ns < WINDOW_NS
        return latest_ns if is_recent else NEVER_NS, self.count(origin, now_ns)

    def count(self, origin: Origin, now_ns: int) -> int:
        """Return the origin's failures within the window, FAILURES_MAX at most."""
        failures = self._failures.get(origin, ())
        return sum(now_ns - failed_ns < WINDOW_NS for failed_ns in failures)

    def note(self, origin: Origin, now_ns: int) -> None:
        """Remember one more failure."""
        if origin not in self._failures and len(self._failures) == REMEMBERED_MAX:
            del self._failures[next(iter(self._failures))]
        self._failures.setdefault(origin, deque(maxlen=FAILURES_MAX)).append(now_ns)
        self._latest_ns.pop(origin[0], None)  # to its end: what failed last is forgotten last
        self._latest_ns[origin[0]] = now_ns
        if len(self._latest_ns) > REMEMBERED_MAX:
            del self._latest_ns[next(iter(self._latest_ns))]

    def forget(self, origin: Origin) -> None:
        """Forget the origin's failures, after an accepted login."""
        self._failures.pop(origin, None)
