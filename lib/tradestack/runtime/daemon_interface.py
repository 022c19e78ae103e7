"""io.tradestack.Daemon: the Varlink interface that every daemon has."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Protocol

import msgspec

from tradestack.domain.faults import OperatorFault
from tradestack.net.control.interface import Interface, Method
from tradestack.net.control.server import DAEMON_INTERFACE, TooMany
from tradestack.observe.families import Family
from tradestack.observe.metrics import Kind, Metric
from tradestack.runtime.config.running import PendingKey
from tradestack.runtime.logs.level import LogLevel
from tradestack.wire.varlink import declared_error

WATCH_INTERVAL_MS_MIN = 100  # each reply takes about a millisecond of the loop
WATCH_INTERVAL_MS_DEFAULT = 1_000
WATCH_INTERVAL_MS_MAX = 3_600_000

JsonObject = dict[str, Any]  # Varlink's object


class Stats(msgspec.Struct, frozen=True):
    """Counters and values by name."""

    stats: JsonObject = {}


class WatchStats(msgspec.Struct, frozen=True):
    """How often to send the stats."""

    interval_ms: (
        Annotated[int, msgspec.Meta(ge=WATCH_INTERVAL_MS_MIN, le=WATCH_INTERVAL_MS_MAX)] | None
    ) = None


class Config(msgspec.Struct, frozen=True):
    """The config, what of its file waits, and the path of the file."""

    config: JsonObject
    pending: JsonObject
    path: str


class MetricDeclaration(msgspec.Struct, frozen=True):
    """What one value in the stats means.

    name: its path in the stats; "*" is a part that varies, and label says what it is.
    """

    name: str
    kind: Kind
    unit: str
    help: str
    label: str


class MetricDeclarations(msgspec.Struct, frozen=True):
    """The declarations of all values in the stats."""

    metrics: list[MetricDeclaration]


class Metrics(msgspec.Struct, frozen=True):
    """Metric families."""

    families: list[Family]


class SetLogLevel(msgspec.Struct, frozen=True):
    """The least severe level to log."""

    level: LogLevel


class ConfigRefused(msgspec.Struct, frozen=True):
    """The config file cannot be applied: the place, what is wrong with it, and what to do."""

    where: str
    problem: str
    remedy: str


class ControlledDaemon(Protocol):
    """The daemon as its interface needs it."""

    def describe_config(self) -> dict[str, object]: ...
    def config_pending(self) -> dict[str, PendingKey]: ...
    def config_path(self) -> str: ...
    def set_log_level(self, level: LogLevel) -> None: ...
    def reload(self) -> None: ...


class Shown(Protocol):
    """What the daemon shows of itself."""

    def stats(self) -> dict[str, object]: ...
    def metrics(self) -> tuple[Metric, ...]: ...
    def families(self) -> list[Family]: ...


def daemon_interface(daemon: ControlledDaemon, shown: Shown) -> Interface:
    """Declare the interface for a daemon."""

    def get_config() -> Config:
        """Get the config with which the daemon runs, and the path of its file.

        "config" has all keys, defaults included, as the file would write them; addresses are those
        of the sockets that systemd has passed. "pending" has the
        keys that were changed in the file and do not hold yet: for each the new value and what it
        waits for, "next session" or "restart".
        """
        pending = {
            name: {"value": key.value, "holds": key.holds.value}
            for name, key in daemon.config_pending().items()
        }
        return Config(daemon.describe_config(), pending, daemon.config_path())

    def set_log_level(parameters: SetLogLevel) -> None:
        """Log this level and more severe ones, until the next reload of the configuration."""
        daemon.set_log_level(parameters.level)

    def reload() -> None:
        """Read the config file again, apply it, and answer when that is done.

        ConfigRefused means that the daemon goes on with the config that it had.
        """
        _reload(daemon)

    return Interface(
        DAEMON_INTERFACE,
        "What every tradestack daemon answers.",
        [
            *_methods_that_show(shown),
            Method.of(get_config),
            Method.of(set_log_level, changes=True),
            Method.of(reload, changes=True),
        ],
        (TooMany, ConfigRefused),
    )


def _methods_that_show(shown: Shown) -> list[Method]:
    def get_stats() -> Stats:
        """Get counters and values.

        Top-level counters are those of the current session, counters in "process" began with the
        process. "rates" are events per second over the last 1, 10 and 60 s. "latency" has
        percentiles in microseconds. "last_error" is the last line logged as an error, or null if
        there was none or it was resolved. "config_pending" has the config keys that were
        changed and wait, with what they wait for. "config_unused" has the config keys that have no
        effect, because a unit or the command line decides, with the reason.
        """
        return Stats(shown.stats())

    async def watch_stats(parameters: WatchStats) -> AsyncIterator[Stats]:
        """Get the stats again and again, every interval_ms (100 to 3600000, default 1000)."""
        while True:
            yield Stats(shown.stats())
            await asyncio.sleep((parameters.interval_ms or WATCH_INTERVAL_MS_DEFAULT) / 1_000)

    def list_metrics() -> MetricDeclarations:
        """List what the values in the stats mean: kind, unit and help of each."""
        return MetricDeclarations(
            [
                MetricDeclaration(metric.name, metric.kind, metric.unit, metric.help, metric.label)
                for metric in shown.metrics()
            ]
        )

    def get_metrics() -> Metrics:
        """Get what a monitoring system reads, in the names and units of Prometheus.

        The name of a sample is tradestack_<daemon>_<short_name><suffix>, with "_" for "-".
        """
        return Metrics(shown.families())

    return [
        Method.of(get_stats),
        Method.of(watch_stats),
        Method.of(list_metrics),
        Method.of(get_metrics),
    ]


def _reload(daemon: ControlledDaemon) -> None:
    try:
        daemon.reload()
    except OperatorFault as fault:
        refusal = ConfigRefused(fault.where, fault.problem, fault.remedy)
        raise declared_error(DAEMON_INTERFACE, refusal) from None
