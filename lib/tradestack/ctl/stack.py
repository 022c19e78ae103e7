"""options, private directory → the three daemons, running: sockets bound, started, asked, stopped.

All are started at once: their listening sockets exist before any of them, so that whoever is first
waits for nobody. They are stopped the other way round than data flows: strategies, order manager,
gateway.
"""

import asyncio
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradestack.ctl.child_process import ChildCommand, ChildDied, ChildProcess
from tradestack.ctl.control_client import ControlClient
from tradestack.ctl.progress import StackStats
from tradestack.ctl.screen import Screen
from tradestack.ctl.stack_files import StackFiles
from tradestack.net.addresses import Address, name_of
from tradestack.runtime.listen_fds import bind_tcp, bind_unix
from tradestack.runtime.program import CONTROL

GATEWAY = "gateway"
ORDER_MANAGER = "order-manager"
STOP_TIMEOUT_S = 15.0  # as TimeoutStopSec= in the units
STATS_TIMEOUT_S = 10.0  # a daemon whose loop stands for so long is as good as dead

_ANY_PORT = Address("127.0.0.1", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackConfig:
    """What is special about this stack; all else is as `StackFiles` and the defaults have it."""

    gateway: Mapping[str, object]
    order_manager: Mapping[str, object]
    strategies: Mapping[str, Mapping[str, object]]


class Stack:
    """The running daemons. `died` tells of the first that ends unasked."""

    def __init__(self, files: StackFiles, config: StackConfig, screen: Screen) -> None:
        self._files = files
        self._config = config
        self._screen = screen
        self._children: dict[str, ChildProcess] = {}
        self._stopping = False
        self.died: asyncio.Future[ChildDied] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Returns when all are ready. Raises ChildDied, OperatorFault."""
        feed, orders = bind_tcp(_ANY_PORT), bind_tcp(_ANY_PORT)
        with feed, orders:
            self._start_servers(feed, orders)
            for instance, values in self._config.strategies.items():
                self._start_strategy(
                    instance, values, name_of(feed.getsockname()), name_of(orders.getsockname())
                )
        await asyncio.gather(*(child.wait_ready() for child in self._children.values()))

    def stats(self) -> StackStats:
        """Asks each. Raises ControlFault when one does not answer."""
        return StackStats(
            gateway=self._ask(GATEWAY),
            order_manager=self._ask(ORDER_MANAGER),
            strategies={name: self._ask(_strategy(name)) for name in self._config.strategies},
        )

    async def stop(self) -> None:
        """Ends all in order. Raises ChildDied for one that did not end well, or not in time."""
        self._stopping = True
        strategies = [_strategy(instance) for instance in self._config.strategies]
        for names in (strategies, [ORDER_MANAGER], [GATEWAY]):
            await self._stop_together([self._children[name] for name in names])

    def kill(self) -> None:
        """Ends at once what still runs; for the way out after a fault."""
        self._stopping = True
        for child in self._children.values():
            child.send_signal(signal.SIGKILL)

    async def wait_gone(self) -> None:
        """Returns when no child is left."""
        await asyncio.gather(*(child.exited for child in self._children.values()))

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
        with bind_unix(self._files.socket_path(name)) as control:
            command = ChildCommand(
                name=name,
                argv=[*_program(name), *arguments, "--config", str(config_path)],
                listeners={**listeners, CONTROL: control},
                variables=variables,
                notify_path=self._files.notify_path(name),
            )
            child = ChildProcess(command, self._screen.line)
        self._children[name] = child
        child.exited.add_done_callback(lambda _: self._on_exit(child))

    def _on_exit(self, child: ChildProcess) -> None:
        if not self._stopping and not self.died.done():
            self.died.set_result(child.death())

    def _ask(self, name: str) -> Mapping[str, Any]:
        path = self._files.socket_path(name)
        with ControlClient(path, reply_deadline_s=STATS_TIMEOUT_S) as client:
            stats: Mapping[str, Any] = client.call("io.tradestack.Daemon.GetStats")["stats"]
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
