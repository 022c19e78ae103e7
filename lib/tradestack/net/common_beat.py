"""Periodic work of a process at common moments: one wake-up for all of it.

A wake-up that finds little to do costs more than the work: caches are cold, and the event loop goes
round. So what is done every quarter of a second is done in the same pass of the loop, whenever each
part of it was started.
"""

import asyncio
import math
from collections.abc import Callable

from tradestack.domain.clock import NANOSECONDS_PER_SECOND

_EARLY_MAX = 1e-6  # of an interval


def next_beat_s(interval_s: float, now_s: float) -> float:
    """Return the next multiple of the interval on the event loop's clock, later than now.

    The loop may call back a little early: that counts as the multiple, which does not come again.
    """
    return (math.floor(now_s / interval_s + _EARLY_MAX) + 1) * interval_s


def call_at_beat(interval_ns: int, callback: Callable[[], None]) -> asyncio.TimerHandle:
    """Call back at the next multiple of the interval."""
    loop = asyncio.get_running_loop()
    return loop.call_at(next_beat_s(interval_ns / NANOSECONDS_PER_SECOND, loop.time()), callback)


async def sleep_to_beat(interval_s: float) -> None:
    """Sleep up to the next multiple of the interval that leaves half an interval for others.

    Work that takes nearly as long as its interval would begin again at once otherwise.
    """
    now_s = asyncio.get_running_loop().time()
    await asyncio.sleep(next_beat_s(interval_s, now_s + interval_s / 2) - now_s)
