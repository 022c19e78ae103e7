"""How often something may happen: a number of times a second, and a number of them at once.

What is not used is saved up to `burst`. An allowance takes the time as an argument, and its rate at
each use, because a reload may have changed it.
"""

from dataclasses import dataclass

from tradestack.domain.clock import NANOSECONDS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_second` times a second, and at most `burst` at once."""

    per_second: int
    burst: int


class Allowance:
    """What is left of a rate; full at first."""

    __slots__ = ("_spent_ns",)

    def __init__(self) -> None:
        # The time to which everything used so far was paid for, by the monotonic clock.
        self._spent_ns = 0

    def left(self, rate: Rate, now_ns: int) -> int:
        """Return how many times it may happen now."""
        cost_ns = NANOSECONDS_PER_SECOND // rate.per_second
        self._spent_ns = max(self._spent_ns, now_ns - rate.burst * cost_ns)
        return (now_ns - self._spent_ns) // cost_ns

    def spend(self, rate: Rate, count: int) -> None:
        """Note that it has happened `count` times, after a look at what was left."""
        self._spent_ns += count * (NANOSECONDS_PER_SECOND // rate.per_second)

    def take(self, rate: Rate, now_ns: int) -> bool:
        """Use it once if any is left; return whether it was."""
        if self.left(rate, now_ns) <= 0:
            return False
        self.spend(rate, 1)
        return True
