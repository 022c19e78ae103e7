"""Origins: what all connections of one local user, or of another host, have in common."""

import os
import socket
import subprocess
from typing import Any
from unittest import mock

import pytest

from tradestack.net.origins import origin_of

NOBODY = 65534
OURS = f"uid {os.getuid()}"


def pair(listens: str, connects: str) -> tuple[socket.socket, socket.socket]:
    """Return the accepted and the connecting end of a TCP connection."""
    family = socket.AF_INET6 if ":" in listens else socket.AF_INET
    is_any = listens == "::"
    with socket.create_server((listens, 0), family=family, dualstack_ipv6=is_any) as listener:
        peer = socket.create_connection((connects, listener.getsockname()[1]))
        return listener.accept()[0], peer


@pytest.mark.parametrize(
    ("listens", "connects"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.9.9.9", "127.9.9.9"),
        ("::1", "::1"),
        ("::", "127.0.0.1"),
    ],
)
def test_the_origin_over_the_loopback_is_the_user(listens: str, connects: str) -> None:
    """Whatever the address, and whatever the family."""
    accepted, peer = pair(listens, connects)
    with accepted, peer:
        assert origin_of(accepted) == OURS


def test_the_origin_over_a_unix_socket_is_the_user() -> None:
    """The kernel has the credentials of the peer."""
    accepted, peer = socket.socketpair()
    with accepted, peer:
        assert origin_of(accepted) == OURS


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_another_user_is_another_origin() -> None:
    """The user id is that of the process that has connected, not of its address."""
    program = "import socket, sys; c = socket.create_connection(('127.0.0.1', int(sys.argv[1])))"
    program += "; print('ready', flush=True); sys.stdin.read()"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = ["/usr/bin/python3", "-c", program, str(listener.getsockname()[1])]
        with subprocess.Popen(
            command, user=NOBODY, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as client:
            assert client.stdout is not None
            assert client.stdout.readline() == b"ready\n"
            accepted, _ = listener.accept()
            with accepted:
                assert origin_of(accepted) == f"uid {NOBODY}"
            client.communicate()


def test_a_peer_that_has_closed_is_not_taken_for_root() -> None:
    """The kernel gives 0 for a socket that no process has any more."""
    accepted, peer = pair("127.0.0.1", "127.0.0.1")
    peer.close()
    with accepted:
        assert origin_of(accepted) == "loopback"


def test_without_an_answer_of_the_kernel_the_loopback_is_one_origin(monkeypatch: Any) -> None:
    """As in a network namespace of its own, or where a sandbox forbids to ask."""
    accepted, peer = pair("127.0.0.1", "127.0.0.1")
    refused = mock.Mock(side_effect=PermissionError)
    with accepted, peer:
        monkeypatch.setattr(socket, "socket", refused)
        assert origin_of(accepted) == "loopback"


@pytest.mark.parametrize(
    ("peer", "origin"),
    [
        (("192.0.2.7", 1234), "192.0.2.7"),
        (("2001:db8:1:2:3::4", 1234, 0, 0), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 1234, 0, 2), "fe80::/64"),
        (("::ffff:192.0.2.7", 1234, 0, 0), "192.0.2.7"),
    ],
)
def test_another_host_is_an_origin(peer: tuple[Any, ...], origin: str) -> None:
    """An IPv4 address, or an IPv6 network, of which a host has all addresses."""
    connection = mock.Mock(family=socket.AF_INET6)
    connection.getpeername.return_value = peer
    connection.getsockname.return_value = ("::", 8999, 0, 0)

    assert origin_of(connection) == origin


def test_a_connection_without_a_peer_has_no_origin() -> None:
    """It has gone while the server looked."""
    with socket.socket() as unconnected:
        assert origin_of(unconnected) == ""
