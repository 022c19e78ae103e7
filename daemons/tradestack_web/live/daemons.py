"""The daemons of the stack, queried through their control sockets."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tradestack.net.control.client import ControlFault
from tradestack.wire.varlink import VarlinkError
from tradestack_web.live.control_link import ControlLink

GATEWAY = "gateway"
ORDER_MANAGER = "order-manager"
OTHERS = ("exporter", "fix", "grpc")  # that a host may have as well
STRATEGY_PREFIX = "strategy-"
SOCKET_SUFFIX = ".sock"
POSITIONS_SHOWN_MAX = 1_000
OPEN_ORDERS_SHOWN_MAX = 200
ORDERS = "io.tradestack.OrderManager"
_DAEMON = "io.tradestack.Daemon"

Reply = dict[str, Any]


class Daemons:
    """The control sockets in a directory. A strategy, and any of OTHERS, runs if it has one."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._links: dict[str, ControlLink] = {}

    def strategies(self) -> list[str]:
        """List the instances of strategies, sorted."""
        sockets = self._directory.glob(f"{STRATEGY_PREFIX}*{SOCKET_SUFFIX}")
        return sorted(path.stem.removeprefix(STRATEGY_PREFIX) for path in sockets)

    async def call(
        self, name: str, method: str, parameters: Mapping[str, Any] | None = None
    ) -> Reply:
        """Call a method of a daemon. Raises ControlFault, VarlinkError."""
        link = self._links.get(name)
        if link is None:
            link = ControlLink(self._directory / f"{name}{SOCKET_SUFFIX}")
            self._links[name] = link
        return await link.call(method, parameters)

    async def stats(self) -> Reply:
        """Ask all daemons for their stats; the data of the event `stats` without its own."""
        strategies, others = self.strategies(), self._others()
        names = [GATEWAY, ORDER_MANAGER, *(STRATEGY_PREFIX + each for each in strategies), *others]
        self._forget_all_but(names)
        faults: dict[str, str] = {}

        async def asked(name: str, method: str, field: str) -> Any:
            try:
                return (await self.call(name, method))[field]
            except (ControlFault, VarlinkError) as fault:
                faults[name] = str(fault)
                return None

        gateway, order_manager, *stats, clients = await asyncio.gather(
            *(asked(name, f"{_DAEMON}.GetStats", "stats") for name in names),
            asked(ORDER_MANAGER, f"{ORDERS}.ListClients", "clients"),
        )
        return {
            "gateway": gateway,
            "order_manager": order_manager,
            "strategies": dict(zip(strategies, stats, strict=False)),
            "others": dict(zip(others, stats[len(strategies) :], strict=True)),
            "order_clients": clients or [],
            "faults": faults,
        }

    async def accounts(self) -> Reply | None:
        """Ask the order manager for accounts, orders and limits; None if it does not answer."""
        try:
            listed = await self.call(ORDER_MANAGER, f"{ORDERS}.ListPositions")
            working = await self.call(
                ORDER_MANAGER, f"{ORDERS}.ListOpenOrders", {"count": OPEN_ORDERS_SHOWN_MAX}
            )
            limits = await self.call(ORDER_MANAGER, f"{ORDERS}.GetLimits")
        except (ControlFault, VarlinkError):
            return None
        return {
            "accounts": listed["accounts"],
            "positions": listed["positions"][:POSITIONS_SHOWN_MAX],
            "positions_total": listed["total"],
            "unavailable": listed["unavailable"],
            "open_orders": working["orders"],
            "open_orders_total": working["total"],
            "limits": limits,
        }

    def close(self) -> None:
        """Close the connections; the next call opens what it needs."""
        for link in self._links.values():
            link.close()

    def _others(self) -> list[str]:
        return [name for name in OTHERS if (self._directory / f"{name}{SOCKET_SUFFIX}").exists()]

    def _forget_all_but(self, names: list[str]) -> None:
        """Forget the connections of daemons that are gone."""
        for name in self._links.keys() - set(names):
            self._links.pop(name).close()
