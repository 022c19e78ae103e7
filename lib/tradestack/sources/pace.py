"""When ticks are due: event times, pace, now → how many are due, and when the next one is.

    "1x" "60x" "0.5x"    as fast as the events were, times the factor
    "500/s" "0.2/s"      500 or 0.2 ticks a second, whatever their event times
    "max"                all at once

Waits are counted from an anchor: the moment at which one tick was due. A pause, a change of pace,
or a stop longer than `LATENESS_MAX_NS` sets a new anchor, so that what was not published meanwhile
is not published in one burst.
"""

import dataclasses
import enum
import fractions
import re

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.clock import NANOSECONDS_PER_SECOND

LATENESS_MAX_NS = 2 * NANOSECONDS_PER_SECOND  # if later than this, the schedule starts from now
FACTOR_MAX = 10**9  # keeps ns times factor in 64 bits after the division
GAP_MAX_NS = 2**52  # 52 days between two ticks: the sum over a thousand has to fit in 64 bits
WAIT_MAX_NS = 2**61  # 73 years from the anchor, for the same reason
PACE = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)\s*(x|/s)", re.ASCII)

Times = NDArray[np.int64]


class PaceKind(enum.Enum):
    """What determines the distance between two ticks."""

    FACTOR = "x"
    RATE = "/s"
    MAX = "max"


@dataclasses.dataclass(frozen=True, slots=True)
class Pace:
    """A pace; `value` is the factor or the ticks per second, 0 for MAX."""

    kind: PaceKind
    value: fractions.Fraction

    def __str__(self) -> str:
        if self.kind is PaceKind.MAX:
            return "max"
        value = self.value
        text = str(value) if value.denominator == 1 else f"{float(value):.9f}".rstrip("0")
        return f"{text}{self.kind.value}"


def parse_pace(text: str) -> Pace:
    """text → pace. Raises ValueError that names what is allowed."""
    if text.strip() == "max":
        return Pace(PaceKind.MAX, fractions.Fraction(0))
    match = PACE.fullmatch(text.strip())
    if match is None or not 0 < fractions.Fraction(match[1]) <= FACTOR_MAX:
        raise ValueError(f'{text!r} is not a pace: "1x", "60x", "500/s" or "max" is expected')
    return Pace(PaceKind(match[2]), fractions.Fraction(match[1]))


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """How many ticks to publish now, and how long to wait after that (0: plan again at once)."""

    count: int
    wait_ns: int
    last_due_ns: int  # monotonic, of the last of the count
    last_event_ns: int


@dataclasses.dataclass(frozen=True, slots=True)
class Gap:
    """The event time between two ticks, and the wait that it is cut to (0: it is not cut)."""

    event_ns: int
    cut_to_ns: int


NO_GAP = Gap(0, 0)  # as at a pace that does not follow event times


class Schedule:
    """Decides when ticks are due; time is an argument.

    max_gap_ns: the longest wait between two ticks, whatever the pace; 0: GAP_MAX_NS.
    """

    def __init__(self, pace: Pace, max_gap_ns: int) -> None:
        self._pace = pace
        self._max_gap_ns = max_gap_ns
        # A float64 is exact enough for a wait: 53 bits are a nanosecond in 104 days.
        self._factor = _wait_factor(pace)
        self._anchor_ns: int | None = None  # when the tick before the next one was due
        self._event_ns: int | None = None  # event time of the tick before the next one
        self._count = 0  # ticks published since the anchor, for RATE

    @property
    def pace(self) -> Pace:
        """The present pace."""
        return self._pace

    def gap(self, event_time_ns: int) -> Gap:
        """Return the gap between the last tick and one at this event time."""
        if self._pace.kind is not PaceKind.FACTOR or self._event_ns is None:
            return NO_GAP
        event_ns = event_time_ns - self._event_ns
        is_cut = 0 < self._max_gap_ns < event_ns * self._factor
        return Gap(event_ns, self._max_gap_ns if is_cut else 0)

    def reset(self) -> None:
        """Make the next tick due at once, and count the ones after it from then."""
        self._anchor_ns = self._event_ns = None
        self._count = 0

    def plan(self, event_times: Times, now_ns: int) -> Plan:
        """Plan the next ticks; `event_times` int64, ns, ascending, at least one.

        now_ns: monotonic. Nothing counts as published before `advance`.
        """
        if self._pace.kind is PaceKind.MAX:
            return Plan(len(event_times), 0, now_ns, int(event_times[-1]))
        waits = self._waits(event_times)
        late_ns = 0 if self._anchor_ns is None else now_ns - self._anchor_ns - int(waits[0])
        if self._anchor_ns is None or late_ns > LATENESS_MAX_NS:
            self.reset()
            waits = self._waits(event_times)
            self._anchor_ns = now_ns - int(waits[0])
        count = int(np.searchsorted(waits, now_ns - self._anchor_ns, side="right"))
        if not count:
            return Plan(0, self._anchor_ns + int(waits[0]) - now_ns, now_ns, 0)
        last_due_ns = self._anchor_ns + int(waits[count - 1])
        wait_ns = 0 if count == len(waits) else self._anchor_ns + int(waits[count]) - now_ns
        return Plan(count, wait_ns, last_due_ns, int(event_times[count - 1]))

    def advance(self, plan: Plan) -> None:
        """Count what was planned as published: waits are counted from its last tick now."""
        if self._pace.kind is PaceKind.FACTOR and plan.count:
            self._anchor_ns, self._event_ns = plan.last_due_ns, plan.last_event_ns
        self._count += plan.count

    def _waits(self, event_times: Times) -> Times:
        """Return the ns from the anchor to each tick's due time."""
        if self._pace.kind is PaceKind.RATE:
            numbers = np.arange(self._count + 1, self._count + 1 + len(event_times))
            return self._scaled(numbers, WAIT_MAX_NS)
        before = event_times[0] if self._event_ns is None else self._event_ns
        gaps = self._scaled(np.diff(event_times, prepend=before), GAP_MAX_NS)
        if self._max_gap_ns:
            np.minimum(gaps, self._max_gap_ns, out=gaps)
        return np.cumsum(gaps)

    def _scaled(self, values: Times, limit_ns: int) -> Times:
        waits: Times = np.minimum(values * self._factor, limit_ns).astype(np.int64)
        return waits


def _wait_factor(pace: Pace) -> float:
    """Return the ns to wait for each tick (RATE) or each ns between two events (FACTOR)."""
    if pace.kind is PaceKind.MAX:
        return 0.0
    return float((NANOSECONDS_PER_SECOND if pace.kind is PaceKind.RATE else 1) / pace.value)
