"""Metrics: declared once with kind, unit and help; paired with the values of a daemon's stats.

A declaration names values by their dotted path in the stats. A `*` in the path stands for one part
that varies, and `label` names that part:

    Metric("rates.*", GAUGE, "events/s", "Ticks published, by window.", label="window")

A HISTOGRAM covers every value below its path: percentiles, with their unit in the name, and count.

The kind also says what of a text goes to monitoring systems (families.py): a STATE is one of its
`states`, a FAULT is there or not, a TIME is a number, INFO names what runs. Other texts are for
people alone.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tradestack.observe.flat_text import flat_items


class Kind(enum.Enum):
    """How a metric behaves over time."""

    COUNTER = "counter"  # only grows, and begins at 0 with its session or process
    GAUGE = "gauge"  # goes up and down
    HISTOGRAM = "histogram"  # a distribution, shown as percentiles and a count
    INFO = "info"  # an identifier of what runs, such as a version or a session
    STATE = "state"  # one of several words
    FAULT = "fault"  # what is wrong, None if nothing is
    TIME = "time"  # a moment, as format_utc writes it
    TEXT = "text"  # for people


COUNTER, GAUGE, HISTOGRAM, INFO, STATE, FAULT, TIME, TEXT = Kind


@dataclass(frozen=True, slots=True)
class Metric:
    """One declared metric; `unit` is "" for texts and for plain counts of what `help` names."""

    name: str
    kind: Kind
    unit: str
    help: str
    label: str = ""
    states: tuple[str, ...] = ()  # that a STATE can be


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a metric; `label` is the varying part of its path, or what a histogram adds."""

    metric: Metric
    label: str
    value: object


def collect(metrics: Iterable[Metric], stats: Mapping[str, object]) -> list[Sample]:
    """Pair the values of the stats with their declarations, in the order of the stats.

    Values without a declaration are left out; `undeclared` lists them.
    """
    table = MetricTable(metrics)
    return [
        Sample(*declared, value)
        for path, value in flat_items(stats)
        if (declared := table.find(path)) is not None
    ]


def undeclared(metrics: Iterable[Metric], stats: Mapping[str, object]) -> Iterator[str]:
    """Yield the path of each value in the stats that no metric declares."""
    table = MetricTable(metrics)
    return (path for path, _ in flat_items(stats) if table.find(path) is None)


class MetricTable:
    """Declarations by path. Raises ValueError for a name that is declared twice."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._by_name: dict[str, Metric] = {}
        for metric in metrics:
            if self._by_name.setdefault(metric.name, metric) is not metric:
                raise ValueError(f"metric {metric.name} is declared twice")

    def find(self, path: str) -> tuple[Metric, str] | None:
        """Return the metric that declares the value at this path, and the value's label."""
        metric = self._by_name.get(path)
        if metric is not None:
            return metric, ""
        parts = path.split(".")
        for index, part in enumerate(parts):
            pattern = ".".join([*parts[:index], "*", *parts[index + 1 :]])
            if (metric := self._by_name.get(pattern)) is not None:
                return metric, part
        parent, _, last = path.rpartition(".")
        histogram = self._by_name.get(parent)
        if histogram is not None and histogram.kind is HISTOGRAM:
            return histogram, last
        return None
