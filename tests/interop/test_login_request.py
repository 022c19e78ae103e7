"""Login requests in the forms of SoupBinTCP 4.10 that neither library sends."""

import socket
import struct
from collections.abc import Iterator

import pytest

from tests.kit.daemon import PASSWORD
from tests.kit.order_manager import OrderManager

# length, type, user, password, session, sequence, heartbeat timeout in ms
REQUEST = struct.Struct(">Hc6s10s10s20s5s")
DEADLINE_S = 12.0  # below the 15 s that the server gives a client that names no timeout


@pytest.fixture
def connection(order_manager: OrderManager) -> Iterator[socket.socket]:
    """Return a connection to the order port on which nothing was sent."""
    with socket.create_connection(order_manager.address, timeout=DEADLINE_S) as made:
        yield made


def request(session: bytes, sequence: bytes, timeout: bytes) -> bytes:
    """Make the packet; fields are padded with spaces on the right unless they are full."""
    user, password = b"NEWS".ljust(6), PASSWORD.upper().encode().ljust(10)
    padded = (session.ljust(10), sequence.ljust(20), timeout.ljust(5))
    return REQUEST.pack(REQUEST.size - 2, b"L", user, password, *padded)


@pytest.mark.parametrize(
    ("sequence", "timeout"),
    [
        (b"1".rjust(20), b" 5000"),
        (b"1", b"5000"),
        (b"1".ljust(20, b"\0"), b"5000\0"),
        (b"00000000000000000001", b"05000"),
        (b"", b""),
    ],
    ids=["right", "left", "nul", "zeros", "blank"],
)
def test_any_padding_is_read(
    order_manager: OrderManager, connection: socket.socket, sequence: bytes, timeout: bytes
) -> None:
    """The answer has session and number padded on the left, whatever the case of the names."""
    session = order_manager.stats()["session"]

    connection.sendall(request(b"", sequence, timeout))
    answer = connection.recv(33, socket.MSG_WAITALL)

    assert answer == b"\0\x1fA" + session.encode() + b"1".rjust(20)


def test_client_is_held_to_the_timeout_it_named(connection: socket.socket) -> None:
    """A client that is silent for a second is disconnected with the reason, before all others."""
    connection.sendall(request(b"", b"1", b"1000"))
    received = b""
    while data := connection.recv(1 << 16):
        received += data

    assert received.startswith(b"\0\x1fA")
    assert b"+CLIENT_SILENT silent for 1 s" in received
