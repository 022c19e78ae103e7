"""The kernel's clocks, as the shells of a real daemon use them."""

import time


class SystemClock:
    """`tradestack.domain.clock.Clock` by CLOCK_REALTIME and CLOCK_MONOTONIC."""

    __slots__ = ()

    def wall_ns(self) -> int:
        """Return nanoseconds since the Unix epoch, UTC."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """Return nanoseconds since an arbitrary moment; never goes back."""
        return time.monotonic_ns()
