"""The web server as a service: its parts, its exit when idle, its stats."""

import asyncio
import logging
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tradestack.configs.web import WebConfig
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.times import format_utc
from tradestack.domain.units import counted
from tradestack.net.addresses import Address
from tradestack.net.control.interface import Interface
from tradestack.net.line_limit import LineLimit
from tradestack.observe.levels import Level
from tradestack.observe.statistics import LatencyHistogram
from tradestack.runtime.service import Context
from tradestack_web.application import build_application
from tradestack_web.control import web_interface
from tradestack_web.http.server import HttpServer
from tradestack_web.live.daemons import Daemons
from tradestack_web.live.hub import Hub
from tradestack_web.live.sessions import Sessions
from tradestack_web.logins.gate import Gate
from tradestack_web.logins.logins import Logins
from tradestack_web.routes.actions import Actions
from tradestack_web.routes.commands import Commands
from tradestack_web.routes.site import Site
from tradestack_web.sockets import LOCAL, PAGE

TICK_INTERVAL_S = 1.0
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}

logger = logging.getLogger(__name__)


class WebService:
    """What the runtime runs."""

    def __init__(self, context: Context[WebConfig]) -> None:
        """Wire the parts. Raises OperatorFault."""
        self._context = context
        self._config = context.config
        clock = context.clock
        self._lines = LineLimit(clock)
        self._began = format_utc(clock.wall_ns())
        self._looked_ns = clock.monotonic_ns()
        local = Path(context.listeners[LOCAL].getsockname())
        daemons = Daemons(context.config.runtime_directory)
        sessions = Sessions(context.config.stack_directory)
        self._hub = Hub(daemons, sessions, clock, self._own_stats)
        self._gate = Gate(
            Logins(context.state_directory), local, lambda: self._config, clock, self._lines
        )
        site = Site(
            config=lambda: self._config,
            stack=context.config.stack_directory,
            gate=self._gate,
            hub=self._hub,
            daemons=daemons,
            commands=Commands(),
        )
        self._actions = Actions(site)
        self._guard = build_application(
            site, self._actions, lambda: self._config.hosts, self._lines
        )
        self._server = HttpServer(
            self._guard, context.listeners, clock, lambda: self._config.connections_max
        )

    async def start(self) -> None:
        """Begin to serve."""
        self._server.start()
        self._context.spawn(self._hub.run(), "hub")
        self._context.spawn(self._tick(), "tick")

    async def stop(self) -> None:
        """End all connections."""
        self._hub.close()
        await self._server.close()

    def reload(self, config: WebConfig) -> None:
        """Take the keys that apply at once."""
        self._config = config

    def histograms(self) -> Mapping[str, LatencyHistogram]:
        """Return none: it answers people."""
        return {}

    def stats(self) -> dict[str, object]:
        """Return counters and values."""
        return {
            "connections": self._server.connections,
            "viewers": self._hub.viewers,
            "logins": self._gate.logins(),
            "process": {
                "requests": self._guard.requests,
                "requests_refused": self._guard.refused,
                "connections_refused": self._server.refused,
                "connections_displaced": self._server.displaced,
                "viewers_dropped": self._hub.dropped,
                "viewers_displaced": self._hub.displaced,
                "logins_rejected": self._gate.rejected,
                "actions": self._actions.count,
                "log_lines_suppressed": self._lines.suppressed_total,
            },
        }

    def status(self) -> str:
        """Return one line for STATUS=."""
        viewers = counted(self._hub.viewers, "viewer")
        return f"{viewers}, {counted(self._server.connections, 'connection')}"

    def levels(self) -> Sequence[Level]:
        """Return how many viewers and connections there are."""
        config = self._config
        return [
            Level.of("viewers", self._hub.viewers, config.viewers_max, "raise viewers_max"),
            Level.of(
                "connections",
                self._server.connections,
                config.connections_max,
                "raise connections_max",
            ),
        ]

    def stalled(self, _now_ns: int) -> str | None:
        """Return None: the server waits for nothing but its loop."""
        return None

    def interfaces(self) -> Sequence[Interface]:
        """Return io.tradestack.Web."""
        page = page_url(self._context.listeners[PAGE].getsockname())
        return [web_interface(self._gate.tokens, page, self._context.clock.monotonic_ns)]

    async def _tick(self) -> None:
        """Once a second: the date of answers, and whether anybody still looks."""
        while True:
            await asyncio.sleep(TICK_INTERVAL_S)
            self._server.tick()
            now_ns = self._context.clock.monotonic_ns()
            if self._server.connections or self._gate.tokens.are_open(now_ns):
                self._looked_ns = now_ns
            idle_ns = self._config.idle_exit
            if idle_ns and now_ns - self._looked_ns >= idle_ns:
                logger.info("nobody has looked for %d s", idle_ns // NANOSECONDS_PER_SECOND)
                signal.raise_signal(signal.SIGTERM)
                return

    def _own_stats(self) -> Mapping[str, Any]:
        return {
            "viewers": self._hub.viewers,
            "viewers_dropped": self._hub.dropped,
            "start_time": self._began,
        }


def page_url(address: tuple[Any, ...]) -> str:
    """Address of a listening socket → the URL of the page."""
    host = ANY_ADDRESS.get(address[0], address[0])
    return f"http://{Address(host, address[1])}/"
