"""runtime directory → the daemons that have a control socket there.

gateway.sock   order-manager.sock   strategy-<instance>.sock
"""

import argparse
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradestack.net.control.client import ControlClient, ControlFault

RUNTIME_DIRECTORY = Path("/run/tradestack")
GATEWAY = "gateway"
ORDER_MANAGER = "order-manager"
STRATEGY_PREFIX = "strategy-"
SOCKET_SUFFIX = ".sock"
STATS_DEADLINE_S = 5.0  # they come each second; a daemon that is later hangs

Stats = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StackReport:
    """What each daemon said of itself, or why it could not be asked."""

    gateway: Stats | None
    order_manager: Stats | None
    strategies: Mapping[str, Stats | None]
    faults: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """The shape of `stats --json`; null is a daemon that could not be asked."""
        return {
            "gateway": self.gateway,
            "order_manager": self.order_manager,
            "strategies": dict(self.strategies),
        }

    @property
    def is_empty(self) -> bool:
        """Whether nobody answered."""
        return not (self.gateway or self.order_manager or any(self.strategies.values()))


@dataclass(frozen=True, slots=True)
class RunningDaemons:
    """Control sockets by daemon. Gateway and order manager are expected, strategies are found."""

    directory: Path

    @classmethod
    def of(cls, args: argparse.Namespace) -> "RunningDaemons":
        """Those of --runtime-dir; else the system's, or of the user's own installation."""
        given: Path | None = getattr(args, "runtime_dir", None)
        if given is not None:
            return cls(given)
        own = Path(f"/run/user/{os.getuid()}/tradestack")
        return cls(own if own.is_dir() and not RUNTIME_DIRECTORY.is_dir() else RUNTIME_DIRECTORY)

    def socket_of(self, name: str) -> Path:
        """`gateway`, `order-manager`, or the name of a strategy instance."""
        if name not in (GATEWAY, ORDER_MANAGER) and not name.startswith(STRATEGY_PREFIX):
            name = STRATEGY_PREFIX + name
        return self.directory / f"{name}{SOCKET_SUFFIX}"

    def strategies(self) -> list[str]:
        """Instances that have a control socket, by name."""
        found = self.directory.glob(f"{STRATEGY_PREFIX}*{SOCKET_SUFFIX}")
        return sorted(path.stem.removeprefix(STRATEGY_PREFIX) for path in found)

    def names(self) -> list[str]:
        """Gateway, order manager, and the strategies there are."""
        return [GATEWAY, ORDER_MANAGER, *self.strategies()]

    def client(self, name: str) -> ControlClient:
        return ControlClient(self.socket_of(name))

    def report(self) -> StackReport:
        """Asks each for its stats; one that cannot be asked is a fault of the report."""
        return self.report_from(self._ask)

    def report_from(self, ask: Callable[[str], Stats]) -> StackReport:
        """As `report`, the stats of each daemon being what `ask` returns."""
        faults: list[str] = []

        def asked(name: str) -> Stats | None:
            try:
                return ask(name)
            except ControlFault as fault:
                faults.append(str(fault))
                return None

        gateway, order_manager = asked(GATEWAY), asked(ORDER_MANAGER)
        strategies = {name: asked(name) for name in self.strategies()}
        return StackReport(gateway, order_manager, strategies, tuple(faults))

    def watch(self) -> Iterator[StackReport]:
        """A report each second: the daemons set the pace, each by its stream.

        Ends with the report of a stack of which nobody answers any more.
        """
        streams: dict[str, Iterator[Stats]] = {}

        def next_stats(name: str) -> Stats:
            stream = streams.setdefault(name, self._stream(name))
            try:
                return next(stream)
            except (ControlFault, StopIteration):
                del streams[name]
                return self._ask(name)  # it may have been restarted

        while True:
            report = self.report_from(next_stats)
            yield report
            if report.is_empty:
                return

    def _ask(self, name: str) -> Stats:
        with self.client(name) as client:
            stats: Stats = client.call("io.tradestack.Daemon.GetStats")["stats"]
            return stats

    def _stream(self, name: str) -> Iterator[Stats]:
        with self.client(name) as client:
            for reply in client.stream(
                "io.tradestack.Daemon.WatchStats", deadline_s=STATS_DEADLINE_S
            ):
                yield reply["stats"]
