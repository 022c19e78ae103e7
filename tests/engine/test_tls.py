"""Servers that speak TLS only, and ask for a login."""

import dataclasses
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.daemon import Daemon
from tests.kit.exporter import Exporter
from tests.kit.gateway import Gateway
from tests.kit.nats import NatsServers
from tests.kit.nats_operator import NatsOperator
from tests.kit.order_manager import OrderManager
from tests.kit.plain_nats import PlainNats
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


@pytest.mark.parametrize("more", [{}, {"tls_required": False}, {"tls_available": True}], ids=str)
async def test_nothing_is_sent_in_clear_to_a_server_that_is_to_speak_tls(
    tmp_path: Path, more: dict[str, object]
) -> None:
    """Whoever is on the way can change the first line: no login follows it, of no kind."""
    credentials = NatsOperator().write_credentials(tmp_path / "mine.creds")
    async with PlainNats({"nonce": "abc", "auth_required": True, **more}) as server:
        nobody = EngineSettings(servers=(f"tls://127.0.0.1:{server.port}",), name="t")
        for settings in (
            nobody,
            dataclasses.replace(nobody, user=USER, password=PASSWORD),
            dataclasses.replace(nobody, credentials_file=credentials),
        ):
            with pytest.raises(Unavailable, match=r"tls://127.* asks for no TLS: add tls"):
                await connect(settings)
    assert server.received == b""


async def test_a_server_that_is_named_without_tls_is_sent_the_login(tmp_path: Path) -> None:
    """So the tests of this file would notice if it were sent."""
    async with PlainNats({"auth_required": True}) as server:
        address = f"nats://127.0.0.1:{server.port}"
        settings = EngineSettings(servers=(address,), name="t", user=USER, password=PASSWORD)
        with pytest.raises(Unavailable):
            await connect(settings)
    assert PASSWORD.encode() in server.received


@pytest.mark.parametrize("kind", ["exporter", "gateway", "order-manager"])
async def test_no_daemon_sends_its_password_in_clear(tmp_path: Path, kind: str) -> None:
    """Each says what to do, and goes on asking: the server may be repaired."""
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    for name in ("gateway", "daemon"):
        (tmp_path / name).mkdir()
    async with PlainNats({"auth_required": True}) as server:
        gateway = Gateway(tmp_path / "gateway")
        servers = f"tls://127.0.0.1:{server.port}"
        nats = {"servers": [servers], "user": USER, "password_file": str(password)}
        daemon: Daemon
        if kind == "exporter":
            daemon = Exporter(tmp_path / "daemon", gateway, NatsServers(tmp_path))
            daemon.configure(nats=nats)
        elif kind == "gateway":
            daemon = gateway
            daemon.configure(source="nats", nats=nats)
        else:
            daemon = OrderManager(tmp_path / "daemon")
            replication = {"role": "primary", "host": "a", "replicas": 1}
            daemon.configure(durability="replicated", replication=replication, nats=nats)
        with gateway, daemon:
            daemon.launch()
            await server.left.wait()
            daemon.wait_for_words("asks for no TLS")
    assert server.received == b""
