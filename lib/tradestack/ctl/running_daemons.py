"""The daemons that have a control socket in a runtime directory.

gateway.sock   order-manager.sock   strategy-<instance>.sock   exporter.sock   fix.sock
grpc.sock   web-control.sock
"""

import argparse
import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tradestack.ctl.own_command import is_users_command
from tradestack.net.control.client import REPLY_DEADLINE_S, ControlClient, ControlFault
from tradestack.net.control.place import RUNTIME_DIRECTORY, USERS_DIRECTORY
from tradestack.runtime.supervisor.failures import failure_of
from tradestack.runtime.supervisor.units import OF_USER, SYSTEM

GATEWAY = "gateway"
ORDER_MANAGER = "order-manager"
EXPORTER = "exporter"
FIX = "fix"
GRPC = "grpc"
WEB = "web"
WEB_CONTROL = "web-control"  # its control socket; web.sock is the page
OTHERS = (EXPORTER, FIX, GRPC)  # that a host may have as well
STRATEGY_PREFIX = "strategy-"
SOCKET_SUFFIX = ".sock"
STATS_DEADLINE_S = 5.0  # WatchStats replies every second; a daemon this late hangs

Stats = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StackReport:
    """The stats of each daemon, None for one that could not be asked, and the reasons why.

    others: exporter, fix and grpc, as far as they run.
    """

    gateway: Stats | None
    order_manager: Stats | None
    strategies: Mapping[str, Stats | None]
    faults: tuple[str, ...]
    others: Mapping[str, Stats | None] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return the object that `stats --json` prints."""
        return {
            "gateway": self.gateway,
            "order_manager": self.order_manager,
            "strategies": dict(self.strategies),
            **self.others,
        }

    @property
    def is_empty(self) -> bool:
        """Whether no daemon answered."""
        others = *self.strategies.values(), *self.others.values()
        return not (self.gateway or self.order_manager or any(others))


@dataclass(frozen=True, slots=True)
class RunningDaemons:
    """The control sockets in a directory.

    Gateway and order manager are expected to run; any other daemon runs if it has a socket. The
    page is left out: a question would start it.
    """

    directory: Path

    @classmethod
    def of(cls, args: argparse.Namespace) -> "RunningDaemons":
        """Use --runtime-dir, else the directory of the installation that this command is of.

        Without that one, use the other: of the system, or of the user's --user installation.
        """
        directory: Path | None = getattr(args, "runtime_dir", None)
        return cls(_default_directory() if directory is None else directory)

    def command(self, words: str) -> str:
        """Return the command that asks the same daemons something else."""
        if self.directory == _default_directory():
            return f"tradestackctl {words}"
        return f"tradestackctl {words} --runtime-dir {shlex.quote(str(self.directory))}"

    def socket_of(self, name: str) -> Path:
        """Return the socket of `gateway`, `exporter`, `web` … or of a strategy instance."""
        if name == WEB:
            name = WEB_CONTROL
        elif name not in (GATEWAY, ORDER_MANAGER, *OTHERS) and not name.startswith(STRATEGY_PREFIX):
            name = STRATEGY_PREFIX + name
        return self.directory / f"{name}{SOCKET_SUFFIX}"

    def strategies(self) -> list[str]:
        """List the strategy instances that have a control socket, sorted."""
        sockets = self.directory.glob(f"{STRATEGY_PREFIX}*{SOCKET_SUFFIX}")
        return sorted(path.stem.removeprefix(STRATEGY_PREFIX) for path in sockets)

    def others(self) -> list[str]:
        """List which of exporter, fix and grpc have a control socket."""
        return [name for name in OTHERS if self.socket_of(name).exists()]

    def names(self) -> list[str]:
        """List gateway, order manager, the strategy instances and the others that run."""
        return [GATEWAY, ORDER_MANAGER, *self.strategies(), *self.others()]

    def client(self, name: str, *, reply_deadline_s: float = REPLY_DEADLINE_S) -> ControlClient:
        """Return a client of the daemon; it connects at its first call."""
        socket = self.socket_of(name)
        return ControlClient(
            socket,
            reply_deadline_s=reply_deadline_s,
            failure=lambda: self._failure_of(name),
        )

    def _failure_of(self, name: str) -> str:
        """Return why a daemon does not run, or which do where a strategy does not; "": unknown."""
        socket = self.socket_of(name)
        failure = failure_of(self._systemctl(), WEB if name == WEB else socket.stem)
        if failure or not socket.stem.startswith(STRATEGY_PREFIX) or socket.exists():
            return failure
        running = ", ".join(each for each in self.names() if self.socket_of(each).exists())
        return f"start it, or name one of those that do: {running}" if running else ""

    def _systemctl(self) -> Sequence[str]:
        """Return the command for the systemd that has these sockets; () if none has."""
        if self.directory == RUNTIME_DIRECTORY:
            return SYSTEM
        return OF_USER if self.directory == _users_directory() else ()

    def report(self) -> StackReport:
        """Ask each daemon for its stats."""
        return self._report_from(self._ask)

    def watch(self) -> Iterator[StackReport]:
        """Yield a report whenever the daemons publish their stats, every second.

        The last report is the first to which no daemon answered.
        """
        streams: dict[str, Iterator[Stats]] = {}

        def next_stats(name: str) -> Stats:
            stream = streams.setdefault(name, self._stream(name))
            try:
                return next(stream)
            except (ControlFault, StopIteration):
                del streams[name]
                return self._ask(name)  # the daemon may have been restarted

        while True:
            report = self._report_from(next_stats)
            yield report
            if report.is_empty:
                return

    def _report_from(self, ask: Callable[[str], Stats]) -> StackReport:
        faults: list[str] = []

        def asked(name: str) -> Stats | None:
            try:
                return ask(name)
            except ControlFault as fault:
                faults.append(str(fault))
                return None

        gateway, order_manager = asked(GATEWAY), asked(ORDER_MANAGER)
        strategies = {name: asked(name) for name in self.strategies()}
        others = {name: asked(name) for name in self.others()}
        return StackReport(gateway, order_manager, strategies, tuple(faults), others)

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


def _users_directory() -> Path:
    return USERS_DIRECTORY / str(os.getuid()) / "tradestack"


def _default_directory() -> Path:
    users = _users_directory()
    is_users = users.is_dir() and (is_users_command() or not RUNTIME_DIRECTORY.is_dir())
    return users if is_users else RUNTIME_DIRECTORY
