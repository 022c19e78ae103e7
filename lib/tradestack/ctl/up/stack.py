"""options, private directory → the three daemons, running: sockets bound, started, asked, stopped.

All are started at once: their listening sockets exist before any of them, so that whoever is first
waits for nobody. They are stopped the other way round than data flows: strategies, order manager,
gateway.
"""

import asyncio
import signal
import socket
import sys
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tradestack.ctl.control_call import control_call
from tradestack.ctl.up.child_process import ChildCommand, ChildDied, ChildProcess
from tradestack.ctl.up.progress import StackStats
from tradestack.ctl.up.screen import Screen
from tradestack.ctl.up.stack_files import StackFiles
from tradestack.ctl.up.supervised import AfterDeath, Supervised
from tradestack.net.addresses import Address, name_of
from tradestack.runtime.supervisor.listen_fds import CONTROL, bind_tcp, bind_unix

GATEWAY = "gateway"
ORDER_MANAGER = "order-manager"
STOP_TIMEOUT_S = 15.0  # as TimeoutStopSec= in the units
STATS_TIMEOUT_S = 10.0  # a daemon whose loop stands for so long is as good as dead

T = TypeVar("T")

_ANY_PORT = Address("127.0.0.1", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackConfig:
    """What is special about this stack; all else is as `StackFiles` and the defaults have it."""

    gateway: Mapping[str, object]
    order_manager: Mapping[str, object]
    strategies: Mapping[str, Mapping[str, object]]
    after_death: AfterDeath


class Stack:
    """The running daemons. `died` tells of the first whose death is final."""

    def __init__(self, files: StackFiles, config: StackConfig, screen: Screen) -> None:
        self._files = files
        self._config = config
        self._screen = screen
        self._daemons: dict[str, Supervised] = {}
        self._watches: list[asyncio.Task[None]] = []
        self._listeners: list[socket.socket] = []  # held open between two lives of a daemon
        self.died: asyncio.Future[ChildDied] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Returns when all are ready. Raises ChildDied, OperatorFault."""
        feed, orders = self._listen(bind_tcp(_ANY_PORT)), self._listen(bind_tcp(_ANY_PORT))
        self._start_servers(feed, orders)
        for instance, values in self._config.strategies.items():
            self._start_strategy(
                instance, values, name_of(feed.getsockname()), name_of(orders.getsockname())
            )
        for daemon in self._daemons.values():
            self._watches.append(asyncio.create_task(self._watch(daemon)))
        for daemon in self._daemons.values():
            await self.unless_died(daemon.is_ready.wait())

    async def stats(self) -> StackStats:
        """Asks each. Raises ControlFault when one does not answer, ChildDied."""
        gateway, order_manager, *strategies = await self.unless_died(
            asyncio.gather(*(self._ask(name) for name in self._daemons))
        )
        return StackStats(
            gateway=gateway,
            order_manager=order_manager,
            strategies=dict(zip(self._config.strategies, strategies, strict=True)),
            respawns={name: daemon.respawns for name, daemon in self._daemons.items()},
        )

    async def stop(self) -> None:
        """Ends all in order. Raises ChildDied for one that did not end well, or not in time."""
        self._stop_watching()
        strategies = [_strategy(instance) for instance in self._config.strategies]
        for names in (strategies, [ORDER_MANAGER], [GATEWAY]):
            await self._stop_together([self._daemons[name].child for name in names])

    @property
    def after_death(self) -> AfterDeath:
        """What the death of a daemon leads to."""
        return self._config.after_death

    def kill(self) -> None:
        """Ends at once what still runs; for the way out after a fault."""
        self._stop_watching()
        for daemon in self._daemons.values():
            daemon.child.send_signal(signal.SIGKILL)

    async def wait_gone(self) -> None:
        """Returns when no child is left."""
        await asyncio.gather(*(daemon.child.exited for daemon in self._daemons.values()))
        for listener in self._listeners:
            listener.close()

    async def unless_died(self, work: Awaitable[T]) -> T:
        """The work's result. Raises ChildDied when a daemon has died for good first."""
        task = asyncio.ensure_future(work)
        either: set[asyncio.Future[Any]] = {task, self.died}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if self.died.done():
                raise self.died.result()
            return task.result()
        finally:
            task.cancel()

    def _stop_watching(self) -> None:
        for watch in self._watches:
            watch.cancel()

    def _listen(self, listener: socket.socket) -> socket.socket:
        self._listeners.append(listener)
        return listener

    async def _watch(self, daemon: Supervised) -> None:
        death = await daemon.watch()
        if not self.died.done():
            self.died.set_result(death)

    def _start_servers(self, feed: socket.socket, orders: socket.socket) -> None:
        files = self._files
        users = files.write_users(
            {name: str(values.get("user")) for name, values in self._config.strategies.items()}
        )
        gateway = {
            **files.common(GATEWAY),
            "listen": name_of(feed.getsockname()),
            "users_file": str(users),
            "segment_suffix": files.suffix,
            **self._config.gateway,
        }
        order_manager = {
            **files.common(ORDER_MANAGER),
            "listen": name_of(orders.getsockname()),
            "users_file": str(users),
            "order_log": str(files.root / "log" / "order_log.txt"),
            **self._config.order_manager,
        }
        self._start_child(GATEWAY, [], files.write_config(GATEWAY, gateway), {"feed": feed}, {})
        config_path = files.write_config(ORDER_MANAGER, order_manager)
        self._start_child(ORDER_MANAGER, [], config_path, {"orders": orders}, {})

    def _start_strategy(
        self, instance: str, values: Mapping[str, object], feed: str, orders: str
    ) -> None:
        name = _strategy(instance)
        own = {
            **values,
            **self._files.common(name),
            "feed": feed,
            "orders": orders,
            "segment_suffix": self._files.suffix,
        }
        config_path = self._files.write_config(f"strategy/{instance}", own)
        credentials = str(self._files.credentials_path(instance))
        variables = {"CREDENTIALS_DIRECTORY": credentials}
        self._start_child(name, [instance], config_path, {}, variables)

    def _start_child(
        self,
        name: str,
        arguments: list[str],
        config_path: Path,
        listeners: Mapping[str, socket.socket],
        variables: Mapping[str, str],
    ) -> None:
        control = self._listen(bind_unix(self._files.socket_path(name)))
        command = ChildCommand(
            name=name,
            argv=[*_program(name), *arguments, "--config", str(config_path)],
            listeners={**listeners, CONTROL: control},
            variables=variables,
            notify_path=self._files.notify_path(name),
        )
        self._daemons[name] = Supervised(command, self._screen.line, self._config.after_death)

    async def _ask(self, name: str) -> Mapping[str, Any]:
        path = self._files.socket_path(name)
        method = "io.tradestack.Daemon.GetStats"
        stats: Mapping[str, Any] = (await control_call(path, method, deadline_s=STATS_TIMEOUT_S))[
            "stats"
        ]
        return stats

    async def _stop_together(self, children: list[ChildProcess]) -> None:
        for child in children:
            child.send_signal(signal.SIGTERM)
        _, late = await asyncio.wait([child.exited for child in children], timeout=STOP_TIMEOUT_S)
        for child in children:
            if child.exited in late:
                raise ChildDied(f"{child.name} did not stop within {STOP_TIMEOUT_S:g} s", None)
            if child.exited.result() != 0:
                raise child.death()


def _strategy(instance: str) -> str:
    return f"strategy-{instance}"


def _program(name: str) -> list[str]:
    """The console script beside this interpreter, else the module it would run."""
    daemon = name if name in (GATEWAY, ORDER_MANAGER) else "strategy"
    script = Path(sys.executable).parent / f"tradestack-{daemon}"
    if script.exists():
        return [str(script)]
    return [sys.executable, "-m", f"daemons.{daemon.replace('-', '_')}"]
