"""An event loop in which time passes at once: a sleep of an hour takes no time, and is an hour."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from tradestack.domain.clock import NANOSECONDS_PER_SECOND

T = TypeVar("T")
START_NS = 1_700_000_000 * NANOSECONDS_PER_SECOND
PASSES_MAX = 100_000  # of a loop that nothing ends


class FakeClock:
    """Both clocks, which go on only when told to; wall time is ahead by START_NS."""

    def __init__(self) -> None:
        self.now_ns = NANOSECONDS_PER_SECOND
        self.set_back_ns = 0  # of the wall clock

    def wall_ns(self) -> int:
        return START_NS + self.now_ns - self.set_back_ns

    def monotonic_ns(self) -> int:
        return self.now_ns


class _Selector(selectors.DefaultSelector):
    """Where the loop would wait, the clock goes on."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock
        self._passes = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._passes += 1
        assert timeout is not None, "every task waits for another one"
        assert self._passes < PASSES_MAX, "the test does not end"
        self._clock.now_ns += max(0, round(timeout * NANOSECONDS_PER_SECOND))
        return super().select(0)


class _FakeTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self, clock: FakeClock) -> None:
        super().__init__(_Selector(clock))
        self._fake_clock = clock

    def time(self) -> float:
        return self._fake_clock.now_ns / NANOSECONDS_PER_SECOND


def run(clock: FakeClock, work: Coroutine[Any, Any, T]) -> T:
    """Run to the end in the clock's time."""
    with asyncio.Runner(loop_factory=lambda: _FakeTimeLoop(clock)) as runner:
        return runner.run(work)
