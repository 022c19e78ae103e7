"""The share of the loop's time for a control socket, which is to delay nothing else.

The time that the task of each connection runs is measured, whatever it does: reading, carrying out
calls, making the items of streams. Before each call, command or item a connection waits for its
turn: one in a pass of the loop, in the order in which they asked, and none while the share is used
up. Operators do not notice it: a tenth of a second of work is saved up.
"""

import asyncio
import time
import types
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from typing import Any

from tradestack.net.allowance import Allowance, Rate

NANOSECONDS_PER_MICROSECOND = 1_000
# Microseconds of work: half a percent, which a percentile 99 of what the daemon does cannot see.
WORK = Rate(per_second=5_000, burst=100_000)
RETRY_S = 0.02  # until a look whether the share has room again


class Share:
    """What control connections have used of their share."""

    def __init__(self) -> None:
        self._allowance = Allowance()
        self._turn = asyncio.Lock()  # its waiters are served in their order

    async def turn(self) -> None:
        """Wait until the calling connection may do its next piece of work."""
        async with self._turn:
            await asyncio.sleep(0)
            while self.is_used_up:
                await asyncio.sleep(RETRY_S)

    @property
    def is_used_up(self) -> bool:
        """Whether work has to wait."""
        return self._allowance.left(WORK, time.monotonic_ns()) <= 0

    def spend(self, elapsed_ns: int) -> None:
        """Note that a connection has run for that long."""
        self._allowance.spend(WORK, 1 + elapsed_ns // NANOSECONDS_PER_MICROSECOND)


@types.coroutine
def metered(work: Coroutine[Any, Any, None], spend: Callable[[int], None]) -> Generator[Any]:
    """Run a coroutine, and tell `spend` how many nanoseconds each of its steps has run."""
    step: Callable[[], Any] = partial(work.send, None)
    while True:
        began_ns = time.perf_counter_ns()
        try:
            awaited = step()
        except StopIteration:
            return
        finally:
            spend(time.perf_counter_ns() - began_ns)
        try:
            yield awaited
        except BaseException as thrown:
            step = partial(work.throw, thrown)
        else:
            step = partial(work.send, None)
