"""The equity of an account over feed time, and the profit of each of its intervals.

Money is an integer ×10⁻⁸, times are ns since the Unix epoch. An account begins with equity 0, so
that there is no capital for a return to be a share of: all statistics here are of profits in money.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class EquitySeries:
    """The equity from each of these times on; 0 before the first.

    times_ns: never falling; of equal ones the last counts. values: as many.
    """

    times_ns: Integers
    values: Integers

    def before(self, times_ns: Integers) -> Integers:
        """Return the equity at the last moment before each of these times."""
        places = np.searchsorted(self.times_ns, times_ns, "left")
        values: Integers = np.concatenate((np.zeros(1, np.int64), self.values))[places]
        return values

    def profits(self, ends_ns: Integers) -> Integers:
        """Return what was earned up to each of these ends of intervals since the one before."""
        profits: Integers = np.diff(self.before(ends_ns), prepend=0)
        return profits


def interval_ends(times_ns: Integers, interval_ns: int) -> Integers:
    """Return the ends of the intervals in which something happened, in order, each once.

    Intervals begin at the multiples of `interval_ns`, and an end is the beginning of the next one.
    Those in which the feed was silent, nights for instance, are left out: they are no evidence of
    anything. What is earned over a night belongs to the interval after it.
    """
    ends: Integers = (np.unique(times_ns // interval_ns) + 1) * interval_ns
    return ends
