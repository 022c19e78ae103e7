"""the kernel's clocks → nanoseconds: what the shells of a real daemon are given as their Clock."""

import time


class SystemClock:
    """`tradestack.domain.clock.Clock` by CLOCK_REALTIME and CLOCK_MONOTONIC."""

    __slots__ = ("_jumped_ns",)

    def __init__(self) -> None:
        self._jumped_ns = 0

    def wall_ns(self) -> int:
        """Nanoseconds since the Unix epoch, UTC."""
        return time.time_ns() + self._jumped_ns

    def monotonic_ns(self) -> int:
        """Nanoseconds since some moment; never goes back, whatever happens to the wall clock."""
        return time.monotonic_ns()

    def jump(self, by_ns: int) -> None:
        """Sets the wall clock of this process ahead or back; for tests (fail_points.py)."""
        self._jumped_ns += by_ns
