"""Rates and percentiles of counts and durations, in constant memory."""

import math
from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import accumulate
from operator import sub

from tradestack.domain.clock import NANOSECONDS_PER_MICROSECOND, NANOSECONDS_PER_SECOND

RATE_WINDOWS_S = (1, 10, 60)
# 1, 2 and 5 of each power of ten, from 1 µs to 1 s.
LADDER_NS = (
    *(step * NANOSECONDS_PER_MICROSECOND * 10**power for power in range(6) for step in (1, 2, 5)),
    NANOSECONDS_PER_SECOND,
)

_SECONDS_KEPT = (
    max(RATE_WINDOWS_S) + 1
)  # the whole seconds of the longest window, and the current one
_SUB_BUCKET_BITS = 5  # 32 buckets per doubling: a percentile is at most 3 % too high
_SUB_BUCKETS = 1 << _SUB_BUCKET_BITS
_BUCKETS = (64 - _SUB_BUCKET_BITS + 1) * _SUB_BUCKETS
_SUMMARY = {"p50_us": 0.5, "p99_us": 0.99, "p999_us": 0.999}


class RateWindows:
    """Events per second over the last 1, 10 and 60 whole seconds of monotonic time.

    A window that would begin before the first event covers only the whole seconds since: the
    second of the first event was not counted in full and would make every rate too low.
    """

    def __init__(self) -> None:
        self._counts = [0] * _SECONDS_KEPT
        self._second: int | None = None  # the current one
        self._first_whole_second = 0

    def add(self, count: int, now_ns: int) -> None:
        """Count events that happen now."""
        self._advance(now_ns)
        self._counts[now_ns // NANOSECONDS_PER_SECOND % _SECONDS_KEPT] += count

    def rates(self, now_ns: int) -> dict[str, float]:
        """Return {"1s": …, "10s": …, "60s": …} in events per second, with one decimal."""
        self._advance(now_ns)
        second = now_ns // NANOSECONDS_PER_SECOND
        seconds_known = max(0, second - self._first_whole_second)
        return {
            f"{window}s": self._rate(second, window, seconds_known) for window in RATE_WINDOWS_S
        }

    def _rate(self, second: int, window_s: int, seconds_known: int) -> float:
        covered = min(window_s, seconds_known)
        if covered == 0:
            return 0.0
        past = range(second - covered, second)
        return round(sum(self._counts[second % _SECONDS_KEPT] for second in past) / covered, 1)

    def _advance(self, now_ns: int) -> None:
        second = now_ns // NANOSECONDS_PER_SECOND
        if second == self._second:
            return
        if self._second is None:
            self._second = second
            self._first_whole_second = -(-now_ns // NANOSECONDS_PER_SECOND)
        for passed in range(max(self._second + 1, second - _SECONDS_KEPT + 1), second + 1):
            self._counts[passed % _SECONDS_KEPT] = 0
        self._second = max(self._second, second)


@dataclass(frozen=True, slots=True)
class Ladder:
    """How many durations were at most as long as each step, since the process began.

    counts: cumulative, by the steps `LADDER_NS`. total: of all durations. sum_ns: of all of them.
    """

    counts: tuple[int, ...]
    total: int
    sum_ns: int


class LatencyHistogram:
    """Durations in logarithmic buckets; percentiles are at most 3 % too high.

    Percentiles and count begin again with `reset`; `ladder` has everything.
    """

    def __init__(self) -> None:
        self._counts = [0] * _BUCKETS
        self._total = 0
        self._sum_ns = 0
        self._counts_before = [0] * _BUCKETS  # the last reset
        self._total_before = 0

    @property
    def count(self) -> int:
        """The number of durations recorded since the last `reset`."""
        return self._total - self._total_before

    def record(self, duration_ns: int, count: int = 1) -> None:
        """Record a duration; a negative one, from two clocks that disagree, counts as 0."""
        duration_ns = max(0, duration_ns)
        self._counts[_bucket_of(duration_ns)] += count
        self._total += count
        self._sum_ns += duration_ns * count

    def percentile_ns(self, share: float) -> int:
        """Return the duration that this share (0 to 1) did not exceed; 0 if there are none."""
        return self._percentiles_ns((share,))[0]

    def summary(self) -> Mapping[str, float]:
        """Return percentiles in microseconds, and the count, for the stats."""
        percentiles_ns = self._percentiles_ns(_SUMMARY.values())
        in_us = (round(each / NANOSECONDS_PER_MICROSECOND, 1) for each in percentiles_ns)
        return {**dict(zip(_SUMMARY, in_us, strict=True)), "count": self.count}

    def ladder(self) -> Ladder:
        """Return the counts up to each step since the process began.

        A duration that is less than 3 % below a step may count as above it.
        """
        within = (sum(self._counts[:end]) for end in _LADDER_BUCKETS)
        return Ladder(tuple(within), self._total, self._sum_ns)

    def reset(self) -> None:
        """Begin percentiles and count again, as when a session begins."""
        self._counts_before = self._counts.copy()
        self._total_before = self._total

    def _percentiles_ns(self, shares: Collection[float]) -> list[int]:
        if self.count == 0:
            return [0] * len(shares)
        seen = list(accumulate(map(sub, self._counts, self._counts_before)))
        ranks = (max(1, math.ceil(share * self.count)) for share in shares)
        return [_highest_of(bisect_left(seen, rank)) for rank in ranks]


def _bucket_of(duration_ns: int) -> int:
    """Return the bucket: exact below 64 ns, else the exponent and the 5 bits after the first."""
    shift = max(0, duration_ns.bit_length() - _SUB_BUCKET_BITS - 1)
    return min((shift << _SUB_BUCKET_BITS) + (duration_ns >> shift), _BUCKETS - 1)


def _highest_of(bucket: int) -> int:
    shift = max(0, (bucket >> _SUB_BUCKET_BITS) - 1)
    return ((bucket - (shift << _SUB_BUCKET_BITS) + 1) << shift) - 1


# Per step of the ladder: how many buckets hold only durations up to it.
_LADDER_BUCKETS = tuple(_bucket_of(step_ns + 1) for step_ns in LADDER_NS)
