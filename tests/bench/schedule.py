"""The times at which ticks are due at a fixed rate, and the lateness of each.

A sender that was delayed sends what is due as soon as it can and keeps the schedule, so that ticks
due meanwhile are part of the measurement. Lateness is reported apart from latency.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

RATE = 1_000  # ticks a second
INTERVAL_NS = 1_000_000_000 // RATE
WARM_UP = 100  # ticks that are sent before those that count


def lateness_ns(sent_ns: Sequence[int]) -> npt.NDArray[np.int64]:
    """Return the lateness of each tick; the earliest of them defines the schedule."""
    times = np.asarray(sent_ns, dtype=np.int64)
    offsets = times - np.arange(len(times)) * INTERVAL_NS
    late: npt.NDArray[np.int64] = offsets - offsets.min()
    return late
