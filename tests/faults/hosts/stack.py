"""The units on all hosts: started, asked, and healed as systemd and an operator would."""

import asyncio
import contextlib
import json
import signal
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.faults.hosts.layout import (
    CHAIN,
    FAR_END,
    ORDER_MANAGERS,
    PASSWORD,
    SERVERS,
    STREAM,
    Layout,
)
from tests.faults.hosts.network import Network
from tests.faults.hosts.unit import Unit
from tests.faults.launch import STRATEGIES, Sources
from tests.faults.stack import RunFailed
from tradestack.engine.connection import connect
from tradestack.engine.faults import EngineError, Missing
from tradestack.engine.settings import EngineSettings
from tradestack.net.addresses import Address
from tradestack.net.client.login import Credentials
from tradestack.net.control.async_call import control_call
from tradestack.net.control.client import ControlFault
from tradestack.wire.varlink import VarlinkError

HEAL_DEADLINE_S = 120.0
UNHEALTHY_MAX_S = 15.0  # of a server of the stream; then an operator starts it again
ASK_DEADLINE_S = 30.0
POLL_S = 0.1
OPERATOR_S = 0.5  # between two looks of the operator
GET_STATUS = "io.tradestack.Replication.GetStatus"
TAKE_OVER = "io.tradestack.Replication.TakeOver"
PRIMARY, STANDBY = "primary", "standby"
# What an order manager says that stops because another one is the primary.
FENCED = ("has taken over (epoch", "is the primary (epoch")
LINES_SHOWN = 15


class HostsStack:
    """Units by name, as in order-manager@a, and the operator who looks after them."""

    def __init__(self, layout: Layout, network: Network, sources: Sources, pace: str) -> None:
        self.layout = layout
        self.units: dict[str, Unit] = {}
        self._network = network
        self._operator: asyncio.Task[None] | None = None
        for host in SERVERS:
            self._add(f"nats@{host}", layout.nats(host))
        for host in CHAIN:
            self._add(f"gateway@{host}", layout.gateway(host, sources, pace))
        for host in ORDER_MANAGERS:
            role = PRIMARY if host == ORDER_MANAGERS[0] else STANDBY
            self._add(f"order-manager@{host}", layout.order_manager(host, role))
        for instance in STRATEGIES:
            self._add(f"strategy-{instance}@{FAR_END}", layout.strategy(instance))

    def _add(self, name: str, argv: Sequence[str | Path]) -> None:
        host = name.partition("@")[2]
        directory = self.layout.directories[host]
        # Beside the host's disk: what a daemon says at its end is read even if the disk was full.
        log = directory.parent / f"{name}.log"
        self.units[name] = Unit(name, [*self._network.hosts[host].within, *argv], log)

    # ---- as the clients see it -----------------------------------------------------------------

    @property
    def feed(self) -> Address:
        """The last relay."""
        return self.layout.feed(FAR_END)

    @property
    def order_managers(self) -> Sequence[Address]:
        """Both order managers."""
        return [self.layout.orders(host) for host in ORDER_MANAGERS]

    def credentials(self, name: str) -> Credentials:
        """Return the credentials of a strategy instance or of a user."""
        user = STRATEGIES[name].user if name in STRATEGIES else name
        return Credentials(user, PASSWORD)

    # ---- start and end -------------------------------------------------------------------------

    async def start(self) -> None:
        """Start everything; return when it is sound. Raises RunFailed."""
        for name in self._named("nats@"):
            self.units[name].start()
        await self._until("the servers have no leader", self._servers_are_sound)
        for name in [*self._named("gateway@"), *self._named("order-manager@a")]:
            self.units[name].start()
        await self._until("there is no primary", self._has_primary)
        for name in [*self._named("order-manager@b"), *self._named("strategy-")]:
            self.units[name].start()
        self._operator = asyncio.create_task(self._operate())
        await self.heal()

    async def stop(self, prefix: str) -> None:
        """Stop the units whose names begin so. Raises TimeoutError."""
        await asyncio.gather(*(self.units[name].stop() for name in self._named(prefix)))

    async def kill(self) -> None:
        """End everything."""
        if self._operator is not None:
            self._operator.cancel()
        await asyncio.gather(*(unit.hold() for unit in self.units.values()))

    def _named(self, prefix: str) -> list[str]:
        return [name for name in self.units if name.startswith(prefix)]

    def on_host(self, host: str) -> list[Unit]:
        """Return the units of a host."""
        return [unit for name, unit in self.units.items() if name.endswith(f"@{host}")]

    # ---- healing ---------------------------------------------------------------------------------

    async def heal(self) -> None:
        """Wait until everything is sound. Raises RunFailed."""
        await self._heal_orders()
        await self._until("a daemon does not answer", self._daemons_answer)
        await self._until("a relay is in another feed session", self._feed_is_everywhere)

    async def _heal_orders(self) -> None:
        await self._until("the servers are not sound", self._servers_are_sound)
        await self._until("the order managers are not sound", self._managers_are_sound)

    async def _until(self, problem: str, is_done: Callable[[], Awaitable[bool]]) -> None:
        try:
            async with asyncio.timeout(HEAL_DEADLINE_S):
                while not await is_done():
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            raise RunFailed("\n".join([problem, *await self.where_it_stands()])) from None

    async def _servers_are_sound(self) -> bool:
        """Look at the servers; start again what stays unhealthy, as after a full disk."""
        for host in SERVERS:
            try:
                async with asyncio.timeout(UNHEALTHY_MAX_S):
                    while not await asyncio.to_thread(_is_healthy, self.layout.health_url(host)):
                        await asyncio.sleep(POLL_S)
            except TimeoutError:
                unit = self.units[f"nats@{host}"]
                await unit.hold()
                unit.start()
                return False
        leader = await self.stream_leader()
        return leader is not None

    async def stream_leader(self) -> str | None:
        """Return the host of the stream's leader, "" before the stream; None if all is not well."""
        try:
            connection = await connect(self.engine_settings())
            try:
                cluster = (await connection.request(f"STREAM.INFO.{STREAM}"))["cluster"]
            finally:
                await connection.close()
        except Missing:
            return ""
        except EngineError:
            return None
        peers = cluster.get("replicas", ())
        is_whole = len(peers) == len(SERVERS) - 1 and all(
            peer["current"] and not peer.get("offline") for peer in peers
        )
        return cluster.get("leader") if is_whole else None

    def engine_settings(self) -> EngineSettings:
        """Return how to reach the servers."""
        return EngineSettings(servers=self.layout.server_urls, name="campaign")

    async def _managers_are_sound(self) -> bool:
        """Look for one primary and one standby that has everything."""
        states = [await self.replication(host) for host in ORDER_MANAGERS]
        roles = sorted(state.get("role", "") for state in states)
        return roles == [PRIMARY, STANDBY] and all(
            state["fault"] is None and state["behind"] == 0 for state in states
        )

    async def _operate(self) -> None:
        """Make an order manager a standby whenever it has stopped because another took over."""
        while True:
            for host in ORDER_MANAGERS:
                unit = self.units[f"order-manager@{host}"]
                if unit.has_fault and any(phrase in _last(unit) for phrase in FENCED):
                    self.layout.order_manager(host, STANDBY)
                    unit.start()
            await asyncio.sleep(OPERATOR_S)

    async def _has_primary(self) -> bool:
        return await self.primary() is not None

    async def primary(self) -> str | None:
        """Return the host of the primary, if there is one."""
        for host in ORDER_MANAGERS:
            if (await self.replication(host)).get("role") == PRIMARY:
                return host
        return None

    async def _daemons_answer(self) -> bool:
        for name in [*self._named("gateway@"), *self._named("strategy-")]:
            if await self.stats_of(name) is None:
                return False
        return True

    async def _feed_is_everywhere(self) -> bool:
        """Look for one feed session: who is away while one begins and ends never has that one."""
        sessions = {(await self.stats_of(f"gateway@{host}") or {}).get("session") for host in CHAIN}
        return len(sessions) == 1 and None not in sessions

    # ---- questions -------------------------------------------------------------------------------

    async def call(
        self, unit: str, method: str, parameters: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Call a method of a daemon. Raises ControlFault, VarlinkError."""
        path = self.layout.control(unit)
        return await control_call(path, method, parameters, deadline_s=ASK_DEADLINE_S)

    async def take_over(self, host: str) -> None:
        """Make an order manager the primary, however often that takes. Raises RunFailed."""
        while await self.primary() != host:
            await self._heal_orders()
            with contextlib.suppress(ControlFault, VarlinkError):
                await self.call(f"order-manager@{host}", TAKE_OVER)

    async def replication(self, host: str) -> dict[str, Any]:
        """Return what an order manager says of itself; nothing if it does not answer."""
        try:
            return await self.call(f"order-manager@{host}", GET_STATUS)
        except ControlFault:
            return {}

    async def stats_of(self, unit: str) -> dict[str, Any] | None:
        """Return the stats of a daemon; None if it does not answer."""
        try:
            reply = await self.call(unit, "io.tradestack.Daemon.GetStats")
        except (ControlFault, VarlinkError):
            return None
        stats: dict[str, Any] = reply["stats"]
        return stats

    async def where_it_stands(self) -> list[str]:
        """Describe units and order managers, for people."""
        lines = []
        for name, unit in self.units.items():
            if unit.pid is None:
                lines.append(f"{name} does not run; its last lines:")
                lines += unit.log_lines()[-LINES_SHOWN:]
        for host in ORDER_MANAGERS:
            lines.append(f"order-manager@{host}: {json.dumps(await self.replication(host))}")
        for host in CHAIN:
            stats = await self.stats_of(f"gateway@{host}") or {}
            lines.append(
                f"gateway@{host}: session {stats.get('session')}, head {stats.get('head')}"
            )
        return [*lines, f"leader of the stream: {await self.stream_leader()}"]


def _is_healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _last(unit: Unit) -> str:
    return "\n".join(unit.log_lines()[-LINES_SHOWN:])


def signal_all(units: Sequence[Unit], number: signal.Signals) -> None:
    """Send a signal to all units that run."""
    for unit in units:
        unit.send(number)
