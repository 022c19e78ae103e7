"""the kernel's clocks → nanoseconds: what the shells of a real daemon are given as their Clock."""

import time


class SystemClock:
    """`tradestack.domain.clock.Clock` by CLOCK_REALTIME and CLOCK_MONOTONIC."""

    def wall_ns(self) -> int:
        """Nanoseconds since the Unix epoch, UTC."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """Nanoseconds since some moment; never goes back, whatever happens to the wall clock."""
        return time.monotonic_ns()
