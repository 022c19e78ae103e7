"""Servers that speak TLS only, and ask for a login."""

import dataclasses
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.nats import NatsServers
from tests.kit.replicated import ReplicatedOrderManager
from tradestack.domain.faults import OperatorFault
from tradestack.engine.connection import connect
from tradestack.engine.faults import Unavailable
from tradestack.engine.settings import EngineSettings
from tradestack.engine.stream import create_stream

USER, PASSWORD = "tradestack", "secret"


def _certificate(directory: Path, name: str) -> Path:
    """Make a certificate for the loopback address that nobody else has signed, and its key."""
    path = directory / f"{name}.pem"
    subject = ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    keys = ["-keyout", str(path.with_suffix(".key")), "-out", str(path)]
    subprocess.run(
        ["openssl", "req", "-x509", *kind, *subject, *keys], check=True, capture_output=True
    )
    return path


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[NatsServers]:
    """Start a server with a certificate of its own."""
    path = _certificate(tmp_path, "server")
    key = path.with_suffix(".key")
    more = f'tls {{ cert_file: "{path}", key_file: "{key}" }}\n'
    more += f"authorization {{ user: {USER}, password: {PASSWORD} }}"
    with NatsServers(tmp_path, more=more) as running:
        yield running


def _settings(servers: NatsServers, ca_file: Path | None) -> EngineSettings:
    return dataclasses.replace(
        servers.settings(),
        servers=tuple(url.replace("nats://", "tls://") for url in servers.urls),
        user=USER,
        password=PASSWORD,
        ca_file=ca_file,
    )


async def test_a_stream_is_written_and_read_through_tls(
    servers: NatsServers, tmp_path: Path
) -> None:
    """With `ca_file`, the signer is trusted; without it, or with another one, nobody connects."""
    settings = _settings(servers, tmp_path / "server.pem")
    async with await connect(settings) as connection:
        stream = await create_stream(connection, "A", replicas=1)
        assert await stream.append(b"one", expected_last=0) == 1
        assert (await stream.message(1)).data == b"one"
    other = _certificate(tmp_path, "other")
    for ca_file in (None, other):
        with pytest.raises(Unavailable, match="certificate verify failed"):
            await connect(dataclasses.replace(settings, ca_file=ca_file))
    with pytest.raises(OperatorFault, match="refuses the login"):
        await connect(dataclasses.replace(settings, password="wrong"))


def test_an_order_manager_replicates_through_tls(servers: NatsServers, tmp_path: Path) -> None:
    """The keys of [nats] are all that it needs."""
    password = tmp_path / "password"
    password.write_text(f"{PASSWORD}\n")
    password.chmod(0o600)
    settings = _settings(servers, tmp_path / "server.pem")
    with ReplicatedOrderManager(tmp_path / "a", servers, "primary") as manager:
        manager.configure(
            durability="replicated",
            replication={"host": "a", "replicas": 1},
            nats={
                "servers": list(settings.servers),
                "user": USER,
                "password_file": str(password),
                "ca_file": str(settings.ca_file),
            },
        )
        manager.start()
        assert manager.replication()["role"] == "primary"
