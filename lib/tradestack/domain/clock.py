"""nothing → nanoseconds: the two clocks a shell may ask.

Wall time is what people read and what goes into files; it may jump. Monotonic time measures
intervals: heartbeats, deadlines, pacing. Cores never hold a clock, they are told `now_ns`.
"""

from typing import Protocol

NANOSECONDS_PER_SECOND = 1_000_000_000
NANOSECONDS_PER_MILLISECOND = 1_000_000


class Clock(Protocol):
    """The source of time of a shell."""

    def wall_ns(self) -> int:
        """Nanoseconds since the Unix epoch, UTC."""
        ...

    def monotonic_ns(self) -> int:
        """Nanoseconds since some moment; never goes back."""
        ...
