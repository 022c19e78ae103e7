"""control socket → the daemon as such: what io.tradestack.Daemon answers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Protocol

from tradestack.net.control.server import Interface, Method, Peer
from tradestack.runtime.log_level import LogLevel
from tradestack.wire.varlink import invalid_parameter

WATCH_INTERVAL_MS_MIN = 100  # each reply costs the loop about a millisecond
WATCH_INTERVAL_MS_DEFAULT = 1_000
WATCH_INTERVAL_MS_MAX = 3_600_000

INTERFACE_NAME = "io.tradestack.Daemon"
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

# So many of them are open already.
error TooMany (what: string, limit: int)
"""


class Daemon(Protocol):
    """What the interface asks of the running daemon."""

    def stats(self) -> dict[str, object]: ...
    def describe_config(self) -> dict[str, object]: ...
    def config_path(self) -> str: ...
    def set_log_level(self, level: LogLevel) -> None: ...


def daemon_interface(daemon: Daemon) -> Interface:
    """The Varlink interface of a daemon."""

    def get_stats(_parameters: dict[str, Any], _peer: Peer) -> dict[str, Any]:
        return {"stats": daemon.stats()}

    async def watch_stats(parameters: dict[str, Any], _peer: Peer) -> AsyncIterator[dict[str, Any]]:
        interval_ms = _interval_ms(parameters)
        while True:
            yield {"stats": daemon.stats()}
            await asyncio.sleep(interval_ms / 1_000)

    def get_config(_parameters: dict[str, Any], _peer: Peer) -> dict[str, Any]:
        return {"config": daemon.describe_config(), "path": daemon.config_path()}

    def set_log_level(parameters: dict[str, Any], _peer: Peer) -> dict[str, Any]:
        daemon.set_log_level(LogLevel(parameters["level"]))
        return {}

    return Interface(
        INTERFACE_NAME,
        DESCRIPTION,
        {
            "GetStats": Method(get_stats),
            "WatchStats": Method(watch_stats),
            "GetConfig": Method(get_config),
            "SetLogLevel": Method(set_log_level, changes=True),
        },
    )


def _interval_ms(parameters: dict[str, Any]) -> int:
    """Raises VarlinkError when it is out of range; its type has been checked."""
    interval_ms: int | None = parameters.get("interval_ms")
    if interval_ms is None:
        return WATCH_INTERVAL_MS_DEFAULT
    if not WATCH_INTERVAL_MS_MIN <= interval_ms <= WATCH_INTERVAL_MS_MAX:
        raise invalid_parameter("interval_ms")
    return interval_ms
