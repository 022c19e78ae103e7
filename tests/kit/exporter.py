"""A real exporter in a process of its own."""

from pathlib import Path
from typing import ClassVar

from tests.kit.daemon import PASSWORD, Daemon
from tests.kit.gateway import USER, Gateway
from tests.kit.nats import NatsServers


class Exporter(Daemon):
    """An exporter of a gateway's feed, configured to publish on these servers."""

    module = "tradestack_exporter"
    listener = "none"  # it has no port
    interface = "io.tradestack.Daemon"
    users: ClassVar[tuple[str, ...]] = (USER,)

    def __init__(self, directory: Path, gateway: Gateway, servers: NatsServers) -> None:
        super().__init__(directory)
        self._gateway = gateway
        self._servers = servers
        self.configure()

    def required_keys(self) -> dict[str, object]:
        """Return where the feed comes from and goes to."""
        host, port = self._gateway.address
        password = self.directory / "password"
        password.write_text(PASSWORD)
        return {
            "state_directory": self.state,
            "feed": f"{host}:{port}",
            "user": USER,
            "password_file": password,
            "nats": {"servers": list(self._servers.urls)},
        }
