"""Order managers on several hosts, with one journal: processes of their own, and three servers."""

import select
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.kit.daemon import DEADLINE_S, POLL_S
from tests.kit.nats import NatsServers
from tests.kit.order_manager import OrderManager

STREAM = "ORDERS"


class ReplicatedOrderManager(OrderManager):
    """An order manager whose journal is replicated; host: its name, the name of its directory."""

    def __init__(self, directory: Path, servers: NatsServers, role: str, **keys: object) -> None:
        directory.mkdir()
        self.host = directory.name
        self._servers = servers
        super().__init__(directory)
        self.configure_replication(role, **keys)

    def configure_replication(self, role: str, **keys: object) -> None:
        """Write the config file; keys: of the section [replication]."""
        servers = self._servers
        section = {"role": role, "host": self.host, "replicas": len(servers.ports), **keys}
        self.configure(
            durability="replicated", nats={"servers": list(servers.urls)}, replication=section
        )

    def replication(self) -> dict[str, Any]:
        """Return what it says of itself."""
        return self.call("io.tradestack.Replication.GetStatus")

    def replication_when(self, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first of these that fulfils the condition."""
        status: dict[str, Any] = {}
        for _ in range(int(DEADLINE_S / POLL_S)):
            status = self.replication()
            if condition(status):
                return status
            select.select([], [], [], POLL_S)
        raise AssertionError(f"the condition is never fulfilled: {status}\n{self.errors}")

    def take_over(self) -> dict[str, Any]:
        """Make it the primary."""
        return self.call("io.tradestack.Replication.TakeOver")

    def journals(self) -> dict[str, bytes]:
        """Return the journals on its disk, by name."""
        return {path.name: path.read_bytes() for path in self.state.glob("*.journal")}
