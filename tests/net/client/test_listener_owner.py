"""Who listens at an address of this host, from the kernel's table of sockets."""

import contextlib
import os
import socket
from collections.abc import Iterator

import pytest

from tests.kit.other_user import NOBODY, acting_as, needs_root
from tradestack.net.client.listener_owner import (
    ServerNotTrusted,
    listeners_at,
    require_trusted_listener,
)

USERS = ("root",)


@contextlib.contextmanager
def listening(address: str, port: int = 0, *, uid: int | None = None) -> Iterator[socket.socket]:
    """A listening socket of this user or of another one."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) if uid is None else _foreign_socket(family, uid) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen()
        yield listener


def _foreign_socket(family: int, uid: int) -> socket.socket:
    with acting_as(uid):
        return socket.socket(family)


def port_of(listener: socket.socket) -> int:
    """The port."""
    port: int = listener.getsockname()[1]
    return port


@pytest.mark.parametrize(
    ("listens", "connects"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.9", "127.0.0.9"),
        ("0.0.0.0", "127.0.0.1"),
        ("::1", "::1"),
        ("::", "::1"),
        ("::", "127.0.0.1"),
        ("::ffff:127.0.0.1", "127.0.0.1"),
    ],
)
@pytest.mark.parametrize("uid", [None, pytest.param(NOBODY, marks=needs_root)])
def test_the_listener_is_found(listens: str, connects: str, uid: int | None) -> None:
    """By its address or by all addresses, of both families; only its owner decides."""
    with listening(listens, uid=uid) as listener:
        before = listeners_at(port_of(listener))
        with socket.create_connection((connects, port_of(listener))) as connection:
            if uid is None:
                require_trusted_listener(connection, before, USERS)
            else:
                with pytest.raises(ServerNotTrusted, match=f"uid {NOBODY} listens"):
                    require_trusted_listener(connection, before, USERS)
                require_trusted_listener(connection, before, ("nobody",))


@needs_root
def test_a_more_exact_address_decides() -> None:
    """Another user who listens at the same port of another address is not in the way."""
    with (
        listening("127.0.0.1") as listener,
        listening("127.0.0.2", port_of(listener), uid=NOBODY),
        listening("::1", port_of(listener), uid=NOBODY),
    ):
        before = listeners_at(port_of(listener))
        with socket.create_connection(("127.0.0.1", port_of(listener))) as connection:
            require_trusted_listener(connection, before, USERS)


@needs_root
def test_a_port_that_changes_hands_is_refused() -> None:
    """Who accepted the connection may have left the port to the real server since."""
    with listening("127.0.0.1", uid=NOBODY) as impostor:
        port = port_of(impostor)
        before = listeners_at(port)
        with socket.create_connection(("127.0.0.1", port)) as connection:
            accepted, _ = impostor.accept()
            impostor.close()
            with accepted, pytest.raises(ServerNotTrusted, match="any more"):
                require_trusted_listener(connection, before, USERS)
            with (
                accepted,
                listening("127.0.0.1", port),
                pytest.raises(ServerNotTrusted, match="has just changed"),
            ):
                require_trusted_listener(connection, before, USERS)


@needs_root
@pytest.mark.parametrize("option", [socket.SO_REUSEADDR, socket.SO_REUSEPORT])
@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_only_one_user_can_listen_at_a_time(option: int, address: str) -> None:
    """The property of the kernel on which the two looks rely."""
    with (
        socket.socket() as ours,
        _foreign_socket(socket.AF_INET, NOBODY) as theirs,
    ):
        for each in (ours, theirs):
            each.setsockopt(socket.SOL_SOCKET, option, 1)
        theirs.bind((address, 0))  # before it listens, an address can be shared
        with contextlib.suppress(OSError):
            ours.bind(("127.0.0.1", port_of(theirs)))
            ours.listen()
            with pytest.raises(OSError, match="in use"):
                theirs.listen()
            return
        assert option == socket.SO_REUSEPORT


def test_other_hosts_are_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their sockets are in no table of this host."""

    class ToAnotherHost:
        def getpeername(self) -> tuple[str, int]:
            return "192.0.2.1", 8999

        def getsockname(self) -> tuple[str, int]:
            return "192.0.2.7", 50_000

    require_trusted_listener(ToAnotherHost(), frozenset(), ())  # type: ignore[arg-type]


def test_this_user_is_always_trusted() -> None:
    """Whoever runs both sides knows the password anyway."""
    with listening("127.0.0.1") as listener:
        before = listeners_at(port_of(listener))
        with socket.create_connection(("127.0.0.1", port_of(listener))) as connection:
            require_trusted_listener(connection, before, ())
        assert {each.uid for each in before} == {os.geteuid()}
