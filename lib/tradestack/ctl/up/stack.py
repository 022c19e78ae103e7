"""The daemons of a stack: started together, asked for their stats, stopped in order.

Their listening sockets exist before any daemon does, so all start at once, and a connection to one
that is not ready yet waits in the queue. They are stopped in the direction in which data flows back
to its source: strategies, order manager, gateway.
"""

import asyncio
import signal
import socket
import sys
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tradestack.ctl.running_daemons import GATEWAY, ORDER_MANAGER, STRATEGY_PREFIX
from tradestack.ctl.up.child_process import ChildCommand, ChildDied, ChildProcess
from tradestack.ctl.up.display.progress import Accounts, StackStats
from tradestack.ctl.up.display.screen import Screen
from tradestack.ctl.up.stack_files import StackFiles
from tradestack.ctl.up.supervised import AfterDeath, Supervised
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.faults import OperatorFault
from tradestack.domain.units import NANOSECONDS_OF, parse_quantity
from tradestack.net.addresses import Address, name_of, parse_address
from tradestack.net.control.async_call import control_call
from tradestack.runtime.supervisor.listen_fds import CONTROL, bind_tcp, bind_unix

STOP_TIMEOUT_S = 15.0  # as TimeoutStopSec= in the units
STATS_TIMEOUT_S = 10.0  # as WatchdogSec= in the units

T = TypeVar("T")

LISTEN = "listen"  # the key of both servers
# Keys of a strategy that bind it to the other daemons; its password is passed as systemd passes it.
SET_IN_STRATEGIES = (
    "control_socket",
    "state_directory",
    "feed",
    "orders",
    "segment_suffix",
    "password_file",
)
_DAEMON_INTERFACE = "io.tradestack.Daemon"
_ORDERS_INTERFACE = "io.tradestack.OrderManager"
_ANY_PORT = Address("127.0.0.1", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackConfig:
    """The configuration keys of each daemon that differ from the defaults for `up`."""

    gateway: Mapping[str, object]
    order_manager: Mapping[str, object]
    strategies: Mapping[str, Mapping[str, object]]
    after_death: AfterDeath


class Stack:
    """The running daemons. `died` completes with the first death that ends the run."""

    def __init__(self, files: StackFiles, config: StackConfig, screen: Screen) -> None:
        self._files = files
        self._config = config
        self._screen = screen
        self._daemons: dict[str, Supervised] = {}
        self._watches: list[asyncio.Task[None]] = []
        self._listeners: list[socket.socket] = []  # stay open while a daemon is respawned
        self.died: asyncio.Future[ChildDied] = asyncio.get_running_loop().create_future()
        self.began_s: float | None = None  # loop time at which the gateway was ready
        self.feed = self._listen(_bound(GATEWAY, config.gateway))
        self.orders = self._listen(_bound(ORDER_MANAGER, config.order_manager))

    async def start(self) -> None:
        """Start all daemons and wait until they are ready; raise ChildDied, OperatorFault."""
        self._start_servers(self.feed, self.orders)
        for instance, keys in self._config.strategies.items():
            self._start_strategy(
                instance, keys, name_of(self.feed.getsockname()), name_of(self.orders.getsockname())
            )
        for daemon in self._daemons.values():
            self._watches.append(asyncio.create_task(self._watch(daemon)))
        await self._unless_died(self._daemons[GATEWAY].is_ready.wait())
        self.began_s = asyncio.get_running_loop().time()
        for daemon in self._daemons.values():
            await self._unless_died(daemon.is_ready.wait())

    async def stats(self) -> StackStats:
        """Ask all daemons for their stats; raise ControlFault, ChildDied."""
        gateway, order_manager, *strategies = await self._unless_died(
            asyncio.gather(*(self._stats_of(name) for name in self._daemons))
        )
        accounts = await self._ask_order_manager(f"{_ORDERS_INTERFACE}.ListAccounts")
        return StackStats(
            gateway=gateway,
            order_manager=order_manager,
            strategies=dict(zip(self._config.strategies, strategies, strict=True)),
            respawns={name: daemon.respawns for name, daemon in self._daemons.items()},
            accounts=Accounts(accounts["accounts"], accounts["unavailable"]),
        )

    async def positions(self) -> Mapping[str, Any]:
        """Ask for all accounts and their positions; raise ControlFault, ChildDied."""
        return await self._ask_order_manager(f"{_ORDERS_INTERFACE}.ListPositions")

    async def away_max_s(self) -> float:
        """Ask how long the order manager waits for a strategy; raise ControlFault, ChildDied."""
        away_max = (await self.config_of(ORDER_MANAGER))["away_max"]
        return parse_quantity(away_max, NANOSECONDS_OF) / NANOSECONDS_PER_SECOND

    async def config_of(self, daemon: str) -> Mapping[str, Any]:
        """Ask a daemon for its configuration; raise ControlFault, ChildDied."""
        reply = await self._unless_died(self._call(daemon, f"{_DAEMON_INTERFACE}.GetConfig"))
        config: Mapping[str, Any] = reply["config"]
        return config

    async def stop(self) -> None:
        """Stop all daemons in order; raise ChildDied unless each exits with status 0 in time."""
        self._stop_watching()
        strategies = [_strategy(instance) for instance in self._config.strategies]
        for names in (strategies, [ORDER_MANAGER], [GATEWAY]):
            await self._stop_together([self._daemons[name].child for name in names])

    def strategy(self, instance: str) -> Supervised:
        """Return the daemon of a strategy instance, once it is started."""
        return self._daemons[_strategy(instance)]

    @property
    def death(self) -> ChildDied | None:
        """The death of a daemon that is not ready again; None if all are."""
        deaths = (daemon.last_death for daemon in self._not_ready())
        return next((death for death in deaths if death is not None), None)

    @property
    def keeps_dying(self) -> bool:
        """Whether there is a daemon that is dead, and died a short time before, too."""
        return any(daemon.keeps_dying for daemon in self._daemons.values())

    def waits_for(self) -> str:
        """Return which daemon is not ready yet, and its status."""
        for daemon in self._not_ready():
            status = daemon.child.status
            return f"{daemon.child.name}: {status}" if status else daemon.child.name
        return ""

    @property
    def after_death(self) -> AfterDeath:
        """What happens when a daemon dies."""
        return self._config.after_death

    def kill(self) -> None:
        """Kill the daemons that still run, after a fault."""
        self._stop_watching()
        for daemon in self._daemons.values():
            daemon.child.send_signal(signal.SIGKILL)

    async def wait_gone(self) -> None:
        """Wait until no daemon is left, then close the sockets."""
        await asyncio.gather(*(daemon.child.exited for daemon in self._daemons.values()))
        for listener in self._listeners:
            listener.close()

    async def _unless_died(self, work: Awaitable[T]) -> T:
        """Return the work's result; raise ChildDied if a death ends the run before."""
        task = asyncio.ensure_future(work)
        either: set[asyncio.Future[Any]] = {task, self.died}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if self.died.done():
                raise self.died.result()
            return task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _not_ready(self) -> list[Supervised]:
        return [daemon for daemon in self._daemons.values() if not daemon.is_ready.is_set()]

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
            {name: str(keys.get("user")) for name, keys in self._config.strategies.items()}
        )
        gateway = {
            **files.common(GATEWAY),
            "users_file": str(users),
            "segment_suffix": files.suffix,
            **self._config.gateway,
            LISTEN: name_of(feed.getsockname()),
        }
        order_manager = {
            **files.common(ORDER_MANAGER),
            "users_file": str(users),
            "order_log": str(files.order_log),
            "feed_log_directory": gateway["state_directory"],
            **self._config.order_manager,
            LISTEN: name_of(orders.getsockname()),
        }
        self._start_daemon(GATEWAY, [], files.write_config(GATEWAY, gateway), {"feed": feed}, {})
        config_path = files.write_config(ORDER_MANAGER, order_manager)
        self._start_daemon(ORDER_MANAGER, [], config_path, {"orders": orders}, {})

    def _start_strategy(
        self, instance: str, keys: Mapping[str, object], feed: str, orders: str
    ) -> None:
        name = _strategy(instance)
        config = {
            **{key: value for key, value in keys.items() if key not in SET_IN_STRATEGIES},
            **self._files.common(name),
            "feed": feed,
            "orders": orders,
            "segment_suffix": self._files.suffix,
        }
        config_path = self._files.write_config(f"strategy/{instance}", config)
        credentials = str(self._files.credentials_path(instance))
        variables = {"CREDENTIALS_DIRECTORY": credentials}
        self._start_daemon(name, [instance], config_path, {}, variables)

    def _start_daemon(
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
            argv=[_program(name), *arguments, "--config", str(config_path)],
            listeners={**listeners, CONTROL: control},
            variables=variables,
            notify_path=self._files.notify_path(name),
        )
        self._daemons[name] = Supervised(
            command, self._screen.daemon_line, self._show_death, self._config.after_death
        )

    def _show_death(self, death: ChildDied) -> None:
        self._screen.line(f"{death}; starting it again")

    async def _stats_of(self, name: str) -> Mapping[str, Any]:
        reply = await self._call(name, f"{_DAEMON_INTERFACE}.GetStats")
        stats: Mapping[str, Any] = reply["stats"]
        return stats

    async def _ask_order_manager(self, method: str) -> Mapping[str, Any]:
        return await self._unless_died(self._call(ORDER_MANAGER, method))

    async def _call(self, name: str, method: str) -> Mapping[str, Any]:
        path = self._files.socket_path(name)
        return await control_call(path, method, deadline_s=STATS_TIMEOUT_S)

    async def _stop_together(self, children: list[ChildProcess]) -> None:
        for child in children:
            child.send_signal(signal.SIGTERM)
        _, late = await asyncio.wait([child.exited for child in children], timeout=STOP_TIMEOUT_S)
        for child in children:
            if child.exited in late:
                raise ChildDied(f"{child.name} did not stop within {STOP_TIMEOUT_S:g} s", None)
            if child.exited.result() != 0:
                raise child.death()


def _bound(daemon: str, keys: Mapping[str, object]) -> socket.socket:
    """Open the port of a server where --set wants it, else at any port. Raises OperatorFault."""
    if LISTEN not in keys:
        return bind_tcp(_ANY_PORT)
    try:
        return bind_tcp(parse_address(str(keys[LISTEN])))
    except OperatorFault as fault:
        where = f"--set {daemon}.{LISTEN}={keys[LISTEN]}"
        raise OperatorFault(where, fault.problem, "choose another address") from None


def _strategy(instance: str) -> str:
    return f"{STRATEGY_PREFIX}{instance}"


def _program(name: str) -> str:
    """Return the daemon's console script, which is installed beside this interpreter."""
    daemon = name if name in (GATEWAY, ORDER_MANAGER) else "strategy"
    return str(Path(sys.executable).parent / f"tradestack-{daemon}")
