"""The intervals of ratios: their ends on the tape, and how many make a year."""

from dataclasses import dataclass

import numpy as np

from tradestack.domain.clock import DAY_NS
from tradestack.report.figures.exact import Integers
from tradestack.report.statistics.equity import interval_ends

DAYS_PER_YEAR = 252  # of trading, by custom


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """The intervals in which the tape has messages.

    ends_ns: feed time; last_messages: the number of the last message of each.
    """

    length_ns: int
    ends_ns: Integers
    last_messages: Integers

    @property
    def per_year(self) -> float:
        """How many there are in a year, if each of its days has as many as those of the tape."""
        days = len(np.unique((self.ends_ns - 1) // DAY_NS))
        return DAYS_PER_YEAR * len(self.ends_ns) / days if days else 0.0


def intervals_of(times_ns: Integers, length_ns: int) -> Intervals:
    """Return the intervals of a tape by the event times of its messages, which never fall."""
    places = times_ns // length_ns
    is_last = np.append(places[1:] != places[:-1], np.ones(min(len(places), 1), np.bool_))
    last = np.flatnonzero(is_last)
    return Intervals(length_ns, interval_ends(times_ns[last], length_ns), last + 1)
