"""SessionServer: logins that are accepted, rejected or have to wait, on real sockets."""

import asyncio
import logging

import pytest

from tests.kit.net import Handler, Net
from tests.net.streamed import accepted, fail, filled, rejected
from tradestack.net.server.failed_logins import FAILURES_MAX, WINDOW_NS
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.outbox import Stream
from tradestack.net.server.users import Users
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.soup import Packet, PacketType, RejectReason


@pytest.mark.parametrize(
    ("fields", "sequence"),
    [
        (b"news  secret    0ABCDE1234" + b"2".rjust(20), 2),
        (b"NEWS  SECRET    0ABCDE1234" + b"2".ljust(20), 2),
        (b"  news    secret" + b" " * 10 + b"2".rjust(20, b"\0"), 2),
        (b"news  secret    " + b" " * 30, 3),
        (b"news  secret    " + b" " * 10 + b"1".rjust(20) + b"30000", 1),
        (b"news  secret    " + b" " * 10 + b"1".ljust(20) + b"soon ", 1),
    ],
)
async def test_logins_of_both_lengths_and_any_justification_are_read(
    net: Net, fields, sequence
) -> None:
    """47- and 52-byte logins in either case, justified to either side by spaces or NULs."""
    handler = filled(net, b"one", b"two")
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.send_packet(PacketType.LOGIN_REQUEST, fields)
        answer = await client.packet()

    assert accepted(answer) == soup.LoginAccepted("0ABCDE1234", sequence)


@pytest.mark.parametrize(
    ("password", "session", "reason"),
    [
        ("wrong", "", b"A"),
        ("", "", b"A"),
        ("secret", "ZZZZZZZZZZ", b"S"),
    ],
)
async def test_a_rejected_login_gets_j_and_the_close(
    net: Net, caplog: pytest.LogCaptureFixture, password, session, reason
) -> None:
    """The client learns A or S, and the log names the user and the peer."""
    caplog.set_level(logging.WARNING)
    async with (
        net.serving(filled(net, b"one")) as running,
        net.connected(running.address) as client,
    ):
        answer = await client.log_in(1, session_id=session, password=password)
        rest = await client.packets_to_end()
        peer = client.socket.getsockname()

    assert answer == Packet(PacketType.LOGIN_REJECTED, reason)
    assert rest == []
    assert [f"user=news peer=127.0.0.1:{peer[1]}" in text for text in caplog.messages] == [True]


async def test_what_comes_with_the_login_is_read_after_it(net: Net) -> None:
    """Messages in the same segment as the login are not lost and stay in order."""
    handler = filled(net)
    login = soup.encode_login_request(soup.LoginRequest(user="news", password="secret"))
    messages = [b"%d" % number for number in range(100)]
    packets = [soup.encode_packet(PacketType.UNSEQUENCED_DATA, text) for text in messages]
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.send(login + b"".join(packets[:50]))
        await client.send(b"".join(packets[50:]))
        await handler.until(lambda: len(handler.received) == 100)

    assert [payload for _, payload in handler.received] == messages


async def test_a_connection_that_does_not_log_in_is_closed(
    net: Net, caplog: pytest.LogCaptureFixture
) -> None:
    """After login_deadline its place is free again, and the log names the peer."""
    handler, clock = filled(net), net.fake_clock()
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address) as silent,
        net.connected(running.address) as witness,
    ):
        await witness.log_in(1)  # accepted after the silent one
        running.let_time_pass(5.25)
        packets = await silent.packets_to_end()

    assert packets == []
    assert any("no login in time" in text for text in caplog.messages)


async def test_after_too_many_failures_logins_are_refused_unchecked_for_the_window(
    net: Net, caplog: pytest.LogCaptureFixture
) -> None:
    """Each failure is logged with its number; logins refused for them are only counted."""
    clock = net.fake_clock()
    async with net.serving(filled(net), clock=clock) as running:
        await fail(net, running, FAILURES_MAX - 1)
        assert not await rejected(net, running)

        await fail(net, running)
        for _ in range(3):
            assert await rejected(net, running)
        clock.now_ns += WINDOW_NS
        assert not await rejected(net, running)

        failures = [text for text in caplog.messages if "login rejected" in text]
        assert running.server.logins_unchecked_total == 3
        assert running.server.logins_rejected_total == 2 * FAILURES_MAX + 2
        assert len(failures) == 2 * FAILURES_MAX - 1
        assert f"failures={FAILURES_MAX} " in failures[-1]


async def test_the_failures_of_one_user_shut_out_no_other(net: Net) -> None:
    """Users count apart, because on loopback all peers have one address."""
    async with net.serving(filled(net)) as running:
        await fail(net, running)
        assert await rejected(net, running)

        assert not await rejected(net, running, user="orders", password="s3cret")


async def test_new_users_may_try_again_at_once(net: Net) -> None:
    """A new users file forgets the failures: the operator may have corrected a password."""
    async with net.serving(filled(net)) as running:
        await fail(net, running)

        running.server.users = Users.load(net.users_file)

        assert not await rejected(net, running)


async def test_names_that_no_user_has_count_as_one(net: Net) -> None:
    """Otherwise each new one would cost a hash and a place in memory."""
    async with net.serving(filled(net)) as running:
        for number in range(FAILURES_MAX + 2):
            assert await rejected(net, running, user=f"user{number}")

        assert running.server.logins_unchecked_total == 2
        assert not await rejected(net, running)


async def test_beyond_logins_pending_max_connections_wait_in_the_queue(net: Net) -> None:
    """The second connection is served when the first has closed."""
    limits = SessionLimits(logins_pending_max=1)
    async with (
        net.serving(filled(net, b"one"), limits=limits) as running,
        net.connected(running.address) as first,
        net.connected(running.address) as second,
    ):
        await first.log_in(1, password="wrong")  # stays pending until it closes
        await first.packets_to_end()
        answer = asyncio.ensure_future(second.log_in(1))
        await asyncio.sleep(0)
        assert list(running.server._pending) != []
        assert list(running.server.connections) == []
        first.socket.close()

        assert accepted(await answer).sequence == 1


async def test_beyond_clients_max_a_login_is_rejected(net: Net) -> None:
    """The client learns that the session is not available."""
    limits = SessionLimits(clients_max=1)
    async with (
        net.serving(filled(net), limits=limits) as running,
        net.connected(running.address) as first,
        net.connected(running.address) as second,
    ):
        await first.log_in(1)
        answer = await second.log_in(1)

    assert answer == Packet(PacketType.LOGIN_REJECTED, b"S")


class OneConnectionForEachUser(Handler):
    """Closes a user's older connection, as the order manager does."""

    def stream_for(self, user: str, session_id: str, sequence: int) -> Stream | RejectReason:
        """Return the requested stream."""
        for client in self.joined:
            if client.user == user:
                client.close(Close(CloseReason.REPLACED, "logged in again"))
        return super().stream_for(user, session_id, sequence)


async def test_at_clients_max_a_user_may_replace_their_own_connection(net: Net) -> None:
    """The older one makes room, and only for its own user."""
    handler = OneConnectionForEachUser(net.memory_stream())
    async with (
        net.serving(handler, limits=SessionLimits(clients_max=1)) as running,
        net.connected(running.address) as first,
        net.connected(running.address) as second,
        net.connected(running.address) as other,
    ):
        await first.log_in(1)
        answer = await second.log_in(1)
        await other.send(
            soup.encode_login_request(soup.LoginRequest(user="orders", password="s3cret"))
        )
        others_answer = await other.packet()

    assert accepted(answer).sequence == 1
    assert handler.left[0] == (handler.joined[0], Close(CloseReason.REPLACED, "logged in again"))
    assert others_answer == Packet(PacketType.LOGIN_REJECTED, b"S")
