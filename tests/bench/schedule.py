"""rate → when each tick is due; and what came late of it.

A sender that was held up sends what is due as soon as it can, and does not move the schedule: what
would have been sent meanwhile is not left out of the measurement. How late ticks were sent is told
apart from how long they travelled.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

RATE = 1_000  # ticks a second
INTERVAL_NS = 1_000_000_000 // RATE
WARM_UP = 100  # ticks that are sent before those that count


def lateness_ns(sent_ns: Sequence[int]) -> npt.NDArray[np.int64]:
    """Of each tick, against the schedule that the earliest of them keeps to."""
    times = np.asarray(sent_ns, dtype=np.int64)
    offsets = times - np.arange(len(times)) * INTERVAL_NS
    late: npt.NDArray[np.int64] = offsets - offsets.min()
    return late
