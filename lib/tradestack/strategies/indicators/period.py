"""Periods of time: all that begin at multiples of their length since the Unix epoch, in UTC.

"1min" begins at each full minute, "1d" at midnight UTC; "7d" on Thursdays, as 1970 did.
"""

from tradestack.domain.clock import DAY_NS
from tradestack.domain.times import FEED_TIME_NS_MIN
from tradestack.domain.units import (
    DURATION_FORM,
    NANOSECONDS_OF,
    format_quantity,
    parse_quantity,
)

PERIOD_NS_MAX = 365 * DAY_NS


class Period:
    """The period that the time is in; it never goes back to an earlier one.

    length: a time with its unit, "1min", or ns; 1 ns to PERIOD_NS_MAX. Raises ValueError for
    another one, with what is allowed.
    """

    __slots__ = ("_length_ns", "end_ns", "start_ns")

    def __init__(self, length: str | int) -> None:
        self._length_ns = _checked_length_ns(length)
        self.start_ns = self.end_ns = FEED_TIME_NS_MIN  # before the first: empty

    def is_over(self, time_ns: int) -> bool:
        """Return whether the time is after this period. Raises ValueError if it is before it."""
        if time_ns < self.start_ns:
            raise ValueError(
                f"time {time_ns} is before the start of the period, {self.start_ns}: add the ticks "
                "of one feed session, in its order"
            )
        return time_ns >= self.end_ns

    def move_to(self, time_ns: int) -> None:
        """Go on to the period that has this time in it."""
        self.start_ns = time_ns - time_ns % self._length_ns
        self.end_ns = self.start_ns + self._length_ns


def _checked_length_ns(length: str | int) -> int:
    try:
        length_ns = parse_quantity(length, NANOSECONDS_OF) if isinstance(length, str) else length
    except ValueError as error:
        raise ValueError(f"period {length!r} {error}; write {DURATION_FORM}") from None
    if not (isinstance(length_ns, int) and 1 <= length_ns <= PERIOD_NS_MAX):
        longest = format_quantity(PERIOD_NS_MAX, NANOSECONDS_OF)
        raise ValueError(f'period is {length!r}, allowed is "1ns" to "{longest}", or as many ns')
    return length_ns
