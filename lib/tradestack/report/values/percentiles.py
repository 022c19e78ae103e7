"""Durations in short: how many there were, and which of them were long."""

import msgspec

from tradestack.report.values.units import Duration


class Percentiles(msgspec.Struct, frozen=True, kw_only=True):
    """Percentiles of `count` durations; at least one.

    A percentile is the smallest of the durations that its share of them does not exceed; one of a
    daemon's histogram is up to 3 % above that. max_ns: None where it is not recorded.
    """

    count: int
    p50_ns: Duration
    p99_ns: Duration
    p999_ns: Duration
    max_ns: Duration | None = None
