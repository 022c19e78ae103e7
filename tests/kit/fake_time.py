"""An event loop whose time is a fake clock: instead of waiting, it advances the clock."""

import asyncio
import selectors
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from tests.kit.clock import FakeClock
from tradestack.domain.clock import NANOSECONDS_PER_SECOND

T = TypeVar("T")
PASSES_MAX = 100_000  # of a loop whose work does not end


class _AdvancingSelector(selectors.DefaultSelector):
    """A selector that advances the clock by the timeout that it would wait for."""

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


class _ImmediateExecutor(ThreadPoolExecutor):
    """An executor that does the work at once: no clock tells how long a thread takes."""

    def submit(self, work: Any, /, *arguments: Any, **keywords: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(work(*arguments, **keywords))
        except BaseException as error:
            future.set_exception(error)
        return future


class _FakeTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self, clock: FakeClock) -> None:
        super().__init__(_AdvancingSelector(clock))
        self.set_default_executor(_ImmediateExecutor())
        self._fake_clock = clock

    def time(self) -> float:
        return self._fake_clock.now_ns / NANOSECONDS_PER_SECOND


def run_in_fake_time(clock: FakeClock, work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in the time of the clock, which it advances."""
    with asyncio.Runner(loop_factory=lambda: _FakeTimeLoop(clock)) as runner:
        return runner.run(work)
