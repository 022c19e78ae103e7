"""The two clocks that a shell may use.

Wall time is for people and files; it may jump. Monotonic time measures intervals: heartbeats,
deadlines, pacing. A pure core has no clock but takes `now_ns` as an argument.
"""

from typing import Protocol

NANOSECONDS_PER_MICROSECOND = 1_000
NANOSECONDS_PER_MILLISECOND = 1_000_000
NANOSECONDS_PER_SECOND = 1_000_000_000
DAY_NS = 86_400 * NANOSECONDS_PER_SECOND


class Clock(Protocol):
    """The source of time of a shell."""

    def wall_ns(self) -> int:
        """Return nanoseconds since the Unix epoch, UTC."""
        ...

    def monotonic_ns(self) -> int:
        """Return nanoseconds since an arbitrary moment; never goes back."""
        ...
