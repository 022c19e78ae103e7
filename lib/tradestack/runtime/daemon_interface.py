"""control socket → the daemon as such: io.tradestack.Daemon, and the text command `stats`."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Protocol

from tradestack.domain.clock import NANOSECONDS_PER_MILLISECOND, NANOSECONDS_PER_SECOND
from tradestack.net.control_server import Interface, Method, Peer
from tradestack.runtime.log_level import LogLevel
from tradestack.wire.varlink import InvalidParameter

WATCH_INTERVAL_MS_MIN = 100  # each reply costs the loop about a millisecond
WATCH_INTERVAL_MS_DEFAULT = 1_000
WATCH_INTERVAL_MS_MAX = 3_600_000

DESCRIPTION = """\
# What every daemon of tradestack answers.
interface io.tradestack.Daemon

type LogLevel (debug, info, warning, error)

# Counters and values of now. Top-level counters are of the present session, those in "process"
# since the process began; "rates" are events a second over the last 1, 10 and 60 s; "latency" has
# percentiles in microseconds; "last_error" is the last line logged as an error, or null.
method GetStats() -> (stats: object)

# The same, again and again, every interval_ms (100 to 3600000, default 1000).
method WatchStats(interval_ms: ?int) -> (stats: object)

# The effective configuration, defaults included, as a config file would write it, and the file.
method GetConfig() -> (config: object, path: string)

# Logs this level and what is graver, until the next reload of the configuration.
method SetLogLevel(level: LogLevel) -> ()
"""


class Daemon(Protocol):
    """What the interface asks of the running daemon."""

    def stats(self) -> dict[str, object]: ...
    def describe_config(self) -> dict[str, object]: ...
    def config_path(self) -> str: ...
    def set_log_level(self, level: LogLevel) -> None: ...


def daemon_interface(daemon: Daemon) -> Interface:
    """The Varlink interface of a daemon."""

    def get_stats(_parameters: Mapping[str, object], _peer: Peer) -> dict[str, object]:
        return {"stats": daemon.stats()}

    async def watch_stats(
        parameters: Mapping[str, object], _peer: Peer
    ) -> AsyncIterator[dict[str, object]]:
        interval_ms = _interval_ms(parameters)
        while True:
            yield {"stats": daemon.stats()}
            await asyncio.sleep(interval_ms * NANOSECONDS_PER_MILLISECOND / NANOSECONDS_PER_SECOND)

    def get_config(_parameters: Mapping[str, object], _peer: Peer) -> dict[str, object]:
        return {"config": daemon.describe_config(), "path": daemon.config_path()}

    def set_log_level(parameters: Mapping[str, object], _peer: Peer) -> dict[str, object]:
        try:
            level = LogLevel(parameters.get("level"))
        except ValueError:
            raise InvalidParameter("level") from None
        daemon.set_log_level(level)
        return {}

    return Interface(
        name="io.tradestack.Daemon",
        description=DESCRIPTION,
        methods={
            "GetStats": Method(get_stats, changes=False),
            "WatchStats": Method(watch_stats, changes=False),
            "GetConfig": Method(get_config, changes=False),
            "SetLogLevel": Method(set_log_level, changes=True),
        },
    )


def stats_text(stats: Mapping[str, object]) -> str:
    """The stats for people: a line for each value, "latency.order.p50_us: 131.0"."""
    return "".join(f"{name}: {_shown(value)}\n" for name, value in _flattened("", stats))


def _flattened(prefix: str, values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flattened(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", value


def _shown(value: object) -> str:
    return "-" if value is None else str(value)


def _interval_ms(parameters: Mapping[str, object]) -> int:
    interval_ms = parameters.get("interval_ms")
    if interval_ms is None:
        return WATCH_INTERVAL_MS_DEFAULT
    if isinstance(interval_ms, bool) or not isinstance(interval_ms, int):
        raise InvalidParameter("interval_ms")
    if not WATCH_INTERVAL_MS_MIN <= interval_ms <= WATCH_INTERVAL_MS_MAX:
        raise InvalidParameter("interval_ms")
    return interval_ms
