"""The control socket's share of the loop's time, so that it delays nothing else.

The processor time that the task of each connection takes is measured, whatever it does: reading,
carrying out calls, making the items of streams. Before each call, command or item a connection
waits for its turn: one in a pass of the loop, in the order in which they asked, and none while the
share is used up. A long piece of work counts several times, since others wait for all of it, but
keeps nobody out for more than two seconds, or ten times its own: clients give up after ten seconds.
Operators notice none of this: some work is saved up.
"""

import asyncio
import time
import types
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from typing import Any

from tradestack.domain.clock import NANOSECONDS_PER_MICROSECOND
from tradestack.net.allowance import Allowance, Rate

WORK = Rate(per_second=100_000, burst=200_000)  # microseconds: a tenth of the loop's time
# A piece of work that counts once; one that is n times as long counts n times, up to TIMES_MAX.
PIECE_US = 200
TIMES_MAX = 10
COUNTED_MAX_US = 200_000  # what a piece counts at most, unless it takes longer: two seconds
RETRY_S = 0.005  # until the share is checked again


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
        """Note the processor time that a connection has taken."""
        self._allowance.spend(WORK, counted_us(1 + elapsed_ns // NANOSECONDS_PER_MICROSECOND))


def counted_us(elapsed_us: int) -> int:
    """Return how much a piece of work counts that has taken `elapsed_us`."""
    times = min(max(1, elapsed_us // PIECE_US), TIMES_MAX)
    return max(elapsed_us, min(elapsed_us * times, COUNTED_MAX_US))


@types.coroutine
def metered(work: Coroutine[Any, Any, None], spend: Callable[[int], None]) -> Generator[Any]:
    """Run a coroutine; pass `spend` the nanoseconds of processor time that each step has taken."""
    step: Callable[[], Any] = partial(work.send, None)
    while True:
        began_ns = time.thread_time_ns()
        try:
            awaited = step()
        except StopIteration:
            return
        finally:
            spend(time.thread_time_ns() - began_ns)
        try:
            yield awaited
        except BaseException as thrown:
            step = partial(work.throw, thrown)
        else:
            step = partial(work.send, None)
