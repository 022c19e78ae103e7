"""The login exchange: its bytes, its answers, its failures."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.kit.net import Net
from tests.kit.raw_client import RawClient
from tradestack.net.addresses import Address
from tradestack.net.client.login import LoggedIn, LoginRejected, SequenceHole, log_in
from tradestack.wire import soup
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import Packet, PacketType, RejectReason

ACCEPTED = soup.encode_login_accepted(soup.LoginAccepted("0ABCDE1234", 7))


@contextlib.asynccontextmanager
async def login_at(
    net: Net,
    address: Address,
    *,
    session_id: str = "",
    sequence: int = 7,
    deadline_ns: int = 10**10,
) -> AsyncIterator[LoggedIn]:
    """A login at the server under test, and a logout."""
    logged_in = await log_in(
        address, net.credentials, session_id, sequence, deadline_ns=deadline_ns
    )
    try:
        yield logged_in
    finally:
        logged_in.log_out()


def accepting(
    session: str = "0ABCDE1234", sequence: int = 7
) -> Callable[[RawClient], Awaitable[None]]:
    """A script: accept the login, offering this session from this number on."""

    async def script(peer: RawClient) -> None:
        await peer.packet()
        await peer.send(soup.encode_login_accepted(soup.LoginAccepted(session, sequence)))
        await peer.packets_to_end()

    return script


async def test_the_login_is_47_bytes_right_justified(net: Net) -> None:
    """The bytes of a login request are golden: every server reads them."""
    sent = []

    async def script(peer: RawClient) -> None:
        sent.append(await peer.packet())
        await peer.send(ACCEPTED)
        sent.append(await peer.packet())

    async with net.scripted(script) as address:
        async with login_at(net, address) as logged_in:
            assert (logged_in.session_id, logged_in.next_sequence) == ("0ABCDE1234", 7)
        while len(sent) < 2:
            await asyncio.sleep(0)

    fields = b"news  secret    " + b" " * 10 + b" " * 19 + b"7"
    logout = Packet(PacketType.LOGOUT_REQUEST, b"")
    assert sent == [Packet(PacketType.LOGIN_REQUEST, fields), logout]


async def test_bytes_behind_the_answer_are_kept(net: Net) -> None:
    """What arrived in the same segment belongs to the connection that follows."""

    async def script(peer: RawClient) -> None:
        await peer.packet()
        await peer.send(ACCEPTED + b"abc")
        await peer.packets_to_end()

    async with net.scripted(script) as address, login_at(net, address) as logged_in:
        assert logged_in.pending == b"abc"


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (soup.encode_login_rejected(RejectReason.NOT_AUTHORIZED), LoginRejected),
        (soup.encode_packet(PacketType.LOGIN_ACCEPTED, b"short"), ProtocolError),
        (soup.encode_packet(PacketType.SEQUENCED_DATA, b"x"), ProtocolError),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", ProtocolError),
        (b"\x00\x1fA", ConnectionResetError),
        (b"", ConnectionResetError),
    ],
)
async def test_a_failed_login_raises_its_reason(
    net: Net, answer: bytes, failure: type[Exception]
) -> None:
    """No socket is left open (an unclosed one would fail this test)."""

    async def script(peer: RawClient) -> None:
        await peer.packet()
        await peer.send(answer)

    async with net.scripted(script) as address:
        with pytest.raises(failure):
            await log_in(address, net.credentials)


async def test_a_server_that_never_answers_times_out(net: Net) -> None:
    """The login deadline bounds the whole exchange."""

    async def script(peer: RawClient) -> None:
        await peer.packets_to_end()

    async with net.scripted(script) as address:
        with pytest.raises(TimeoutError):
            await log_in(address, net.credentials, deadline_ns=50_000_000)


async def test_a_server_that_continues_too_late_leaves_a_hole(net: Net) -> None:
    """A gap between the requested and the offered number is never passed over in silence."""
    async with net.scripted(accepting(sequence=5)) as address:
        with pytest.raises(SequenceHole) as hole:
            await log_in(address, net.credentials, sequence=3)

    assert (hole.value.wanted, hole.value.offered) == (3, 5)


async def test_a_server_that_offers_another_session_is_refused(net: Net) -> None:
    """A number means something only within its session."""
    async with net.scripted(accepting()) as address:
        with pytest.raises(ProtocolError):
            await log_in(address, net.credentials, "ZZZZZZZZZZ")


def test_credentials_and_requests_do_not_show_the_password(net: Net) -> None:
    """Reprs end in logs."""
    request = soup.LoginRequest(user="news", password="secret", sequence=7)

    assert "secret" not in repr(net.credentials) + repr(request)
