"""io.systemd.Metrics: the interface by which systemd-report collects metrics of every service.

It finds the services by links in /run/systemd/report, which the units of the control sockets make
(systemd 260 and later). Names are those of Prometheus after the name of the link:
io.tradestack.Gateway.ticks_total. Of a histogram there are count and sum.
"""

import enum
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from tradestack.net.control.interface import Interface, Method
from tradestack.observe.families import Family, FamilyKind, Point

INTERFACE = "io.systemd.Metrics"
_BUCKET = "_bucket"
_STRATEGY = "strategy-"


class MetricFamilyType(enum.Enum):
    """A counter only grows, a gauge goes up and down, a string is a text."""

    COUNTER = "counter"
    GAUGE = "gauge"
    STRING = "string"


class ListedMetric(msgspec.Struct, frozen=True):
    """One value. fields: what tells it from others of its name."""

    name: str
    value: Any
    fields: dict[str, str] | None = None


class DescribedMetric(msgspec.Struct, frozen=True):
    """What the values of one name are."""

    name: str
    description: str
    type: MetricFamilyType


class NoSuchMetric(msgspec.Struct, frozen=True):
    """There is no such metric."""


def systemd_metrics(daemon: str, families: Callable[[], Iterable[Family]]) -> Interface:
    """Declare the interface for a daemon, "gateway" or "strategy-news" for instance."""
    source = source_of(daemon)

    def list_() -> list[ListedMetric]:
        """Get all values, one in each reply."""
        return [listed for family in families() for listed in _listed(source, family)]

    def describe() -> list[DescribedMetric]:
        """Get what each name means, one in each reply."""
        described = (each for family in families() for each in _described(source, family))
        return list({each.name: each for each in described}.values())

    return Interface(
        INTERFACE,
        "Metrics of a service, for systemd-report.",
        [Method.of(list_), Method.of(describe)],
        (NoSuchMetric,),
    )


def source_of(daemon: str) -> str:
    """Return the name of the link to a daemon's control socket, with which all names begin."""
    if daemon.startswith(_STRATEGY):
        return f"io.tradestack.Strategy.{daemon.removeprefix(_STRATEGY)}"
    return f"io.tradestack.{daemon.title().replace('-', '')}"


def _listed(source: str, family: Family) -> Iterator[ListedMetric]:
    for point in family.points:
        if family.kind is FamilyKind.INFO:
            for name, text in point.labels.items():
                yield ListedMetric(f"{source}.{name}", text)
        elif point.suffix != _BUCKET:
            yield ListedMetric(_name(source, family, point), point.value, point.labels or None)


def _described(source: str, family: Family) -> Iterator[DescribedMetric]:
    for point in family.points:
        if family.kind is FamilyKind.INFO:
            for name in point.labels:
                yield DescribedMetric(f"{source}.{name}", family.help, MetricFamilyType.STRING)
        elif point.suffix != _BUCKET:
            kind = (
                MetricFamilyType.GAUGE
                if family.kind is FamilyKind.GAUGE
                else MetricFamilyType.COUNTER
            )
            yield DescribedMetric(_name(source, family, point), family.help, kind)


def _name(source: str, family: Family, point: Point) -> str:
    """Return the full name: io.tradestack.OrderManager.fills_total of tradestack_…_fills."""
    return f"{source}.{family.short_name}{point.suffix}"
