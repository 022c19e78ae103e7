"""All daemons that can be imported here, and the metrics of one that has a value at each."""

import importlib.util
from typing import Any

from tradestack.observe.families import Family, families_of
from tradestack.observe.metrics import Kind, Metric
from tradestack.observe.statistics import LatencyHistogram
from tradestack.runtime.metric_table import METRICS as OF_EVERY_DAEMON
from tradestack.runtime.program import Program
from tradestack_exporter.program import PROGRAM as EXPORTER
from tradestack_fix.program import PROGRAM as FIX
from tradestack_gateway.program import PROGRAM as GATEWAY
from tradestack_order_manager.program import PROGRAM as ORDER_MANAGER
from tradestack_strategy.program import PROGRAM as STRATEGY
from tradestack_web.program import PROGRAM as WEB

PROGRAMS: list[Program[Any]] = [EXPORTER, FIX, GATEWAY, ORDER_MANAGER, STRATEGY, WEB]
if importlib.util.find_spec("grpc"):
    from tradestack_grpc.program import PROGRAM as GRPC

    PROGRAMS.append(GRPC)
VARYING = "9th"  # what a part of a path that varies is here
VALUES: dict[Kind, object] = {
    Kind.COUNTER: 1,
    Kind.GAUGE: 1.5,
    Kind.INFO: "3DAA200000",
    Kind.STATE: "of a client",
    Kind.FAULT: "the disk is full",
    Kind.TIME: "2026-01-01T00:00:00.500000Z",
    Kind.TEXT: "text",
}


def families_with_all(program: Program[Any]) -> list[Family]:
    """Return the families of a daemon that has a value at every path of its tables."""
    metrics = OF_EVERY_DAEMON + program.metrics
    stats: dict[str, Any] = {}
    for metric in metrics:
        _set(stats, metric)
    durations = LatencyHistogram()
    durations.record(15_000)
    histograms = {metric.name: durations for metric in metrics if metric.kind is Kind.HISTOGRAM}
    return families_of(program.name, {}, metrics, stats, histograms)


def _set(stats: dict[str, Any], metric: Metric) -> None:
    *parents, last = metric.name.replace("*", VARYING).split(".")
    for parent in parents:
        stats = stats.setdefault(parent, {})
    if metric.kind is Kind.HISTOGRAM:
        stats[last] = {"p50_us": 15.0, "count": 1}
    else:
        stats[last] = metric.states[0] if metric.states else VALUES[metric.kind]
