"""A gateway, its exporter, a server of NATS, and a gateway that reads it all back."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kit.exporter import Exporter
from tests.kit.gateway import Gateway
from tests.kit.nats import NatsServers


@dataclass
class Way:
    """The way of a feed over NATS."""

    source: Gateway
    exporter: Exporter
    servers: NatsServers
    importer: Gateway

    def log_of(self, gateway: Gateway, session: str) -> bytes:
        """Return the bytes of the feed log of a session."""
        return (gateway.state / f"{session}.feed").read_bytes()


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Way]:
    """Return everything; only the server of NATS runs."""
    for name in ("source", "exporter", "importer"):
        (tmp_path / name).mkdir()
    with (
        NatsServers(tmp_path) as servers,
        Gateway(tmp_path / "source") as source,
        Gateway(tmp_path / "importer") as importer,
        Exporter(tmp_path / "exporter", source, servers) as exporter,
    ):
        importer.configure(source="nats", nats={"servers": list(servers.urls)})
        yield Way(source, exporter, servers, importer)
