"""addresses: text ⇄ address, connecting."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.net.addresses import Address, connect, name_of, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8999", Address("127.0.0.1", 8999)),
        (" localhost:0 ", Address("localhost", 0)),
        ("[::1]:65535", Address("::1", 65535)),
    ],
)
def test_an_address_is_read(text: str, address: Address) -> None:
    """Host names, IPv4 addresses, and IPv6 addresses in brackets."""
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8999",
        ":8999",
        "localhost",
        "localhost:",
        "localhost:65536",
        "::1:8999",
        "a b:1",
        "h:-1",
    ],
)
def test_other_text_is_refused_and_quoted(text: str) -> None:
    """The error repeats the text."""
    with pytest.raises(ValueError, match=r"address|port") as refusal:
        parse_address(text)

    assert repr(text) in str(refusal.value)


@given(st.sampled_from(["127.0.0.1", "::1", "gateway.example"]), st.integers(0, 65535))
def test_an_address_is_written_as_it_is_read(host: str, port: int) -> None:
    """str and parse_address are inverses."""
    assert parse_address(str(Address(host, port))) == Address(host, port)


def test_peers_have_names() -> None:
    """Peers on IPv4, IPv6 and Unix sockets have a text for the log."""
    names = [name_of(("127.0.0.1", 5)), name_of(("::1", 5, 0, 0)), name_of("")]

    assert names == ["127.0.0.1:5", "[::1]:5", "unnamed"]


async def test_connecting_gives_a_non_blocking_socket_without_delay() -> None:
    """The data ports need both properties."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connection = await connect(Address("127.0.0.1", listener.getsockname()[1]))
        with connection:
            assert connection.gettimeout() == 0
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


async def test_connecting_to_a_closed_port_is_an_os_error() -> None:
    """The socket that failed is closed (an unclosed one would fail this test)."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(ConnectionRefusedError):
        await connect(Address("127.0.0.1", port))


@pytest.mark.parametrize(
    ("wanted", "used", "is_covered"),
    [
        ("127.0.0.1:8999", "127.0.0.1:8999", True),
        ("127.0.0.1:0", "127.0.0.1:8999", True),
        ("localhost:8999", "127.0.0.1:8999", True),
        ("localhost:8999", "[::1]:8999", True),
        ("localhost:8999", "192.0.2.1:8999", False),
        ("127.0.0.1:8999", "127.0.0.1:9000", False),
        ("127.0.0.2:8999", "127.0.0.1:8999", False),
        ("host.example:8999", "127.0.0.1:8999", False),
    ],
)
def test_whether_a_socket_is_what_was_asked_for(wanted: str, used: str, is_covered: bool) -> None:
    """Port 0 is any port, and localhost each address of the loopback interface."""
    assert parse_address(wanted).covers(parse_address(used)) is is_covered


@pytest.mark.parametrize(
    ("text", "is_loopback", "is_numeric"),
    [
        ("127.8.0.1:1", True, True),
        ("[::1]:1", True, True),
        ("localhost:1", True, False),
        ("0.0.0.0:1", False, True),
        ("host.example:1", False, False),
    ],
)
def test_whether_others_can_reach_it(text: str, is_loopback: bool, is_numeric: bool) -> None:
    """A name is not resolved for that."""
    address = parse_address(text)

    assert (address.is_loopback(), address.is_numeric()) == (is_loopback, is_numeric)
