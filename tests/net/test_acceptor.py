"""Acceptor: connections are accepted while wanted, and wait in the listener's queue otherwise."""

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Iterator
from typing import NoReturn

import pytest

from tradestack.net import acceptor as acceptor_module
from tradestack.net.acceptor import Acceptor
from tradestack.net.allowance import Rate


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Provide a listening socket on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


async def test_connections_are_accepted_only_between_start_and_stop(
    listener: socket.socket,
) -> None:
    """A connection made after `stop` is accepted after the next `start`; nothing is lost."""
    accepted: asyncio.Queue[socket.socket] = asyncio.Queue()
    acceptor = Acceptor("test", listener, lambda connection, _: accepted.put_nowait(connection))
    with socket.socket() as first, socket.socket() as second:
        acceptor.start()
        acceptor.start()
        first.connect(listener.getsockname())
        (await accepted.get()).close()
        acceptor.stop()
        acceptor.stop()
        second.connect(listener.getsockname())
        for _ in range(3):
            await asyncio.sleep(0)
        is_waiting = accepted.empty()
        acceptor.start()
        (await accepted.get()).close()
        acceptor.stop()

    assert is_waiting


async def test_an_accepted_connection_is_non_blocking_and_has_its_peer(
    listener: socket.socket,
) -> None:
    """The callback gets what the loop needs, and the address for the log."""
    accepted: asyncio.Queue[tuple[socket.socket, object]] = asyncio.Queue()
    acceptor = Acceptor("test", listener, lambda *arguments: accepted.put_nowait(arguments))
    with socket.socket() as client:
        acceptor.start()
        client.connect(listener.getsockname())
        connection, address = await accepted.get()
        acceptor.stop()
        with connection:
            assert connection.gettimeout() == 0
            assert address == client.getsockname()


async def test_connections_beyond_their_rate_wait_in_the_queue(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A storm of them leaves time for others; each is accepted in the end."""
    monkeypatch.setattr(acceptor_module, "CONNECTIONS", Rate(per_second=1, burst=5))
    accepted: list[socket.socket] = []
    acceptor = Acceptor("test", listener, lambda connection, _: accepted.append(connection))
    allowance = acceptor._connections
    with contextlib.ExitStack() as stack:
        for _ in range(12):
            stack.enter_context(socket.socket()).connect(listener.getsockname())
        acceptor.start()
        while not acceptor._is_paused:
            await asyncio.sleep(0)
        count = len(accepted)
        allowance.spend(acceptor_module.CONNECTIONS, -10)
        while len(accepted) < 12:
            await asyncio.sleep(0)
        acceptor.stop()
        for connection in accepted:
            connection.close()

    assert count == 5


async def test_a_connection_that_cannot_be_served_ends_alone(listener: socket.socket) -> None:
    """What befalls one of them, such as a peer that has gone, ends no daemon."""
    attempts: list[object] = []

    def fail(_connection: socket.socket, address: object) -> None:
        attempts.append(address)
        raise ConnectionResetError

    acceptor = Acceptor("test", listener, fail)
    with socket.socket() as first, socket.socket() as second:
        acceptor.start()
        for client in (first, second):
            client.connect(listener.getsockname())
        while len(attempts) < 2:
            await asyncio.sleep(0)
        acceptor.stop()


@pytest.mark.parametrize("number", [errno.EPROTO, errno.ENETUNREACH, errno.EPERM, errno.EMFILE])
async def test_no_error_of_accept_ends_the_daemon(number: int) -> None:
    """Those that accept(2) passes on from the network, and those of descriptors and memory."""
    ours, peers = socket.socketpair()
    attempts: list[int] = []

    class Listener(socket.socket):
        """A listener whose connections cannot be accepted."""

        def accept(self) -> NoReturn:
            """Fail."""
            attempts.append(number)
            raise OSError(number, os.strerror(number))

    with ours, peers, Listener(fileno=os.dup(ours.fileno())) as listener:
        peers.send(b"x")
        acceptor = Acceptor("test", listener, lambda *_: None)
        acceptor.start()
        while not attempts:
            await asyncio.sleep(0)
        acceptor.stop()
