"""What NATS says, in words that tell an operator what to do."""

import dataclasses
import socket
from pathlib import Path

import pytest

from tests.kit.exporter import Exporter
from tests.kit.gateway import Gateway
from tests.kit.nats import NatsServers
from tests.kit.replicated import ReplicatedOrderManager
from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT
from tradestack.engine import connection as connection_module
from tradestack.engine.connection import connect
from tradestack.engine.faults import EngineError, Fenced, Missing, TooFewServers, Unavailable
from tradestack.engine.meanings import MEANINGS, meaning, refusal
from tradestack.engine.settings import EngineSettings
from tradestack.engine.stream import Stream, create_stream

THREE = EngineSettings(servers=("nats://n1:4222", "tls://n2:4222", "nats://n3:4222"), name="t")
NO_PEERS = "no suitable peers for placement"


@pytest.mark.parametrize(
    ("number", "text", "fault", "words"),
    [
        (10023, "insufficient resources", Unavailable, "no room: raise max_file"),
        (10008, "JetStream system temporarily unavailable", Unavailable, "most of the servers n1:"),
        (
            10005,
            f"{NO_PEERS}, peer offline",
            Unavailable,
            "too few of the servers n1:4222, n2",
        ),
        (10005, NO_PEERS, TooFewServers, "fewer servers than are to store it"),
        (10074, "replicas > 1 not supported", TooFewServers, "fewer servers than are to store it"),
        (10071, "wrong last sequence: 7", Fenced, "wrong last sequence: 7"),
        (10039, "JetStream not enabled for account", Unavailable, "add a section jetstream"),
        (
            10999,
            "something new",
            Unavailable,
            r"refuse it: something new \(NATS 10999\)",
        ),
    ],
)
def test_a_refusal_is_told_by_its_number(
    number: int, text: str, fault: type[EngineError], words: str
) -> None:
    """With its meaning and remedy, and the number to search for; what is new, in NATS' words."""
    found = refusal({"code": 500, "err_code": number, "description": text}, THREE)

    assert type(found) is fault
    with pytest.raises(fault, match=words):
        raise found
    if number in MEANINGS:
        assert text not in str(found)


def test_what_does_not_exist_is_missing() -> None:
    """A stream, or a message of it."""
    error = {"code": 404, "err_code": 10059, "description": "stream not found"}

    assert isinstance(refusal(error, THREE), Missing)


async def test_a_server_that_is_not_there_is_to_be_started(tmp_path: Path) -> None:
    """Each is named, always in the same order: a text that changes would be logged again."""
    servers = NatsServers(tmp_path, count=3)
    words = sorted(f"{url}: nothing listens there: start the server" for url in servers.urls)

    for _ in range(6):
        with pytest.raises(Unavailable) as refused:
            await connect(servers.settings())
        assert str(refused.value) == "; ".join(words)


async def test_a_server_that_does_not_answer_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the time for which it was waited, and not with the subject of a request."""
    with NatsServers(tmp_path) as servers:
        async with await connect(servers.settings()) as connection:
            monkeypatch.setattr(connection_module, "REQUEST_TIMEOUT_S", 0.0)
            with pytest.raises(Unavailable, match=r"^127.0.0.1:\d+ does not answer within 0 s"):
                await Stream(connection, "A").state()
            servers.kill(0)
            lost = f"connection to 127.0.0.1:{servers.ports[0]} lost: the server has closed the"
            assert (await connection.lost).startswith(lost)


async def test_an_account_without_jetstream_is_told_what_to_add(tmp_path: Path) -> None:
    """No server of it answers the request."""
    accounts = "accounts { A { users: [{user: u, password: p}] } }\nno_auth_user: u"
    with NatsServers(tmp_path, more=accounts) as servers:
        async with await connect(servers.settings()) as connection:
            with pytest.raises(Unavailable, match="no JetStream there: add a section jetstream"):
                await create_stream(connection, "A", replicas=1)


async def test_what_the_user_may_not_do_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server answers nothing to the request, and says so beside it."""
    denied = '{user: u, password: p, permissions: {publish: {deny: "$JS.API.>"}}}'
    more = f"authorization {{ users: [{denied}] }}"
    with NatsServers(tmp_path, more=more) as servers:
        settings = dataclasses.replace(servers.settings(), user="u", password="p")
        async with await connect(settings) as connection:
            await connection.client.publish("$JS.API.STREAM.INFO.A")
            await connection.client.flush()
            monkeypatch.setattr(connection_module, "REQUEST_TIMEOUT_S", 0.0)
            words = r'(?i)^permissions violation .*"\$JS.API.STREAM.INFO.A".*: allow it to the user'
            with pytest.raises(Unavailable, match=words):
                await Stream(connection, "A").state()
            assert connection.is_open


def test_more_copies_than_servers_end_an_exporter_and_an_order_manager(tmp_path: Path) -> None:
    """Nothing would change if they went on asking: exit status 78, with the key."""
    for name in ("gateway", "exporter"):
        (tmp_path / name).mkdir()
    with (
        NatsServers(tmp_path) as servers,
        Gateway(tmp_path / "gateway") as gateway,
        Exporter(tmp_path / "exporter", gateway, servers) as exporter,
        ReplicatedOrderManager(tmp_path / "a", servers, "primary", replicas=3) as manager,
    ):
        gateway.configure(source="random-walk")
        gateway.start()
        exporter.configure(replicas=3)
        for daemon in (exporter, manager):
            daemon.launch()
            assert daemon.wait() == EXIT_STATUS_OPERATOR_FAULT
            assert "replicas: 3 servers are to store it, and NATS has fewer" in daemon.errors


def test_an_exception_without_words_has_its_name() -> None:
    """And one of nats-py has them without the name of the package in front."""
    from nats import errors

    assert meaning(errors.Error("nats: 'Maximum Connections Exceeded'")).startswith("'Maximum")
    assert meaning(errors.Error()) == "Error"
    assert meaning(errors.UnexpectedEOF()) == "the server has closed the connection"
    assert meaning(socket.gaierror(-2, "Name or service not known")) == "its name is not known here"
