"""The stats of a daemon → metric families, in the names and units of Prometheus.

    latency.publish            HISTOGRAM us  → tradestack_gateway_latency_publish_seconds
    limits_used.*              GAUGE percent → tradestack_gateway_limits_used_ratio{limit="…"}
    process.ticks_published    COUNTER       → tradestack_gateway_process_ticks_published_total

Names begin with tradestack_<daemon>_, units are seconds, bytes and ratios, a moment is in seconds
since the Unix epoch. Labels have a bounded number of values: what exists for each client is left
out, and so are rates and ages, which follow from counters and times.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.times import parse_utc
from tradestack.observe.metrics import Kind, Metric, Sample, collect
from tradestack.observe.statistics import LADDER_NS, LatencyHistogram

PREFIX = "tradestack"
_HIDDEN_LABELS = ("client", "key", "window")
_HIDDEN_NAMES = ("uptime_s",)
# The facts about the process are named as those of other exporters are; _count is for histograms.
_NAMES = {
    "client_count": "clients",
    "start_time": "process_start_time",
    "cpu_seconds": "process_cpu",
    "rss_bytes": "process_resident_memory",
    "rss_peak_bytes": "process_resident_memory_peak",
    "pss_bytes": "process_proportional_memory",
}
# Unit of the stats → unit of the family, its suffix in the stats' names, and what to multiply by.
_UNITS = {
    "s": ("seconds", "_s", 1),
    "us": ("seconds", "_us", 1e-6),
    "bytes": ("bytes", "_bytes", 1),
    "percent": ("ratio", "_percent", 0.01),
}


class FamilyKind(enum.Enum):
    """The type of a family, as Prometheus and OpenMetrics name it."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    INFO = "info"


class Point(msgspec.Struct, frozen=True):
    """One value; `suffix` is what the name of its sample has after the family's."""

    suffix: str
    labels: dict[str, str]
    value: float


class Family(msgspec.Struct, frozen=True):
    """A metric with all its values.

    daemon: whose it is, "gateway" for instance. short_name: without tradestack_<daemon>_ in front,
    and without the _total of a counter.
    """

    daemon: str
    short_name: str
    kind: FamilyKind
    unit: str
    help: str
    points: list[Point]

    @property
    def name(self) -> str:
        """The name of the family, without the _total of a counter."""
        parts = (PREFIX, self.daemon.replace("-", "_"), self.short_name)
        return "_".join(part for part in parts if part)


def families_of(
    daemon: str,
    labels: Mapping[str, str],
    metrics: Iterable[Metric],
    stats: Mapping[str, object],
    histograms: Mapping[str, LatencyHistogram],
) -> list[Family]:
    """Return the families of a daemon; `labels` are in each of its values."""
    metrics = tuple(metrics)
    samples = collect(metrics, stats)
    by_metric: dict[Metric, list[Sample]] = {}
    for sample in samples:
        by_metric.setdefault(sample.metric, []).append(sample)
    info = {
        _plain(sample.metric.name): str(sample.value)
        for sample in samples
        if sample.metric.kind is Kind.INFO and sample.value is not None
    }
    runs = [Point("_info", {**labels, **info}, 1)]
    families = [Family(daemon, "", FamilyKind.INFO, "", "What runs.", runs)]
    for metric, of_metric in by_metric.items():
        histogram = histograms.get(metric.name)
        if histogram is not None:
            families.append(_histogram(daemon, labels, metric, histogram))
        elif points := list(_points(metric, of_metric, labels)):
            families.append(_family(daemon, metric, points))
    return families


def _family(daemon: str, metric: Metric, points: list[Point]) -> Family:
    unit, suffix, _ = _unit(metric)
    plain = _NAMES.get(metric.name, _plain(metric.name))
    name = plain.removesuffix("_total").removesuffix(suffix)
    if unit:
        name = f"{name}_{unit}"
    kind = FamilyKind.COUNTER if metric.kind is Kind.COUNTER else FamilyKind.GAUGE
    is_fault = metric.kind is Kind.FAULT
    text = f"{metric.help.removesuffix('.')}; 1 if so, else 0." if is_fault else metric.help
    return Family(daemon, name, kind, unit, text, points)


def _unit(metric: Metric) -> tuple[str, str, float]:
    if metric.kind is Kind.TIME:
        return "seconds", "", 1
    return _UNITS.get(metric.unit, ("", "", 1))


def _points(
    metric: Metric, samples: Iterable[Sample], labels: Mapping[str, str]
) -> Iterator[Point]:
    if metric.label in _HIDDEN_LABELS or metric.name in _HIDDEN_NAMES:
        return
    _, _, scale = _unit(metric)
    suffix = "_total" if metric.kind is Kind.COUNTER else ""
    values: dict[str, float] = {}
    for sample in samples:
        for label, value in _values(sample):
            # Of a limit that many have, as a user's of each symbol, the most that is used counts.
            label = label.partition("/")[0]
            values[label] = max(value * scale, values.get(label, value * scale))
    name = "state" if metric.kind is Kind.STATE else metric.label
    for label, value in values.items():
        yield Point(suffix, {**labels, name: label} if name else {**labels}, value)


def _values(sample: Sample) -> Iterator[tuple[str, float]]:
    """Yield label and number of each value that a sample gives."""
    match sample.metric.kind, sample.value:
        case ((Kind.COUNTER | Kind.GAUGE), bool() | int() | float()):
            yield sample.label, float(sample.value)
        case Kind.STATE, str():
            for state in sample.metric.states:
                yield state, float(state == sample.value)
        case Kind.FAULT, value:
            yield sample.label, float(value is not None)
        case Kind.TIME, str():
            if sample.value:  # a strategy has no session at first
                yield sample.label, parse_utc(sample.value) / NANOSECONDS_PER_SECOND


def _histogram(
    daemon: str, labels: Mapping[str, str], metric: Metric, histogram: LatencyHistogram
) -> Family:
    ladder = histogram.ladder()
    steps = [str(step_ns / NANOSECONDS_PER_SECOND) for step_ns in LADDER_NS]
    points = [
        Point("_bucket", {**labels, "le": step}, count)
        for step, count in zip([*steps, "+Inf"], [*ladder.counts, ladder.total], strict=True)
    ]
    points.append(Point("_count", dict(labels), ladder.total))
    points.append(Point("_sum", dict(labels), ladder.sum_ns / NANOSECONDS_PER_SECOND))
    name = f"{_plain(metric.name)}_seconds"
    return Family(daemon, name, FamilyKind.HISTOGRAM, "seconds", metric.help, points)


def _plain(path: str) -> str:
    return path.replace(".*", "").replace(".", "_")
