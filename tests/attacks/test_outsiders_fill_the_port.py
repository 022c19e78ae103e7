"""Connections and logins without a valid password, at a port of a real gateway."""

import contextlib
import resource
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.gateway import USER, Gateway
from tests.kit.other_user import NOBODY, needs_root
from tradestack.net.acceptor import DESCRIPTORS_RESERVED
from tradestack.net.control.client import ControlClient
from tradestack.net.line_limit import LINES
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.logins import GUESSES
from tradestack.wire import soup


def wrong(user: str) -> bytes:
    """A login with a wrong password."""
    return soup.encode_login_request(soup.LoginRequest(user=user, password="wrong"))


WRONG = wrong(USER)
# Sends a wrong password on each of many connections, and keeps them open: from one address
# after the other, and with one name after the other.
GUESSER = """
import socket, sys
port, addresses = int(sys.argv[1]), int(sys.argv[2])
logins = [bytes.fromhex(login) for login in sys.argv[3:]]
guesses = []
for number in range(300):
    source = (f"127.0.0.{2 + number % addresses}", 0)
    guesses.append(socket.create_connection(("127.0.0.1", port), source_address=source))
    guesses[-1].sendall(logins[number % len(logins)])
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """Provide a gateway that publishes fifty ticks a second."""
    with Gateway(tmp_path) as daemon:
        daemon.configure(source="random-walk", pace="50/s")
        daemon.start()
        yield daemon


@contextlib.contextmanager
def connected(gateway: Gateway, count: int) -> Iterator[list[socket.socket]]:
    """Keep that many connections open."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(socket.create_connection(gateway.address)) for _ in range(count)]


def test_hundreds_of_idle_connections(gateway: Gateway) -> None:
    """They lose their places to each other, and a client logs in at once."""
    with connected(gateway, 300):
        gateway.client(sequence=0).read(10)
        stats = gateway.stats()

    pending_max = SessionLimits().logins_pending_max
    assert stats["process"]["connections_displaced"] >= 300 - pending_max


def test_rejected_logins_that_do_not_leave(gateway: Gateway) -> None:
    """They hold no places."""
    with connected(gateway, GUESSES.burst) as lingering:
        for connection in lingering:
            connection.sendall(WRONG)
        for connection in lingering:
            assert connection.recv(100)
        gateway.client(sequence=0).read(10)


@needs_root
@pytest.mark.parametrize("addresses", [1, 200], ids=["one address", "many addresses"])
@pytest.mark.parametrize(
    "logins", [[WRONG], [wrong(f"u{n}") for n in range(100)]], ids=["one name", "many names"]
)
def test_another_user_guesses_passwords(
    gateway: Gateway, addresses: int, logins: list[bytes]
) -> None:
    """The guesses wait for each other; the right password, never used before, gets in."""
    python = shutil.which("python3", path="/usr/local/bin:/usr/bin")
    assert python is not None  # any that another user may run
    hexadecimal = [login.hex() for login in logins]
    command = [python, "-c", GUESSER, str(gateway.address[1]), str(addresses), *hexadecimal]
    with subprocess.Popen(
        command, user=NOBODY, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as guesser:
        assert guesser.stdout is not None
        assert guesser.stdout.readline() == b"ready\n"
        before = gateway.stats()["process"]["logins_rejected"]
        client = gateway.client(sequence=0)
        client.read(10)
        rejected = gateway.stats()["process"]["logins_rejected"]
        guesser.communicate()

    assert not client.rejected
    assert before < 2 * GUESSES.burst
    assert rejected - before <= GUESSES.per_second + 1  # those of the second in which it read


def test_guesses_of_the_same_user_keep_no_known_password_out(gateway: Gateway) -> None:
    """A strategy that has logged in before is recognised, before any guess that came earlier."""
    gateway.client().close()
    waiting = SessionLimits().logins_pending_max - 4
    with connected(gateway, GUESSES.burst) as refused:
        for connection in refused:
            connection.sendall(WRONG)
        for connection in refused:
            assert connection.recv(100)
    with connected(gateway, waiting) as guesses:
        for connection in guesses:
            connection.sendall(WRONG)

        gateway.client(sequence=0).read(10)
        rejected = gateway.stats()["process"]["logins_rejected"]

    assert rejected < GUESSES.burst + waiting // 2


def test_garbage_fills_no_log(gateway: Gateway) -> None:
    """The first lines are there, and the number of those that were left out."""
    for _ in range(500):
        with socket.create_connection(gateway.address) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            with contextlib.suppress(ConnectionResetError):
                connection.recv(100)

    stats = gateway.stats_when(lambda stats: stats["process"]["protocol_violations"] == 500)
    lines = gateway.errors.count("protocol violation")
    assert LINES.burst <= lines < LINES.burst + 30
    assert stats["process"]["log_lines_suppressed"] == 500 - lines


def test_connections_take_no_descriptor_that_files_need(gateway: Gateway) -> None:
    """When no more are accepted, an operator who is connected can still begin a session."""
    with ControlClient(gateway.control) as operator:
        before = operator.call("io.tradestack.Daemon.GetStats")["stats"]["session"]
        used = len(list(Path(f"/proc/{gateway.pid}/fd").iterdir()))
        limit = used + DESCRIPTORS_RESERVED + 10
        resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE, (limit, limit))
        with connected(gateway, 30) as crowd:
            assert crowd[10].recv(1) == b""  # the first one that takes a reserved descriptor
            after = operator.call("io.tradestack.Gateway.NewSession")["session"]

    assert before != after
    assert gateway.errors.count("accepting paused") == 1
