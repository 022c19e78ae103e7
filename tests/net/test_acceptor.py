"""Acceptor: connections are accepted while wanted, and wait in the listener's queue otherwise."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from tradestack.net.acceptor import Acceptor


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Provide a listening socket on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


async def test_connections_are_accepted_only_between_start_and_stop(listener) -> None:
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


async def test_an_accepted_connection_is_non_blocking_and_has_its_peer(listener) -> None:
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
