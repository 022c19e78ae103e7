"""Another user opens the port of a server that is not running, and waits for a login."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.other_user import acting_as, needs_root
from tradestack.net.control.client import ControlClient

DEADLINE_S = 60
PASSWORD = "SECRET"
LOGIN_BYTES = 49  # with the length in front

pytestmark = needs_root


class Impostor:
    """A port on which another user listens."""

    def __init__(self) -> None:
        with acting_as():
            self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(DEADLINE_S)
        self.port: int = self._listener.getsockname()[1]

    def received(self) -> bytes:
        """Accept the next connection; return what comes until its end, at most a login."""
        connection, _ = self._listener.accept()
        connection.settimeout(DEADLINE_S)
        with connection, connection.makefile("rb") as stream:
            return stream.read(LOGIN_BYTES)

    def close(self) -> None:
        """Leave the port to others."""
        self._listener.close()


class Strategy:
    """A strategy daemon whose servers both are at one port."""

    def __init__(self, directory: Path, port: int, **more: object) -> None:
        self._control = directory / "control.sock"
        (directory / "password").write_text(PASSWORD)
        keys = {
            "strategy": "news",
            "quantity": "10",
            "user": "news",
            "feed": f"127.0.0.1:{port}",
            "orders": f"127.0.0.1:{port}",
            "password_file": str(directory / "password"),
            "control_socket": str(self._control),
            "state_directory": str(directory / "state"),
            "segment_suffix": "-of-nobody",
            **more,
        }
        config = directory / "news.toml"
        config.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items()))
        command = [sys.executable, "-m", "tradestack_strategy", "news", "--config", str(config)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)

    def log_until(self, words: str) -> str:
        """Return the first line of its log with these words."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if words in line:
                return line
        raise AssertionError(f"it ended without {words!r} in its log")

    def stats(self) -> dict[str, Any]:
        """Return its stats."""
        with ControlClient(self._control) as client:
            stats: dict[str, Any] = client.call("io.tradestack.Daemon.GetStats")["stats"]
            return stats

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def impostor() -> Iterator[Impostor]:
    """Another user at a port."""
    impostor = Impostor()
    yield impostor
    impostor.close()


@pytest.fixture
def strategy(impostor: Impostor, tmp_path: Path) -> Iterator[Strategy]:
    """A strategy that takes the impostor's port for that of its servers."""
    strategy = Strategy(tmp_path, impostor.port)
    yield strategy
    strategy.close()


def test_it_gets_no_password(impostor: Impostor, strategy: Strategy) -> None:
    """Each connection is closed without a byte; the log names the user and the address."""
    received = [impostor.received() for _ in range(3)]

    assert received == [b""] * 3
    line = strategy.log_until("no password sent")
    assert f"uid 65534 listens at 127.0.0.1:{impostor.port}" in line
    assert not strategy.stats()["connected_orders"]


def test_the_real_server_gets_it_afterwards(impostor: Impostor, strategy: Strategy) -> None:
    """The strategy goes on trying, and logs in when a trusted user listens."""
    assert impostor.received() == b""

    impostor.close()
    with socket.create_server(("127.0.0.1", impostor.port)) as server:
        server.settimeout(DEADLINE_S)
        login = b""
        while not login:
            connection, _ = server.accept()
            connection.settimeout(DEADLINE_S)
            with connection, connection.makefile("rb") as stream:
                login = stream.read(LOGIN_BYTES)

    assert PASSWORD.encode() in login


def test_a_user_in_the_config_gets_it(impostor: Impostor, tmp_path: Path) -> None:
    """It may be the end of a tunnel: `server_users` says so."""
    strategy = Strategy(tmp_path, impostor.port, server_users=["nobody"])
    try:
        assert PASSWORD.encode() in impostor.received()
    finally:
        strategy.close()
