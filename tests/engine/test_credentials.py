"""Logins by a file of credentials, at a server that knows an operator's accounts only."""

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kit.nats import NatsServers
from tests.kit.nats_operator import NatsOperator
from tradestack.domain.faults import OperatorFault
from tradestack.engine.connection import connect
from tradestack.engine.settings import EngineSettings
from tradestack.engine.stream import create_stream

ABSENT = EngineSettings(servers=("nats://127.0.0.1:1",), name="test")


async def test_a_user_of_an_account_writes_a_stream_and_others_are_refused(tmp_path: Path) -> None:
    """The key signs what the server asks; a user of another operator is nobody there."""
    operator = NatsOperator()
    known = operator.write_credentials(tmp_path / "known.creds")
    unknown = NatsOperator().write_credentials(tmp_path / "unknown.creds")
    with NatsServers(tmp_path, more=operator.configuration) as servers:
        settings = dataclasses.replace(servers.settings(), credentials_file=known)
        async with await connect(settings) as connection:
            stream = await create_stream(connection, "A", replicas=1)
            assert await stream.append(b"one", expected_last=0) == 1
        for credentials_file in (None, unknown):
            with pytest.raises(OperatorFault, match="refuses the login"):
                await connect(dataclasses.replace(settings, credentials_file=credentials_file))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text.replace("NATS USER JWT", "CERTIFICATE"), "no line BEGIN NATS USER JWT"),
        (lambda text: text.partition("-----BEGIN USER")[0], "no line BEGIN USER NKEY SEED"),
        (lambda text: text.replace("\nSUA", "\nSUB!"), "its key cannot be used"),
        (lambda text: text.partition("SUA")[0] + "SUAA", "its key cannot be used"),
        (lambda _: "", "no line BEGIN NATS USER JWT"),
    ],
)
async def test_a_file_that_is_none_of_credentials_is_named(
    tmp_path: Path, damage: Callable[[str], str], words: str
) -> None:
    """What is missing or damaged is said at once, without asking a server."""
    path = NatsOperator().write_credentials(tmp_path / "mine.creds")
    path.write_text(damage(path.read_text()))
    with pytest.raises(OperatorFault, match=rf"mine\.creds: .*{words}"):
        await connect(dataclasses.replace(ABSENT, credentials_file=path))


async def test_without_nkeys_the_command_that_installs_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no part of the extra."""
    path = NatsOperator().write_credentials(tmp_path / "mine.creds")
    monkeypatch.setitem(sys.modules, "nkeys", None)
    with pytest.raises(OperatorFault, match=r"pip install nkeys"):
        await connect(dataclasses.replace(ABSENT, credentials_file=path))
