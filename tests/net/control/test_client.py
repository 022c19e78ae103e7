"""ControlClient: replies, streams and faults, on real sockets."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tradestack.net.control.client import ControlClient, ControlFault
from tradestack.wire.varlink import VarlinkError


class Silent:
    """A peer that accepts and sends only what a test queues."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(1)

    def answer(self, data: bytes) -> None:
        """Queue the answer before the call: the client connects into the backlog."""
        connection, _ = self.listener.accept()
        connection.sendall(data)
        connection.close()


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Silent]:
    """A peer that listens at gateway.sock."""
    silent = Silent(tmp_path / "gateway.sock")
    yield silent
    silent.listener.close()


def connected(peer: Silent, *, reply_deadline_s: float = 30.0) -> ControlClient:
    """A client whose connection waits to be accepted."""
    client = ControlClient(peer.path, reply_deadline_s=reply_deadline_s)
    client._connection = client._connect()
    return client


def test_an_absent_socket_is_a_daemon_that_does_not_run(tmp_path: Path) -> None:
    """The fault names the daemon, the path and the remedy."""
    path = tmp_path / "order-manager.sock"

    with pytest.raises(ControlFault) as raised:
        ControlClient(path).call("a.b.C")

    assert str(raised.value) == (
        f"order-manager is not running, nothing listens at {path}: start it, or name another "
        "--runtime-dir"
    )


@pytest.mark.parametrize(
    ("runtime", "command"),
    [
        ("/run/tradestack", "systemctl start tradestack.target"),
        ("/run/user/1000/tradestack", "systemctl --user start tradestack.target"),
        ("/tmp/of mine/run", "tradestackctl up --state-dir '/tmp/of mine'"),
    ],
)
def test_the_remedy_starts_the_stack_that_was_asked(runtime: str, command: str) -> None:
    """Units start no stack that runs in the foreground."""
    with pytest.raises(ControlFault) as raised:
        ControlClient(Path(runtime) / "nothing.sock").call("a.b.C")

    assert f": start it ({command}), or name another --runtime-dir" in str(raised.value)


def test_a_stale_socket_is_a_daemon_that_does_not_run(tmp_path: Path) -> None:
    """A killed daemon leaves its path behind."""
    path = tmp_path / "gateway.sock"
    with socket.socket(socket.AF_UNIX) as abandoned:
        abandoned.bind(str(path))

    with pytest.raises(ControlFault, match="not running"):
        ControlClient(path).call("a.b.C")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_closed_socket_names_the_group(peer: Silent) -> None:
    """The remedy is to join the operators' group."""
    peer.path.chmod(0o600)
    os.seteuid(65534)
    try:
        with pytest.raises(ControlFault, match="join the group tradestack-ops"):
            ControlClient(peer.path).call("a.b.C")
    finally:
        os.seteuid(0)


def test_a_hanging_daemon_is_given_up(peer: Silent) -> None:
    """It accepts and sends nothing until the deadline."""
    with (
        ControlClient(peer.path, reply_deadline_s=0.01) as client,
        pytest.raises(ControlFault, match=r"gateway .*: no answer within 0\.01 s"),
    ):
        client.call("a.b.C")


def test_a_daemon_that_failed_is_not_to_be_started(peer: Silent, tmp_path: Path) -> None:
    """Its fault says what is known, whether its socket is closed or resets the connection."""
    reset = ControlClient(peer.path, failure=lambda: "it failed")
    reset._connection = reset._connect()
    peer.answer(b"")
    closed = ControlClient(tmp_path / "other.sock", failure=lambda: "it failed")

    for client in (reset, closed):
        with client, pytest.raises(ControlFault, match=r"^[a-z]+ is not running: it failed$"):
            client.call("a.b.C")


@pytest.mark.parametrize(
    "answer", [b"", b'{"parameters":{}', b"error: too long\n", b"nonsense\0", b"[]\0"]
)
def test_a_broken_answer_is_a_fault(peer: Silent, answer: bytes) -> None:
    """The connection was closed too early, or the bytes are not a reply."""
    client = connected(peer)
    peer.answer(answer)

    with client, pytest.raises(ControlFault, match="connection lost"):
        client.call("a.b.C")


def test_an_error_is_raised_and_the_connection_goes_on(peer: Silent) -> None:
    """A refusal is the daemon's answer, not a fault of the connection."""
    client = connected(peer)
    connection, _ = peer.listener.accept()
    connection.sendall(b'{"error":"a.b.No","parameters":{"x":1}}\0{"parameters":{"y":2}}\0')

    with client:
        with pytest.raises(VarlinkError, match=r"a\.b\.No\(x=1\)"):
            client.call("a.b.C")
        assert client.call("a.b.C") == {"y": 2}
    assert connection.recv(100) == b'{"method":"a.b.C","parameters":{}}\0' * 2
    connection.close()


def test_the_last_reply_ends_a_stream(peer: Silent) -> None:
    """It is not an item, unless it is the only one."""
    client = connected(peer)
    connection, _ = peer.listener.accept()
    connection.sendall(
        b'{"parameters":{"n":1},"continues":true}\0{"parameters":{"n":2},"continues":true}\0'
        b'{"parameters":{"n":0}}\0{"parameters":{"n":9}}\0'
    )

    with client, connection:
        assert list(client.stream("a.b.C")) == [{"n": 1}, {"n": 2}]
        assert list(client.stream("a.b.C")) == [{"n": 9}]
