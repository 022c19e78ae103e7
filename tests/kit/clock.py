"""A clock for tests, which moves only when a test, or an event loop of tests, moves it."""

from tradestack.domain.clock import NANOSECONDS_PER_SECOND


class FakeClock:
    """A tradestack.domain.clock.Clock whose time is the attribute `now_ns`."""

    def __init__(
        self, now_ns: int = 1_000 * NANOSECONDS_PER_SECOND, *, wall_offset_ns: int = 0
    ) -> None:
        self.now_ns = now_ns
        self.wall_offset_ns = wall_offset_ns

    def wall_ns(self) -> int:
        """Return the monotonic time plus the offset."""
        return self.now_ns + self.wall_offset_ns

    def monotonic_ns(self) -> int:
        """Return the time that was set last."""
        return self.now_ns
