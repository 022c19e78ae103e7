"""Durations → percentiles."""

import numpy as np

from tradestack.report.figures.exact import Integers
from tradestack.report.values.percentiles import Percentiles


def percentiles_of(durations_ns: Integers) -> Percentiles | None:
    """Return exact percentiles; None of nothing.

    A duration below 0, from clocks that disagree, counts as 0, as in the daemons' histograms.
    """
    if not len(durations_ns):
        return None
    ordered = np.sort(np.maximum(durations_ns, 0))
    return Percentiles(
        count=len(ordered),
        p50_ns=_percentile(ordered, 500),
        p99_ns=_percentile(ordered, 990),
        p999_ns=_percentile(ordered, 999),
        max_ns=int(ordered[-1]),
    )


def _percentile(ordered: Integers, per_mille: int) -> int:
    """Return the smallest value that `per_mille` thousandths do not exceed."""
    rank = -(-per_mille * len(ordered) // 1000)
    return int(ordered[max(rank, 1) - 1])
