"""SessionServer: logins, numbers, heartbeats, deadlines, limits, on real sockets."""

import asyncio
import logging
import os
import resource
import socket
import struct

import pytest
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.failed_logins import FAILURES_MAX, WINDOW_NS
from tradestack.net.outgoing import Stream
from tradestack.net.session_limits import SessionLimits
from tradestack.net.users import Users
from tradestack.runtime.clock import SystemClock
from tradestack.wire import soup
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import Packet, PacketType, RejectReason

from tests.net.conftest import Handler


def sequenced(payload: bytes) -> Packet:
    """What a client gets of one message."""
    return Packet(PacketType.SEQUENCED_DATA, payload)


def filled(net, *payloads: bytes):
    """A handler whose one stream has these messages."""
    handler = net.handler(net.memory_stream())
    handler.current.append(*payloads)
    return handler


def accepted(answer: Packet) -> soup.LoginAccepted:
    """The fields of what must be an A packet."""
    assert answer.type is PacketType.LOGIN_ACCEPTED
    return soup.decode_login_accepted(answer.payload)


# ---- numbers -------------------------------------------------------------------------------


async def test_streams_from_the_requested_number_and_what_is_appended_later(net):
    """A login for message 2 gets A with 2, message 2, and each later message as it is made."""
    handler = filled(net, b"one", b"two")
    async with net.serving(handler) as running, net.connected(running.address) as client:
        answer = await client.log_in(2)
        first = await client.packet()
        handler.current.append(b"three")
        running.server.wake()
        second = await client.packet()

    assert accepted(answer) == soup.LoginAccepted("0ABCDE1234", 2)
    assert (first, second) == (sequenced(b"two"), sequenced(b"three"))


async def test_who_is_up_to_date_is_served_before_serve_live_returns(net):
    """What was appended is in the client's socket, with no pass of the loop between."""
    handler = filled(net, b"one")
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.log_in(1)
        await client.packet()
        handler.current.append(b"two")
        running.server.serve_live()
        data = client.socket.recv(1000)

    assert data == handler.current.packets[1]


async def test_number_zero_means_only_what_comes_from_now_on(net):
    """A login for 0 is answered with head+1."""
    handler = filled(net, b"one", b"two")
    async with net.serving(handler) as running, net.connected(running.address) as client:
        answer = await client.log_in(0)
        handler.current.append(b"three")
        running.server.wake()
        packet = await client.packet()

    assert accepted(answer).sequence == 3
    assert packet == sequenced(b"three")


async def test_a_login_beyond_the_head_waits_for_the_head(net):
    """A answers the requested number, and that message is the first that comes."""
    handler = filled(net, b"one")
    async with net.serving(handler) as running, net.connected(running.address) as client:
        answer = await client.log_in(4)
        handler.current.append(b"two", b"three")
        running.server.wake()
        handler.current.append(b"four")
        running.server.wake()
        packet = await client.packet()

    assert accepted(answer).sequence == 4
    assert packet == sequenced(b"four")


async def test_the_end_of_a_session_is_the_rest_then_z_then_the_close(net):
    """Nothing of an ended stream is lost, and the client is told by Z."""
    handler = filled(net, b"one")
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.log_in(1)
        handler.current.append(b"two")
        handler.current.ended = True
        running.server.wake()
        packets = await client.packets_to_end()
        client.socket.close()
        await handler.until(lambda: bool(handler.left))

    assert handler.left[0][1] == "session ended"
    assert packets == [sequenced(b"one"), sequenced(b"two"), Packet(PacketType.END_OF_SESSION, b"")]


async def test_a_new_session_is_for_new_logins_while_the_old_one_drains(net):
    """Each client stays in its session; a blank one gets the current one."""
    old, new = net.memory_stream("AAAAAAAAAA"), net.memory_stream("BBBBBBBBBB")
    old.append(b"old")
    new.append(b"new")
    handler = net.handler(old)
    async with (
        net.serving(handler) as running,
        net.connected(running.address) as before,
        net.connected(running.address) as after,
        net.connected(running.address) as late,
    ):
        await before.log_in(1)
        handler.streams["BBBBBBBBBB"] = handler.current = new
        answers = [
            accepted(await after.log_in(1)),
            accepted(await late.log_in(1, session="AAAAAAAAAA")),
        ]
        old.ended = True
        running.server.wake()
        packets = [await before.packet(), await after.packet(), await late.packet()]

    assert [answer.session for answer in answers] == ["BBBBBBBBBB", "AAAAAAAAAA"]
    assert packets == [sequenced(b"old"), sequenced(b"new"), sequenced(b"old")]


# ---- logins --------------------------------------------------------------------------------


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
async def test_logins_of_both_lengths_and_any_justification_are_read(net, fields, sequence):
    """47- and 52-byte logins, either case, either side, spaces or NULs."""
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
async def test_a_rejected_login_gets_j_and_the_close(net, caplog, password, session, reason):
    """The client learns A or S, the log says who was rejected from where."""
    caplog.set_level(logging.WARNING)
    async with (
        net.serving(filled(net, b"one")) as running,
        net.connected(running.address) as client,
    ):
        answer = await client.log_in(1, session=session, password=password)
        rest = await client.packets_to_end()
        peer = client.socket.getsockname()

    assert answer == Packet(PacketType.LOGIN_REJECTED, reason)
    assert rest == []
    assert [f"user=news peer=127.0.0.1:{peer[1]}" in text for text in caplog.messages] == [True]


async def test_what_comes_with_the_login_is_read_after_it(net):
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


async def test_who_does_not_log_in_is_disconnected(net, caplog):
    """After login_deadline the place is free again, and the log says whose it was."""
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


async def rejected(net, running, **login):
    """Whether another connection's login is."""
    async with net.connected(running.address) as client:
        answer = await client.log_in(1, **login)
    return answer.type is PacketType.LOGIN_REJECTED


async def fail(net, running, times=FAILURES_MAX):
    """That many logins with a wrong password."""
    for _ in range(times):
        assert await rejected(net, running, password="wrong")


async def test_who_fails_too_often_is_refused_unchecked_until_the_window_has_passed(net, caplog):
    """Each failure is logged with its number, what is refused for it is only counted."""
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


async def test_one_users_failures_shut_out_nobody_else(net):
    """On loopback all peers have one address."""
    async with net.serving(filled(net)) as running:
        await fail(net, running)
        assert await rejected(net, running)

        assert not await rejected(net, running, user="orders", password="s3cret")


async def test_new_users_may_try_again_at_once(net):
    """The operator has just set the password that was wrong."""
    async with net.serving(filled(net)) as running:
        await fail(net, running)

        running.server.users = Users.load(net.users_file)

        assert not await rejected(net, running)


async def test_names_that_nobody_has_count_as_one(net):
    """Each new one would cost a hash, and a place in memory."""
    async with net.serving(filled(net)) as running:
        for number in range(FAILURES_MAX + 2):
            assert await rejected(net, running, user=f"user{number}")

        assert running.server.logins_unchecked_total == 2
        assert not await rejected(net, running)


async def test_beyond_logins_pending_max_connections_wait_in_the_queue(net):
    """The second connection is served when the first has gone."""
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
        assert list(running.server.clients) == []
        first.socket.close()

        assert accepted(await answer).sequence == 1


async def test_beyond_clients_max_a_login_is_rejected(net):
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


class OneConnectionEach(Handler):
    """Closes a user's older connection, as the order manager does."""

    def stream_for(self, user: str, session: str) -> Stream | RejectReason:
        """The asked-for stream."""
        for client in self.joined:
            if client.user == user:
                client.close("the user has logged in again")
        return super().stream_for(user, session)


async def test_at_clients_max_a_user_may_replace_their_own_connection(net):
    """The older one makes room, for its user alone."""
    handler = OneConnectionEach(net.memory_stream())
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
    assert handler.left[0] == (handler.joined[0], "the user has logged in again")
    assert others_answer == Packet(PacketType.LOGIN_REJECTED, b"S")


async def test_running_out_of_descriptors_pauses_accepting_and_is_logged_once(net, caplog):
    """The live client goes on, and who waited is served when descriptors are back."""
    handler = filled(net)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with net.serving(handler) as running, net.connected(running.address) as live:
        await live.log_in(1)
        with socket.socket() as connection:
            lowest_free = os.dup(0)
            os.close(lowest_free)
            resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
            try:
                connection.connect((running.address.host, running.address.port))
                for _ in range(2):  # attempts to accept
                    while running.server._acceptor._is_paused is False:
                        await asyncio.sleep(0)
                    running.server._acceptor._resume()
                handler.current.append(b"one")
                running.server.wake()
                assert await live.packet() == sequenced(b"one")
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            connection.settimeout(0)
            assert accepted(await type(live)(connection).log_in(1)).sequence == 1

    assert sum("accepting paused" in text for text in caplog.messages) == 1


# ---- packets -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x00\x00L",
        b"\xff\xffL",
        soup.encode_packet(PacketType.CLIENT_HEARTBEAT),
        soup.encode_packet(PacketType.UNSEQUENCED_DATA, b"{}"),
        soup.encode_packet(PacketType.LOGIN_REQUEST, b"news"),
        soup.encode_packet(PacketType.LOGIN_REQUEST, b"news  secret    " + b"x" * 30),
    ],
)
async def test_anything_but_a_login_ends_the_connection_with_one_line(net, caplog, data):
    """Nothing but the connection ends, and the log has one line about it."""
    caplog.set_level(logging.INFO)
    async with net.serving(filled(net)) as running, net.connected(running.address) as client:
        await client.send(data)
        packets = await client.packets_to_end()

    assert packets == []
    assert len(caplog.messages) == 1
    assert "protocol violation" in caplog.messages[0]


@pytest.mark.parametrize(
    "packet",
    [
        soup.encode_packet(PacketType.SERVER_HEARTBEAT),
        soup.encode_packet(PacketType.END_OF_SESSION),
        soup.encode_packet(PacketType.SEQUENCED_DATA, b"x"),
        soup.encode_login_request(soup.LoginRequest(user="news", password="secret")),
        b"\x00\x01?",
        b"\x00\x00U",
        b"\x10\x00U",
    ],
)
async def test_a_wrong_packet_ends_its_session_alone(net, caplog, packet):
    """The other client goes on; one line says what was wrong; the handler is told once."""
    handler = filled(net)
    limits = SessionLimits(packet_length_max=4096)
    async with (
        net.serving(handler, limits=limits) as running,
        net.connected(running.address) as wrong,
        net.connected(running.address) as other,
    ):
        await wrong.log_in(1)
        await other.log_in(1)
        caplog.clear()
        await wrong.send(packet)
        ending = await wrong.packets_to_end()
        handler.current.append(b"one")
        running.server.wake()
        assert await other.packet() == sequenced(b"one")

        assert [client.user for client, _ in handler.left] == ["news"]
        assert running.server.violations_total == 1
    assert [packet.type for packet in ending] == [PacketType.DEBUG]
    assert sum("protocol violation" in text for text in caplog.messages) == 1


async def test_what_the_handler_calls_a_violation_ends_the_session(net):
    """A ProtocolError of the handler is the client's fault, not ours."""
    handler = filled(net)

    def refuse(client: object, payload: bytes) -> None:
        raise ProtocolError("order message is not JSON")

    handler.unsequenced_received = refuse
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.log_in(1)
        await client.send_packet(PacketType.UNSEQUENCED_DATA, b"nonsense")
        ending = await client.packets_to_end()

    assert ending == [Packet(PacketType.DEBUG, b"order message is not JSON")]


async def test_debug_packets_are_ignored_before_and_after_the_login(net):
    """'+' may come at any time."""
    handler = filled(net)
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.send_packet(PacketType.DEBUG, b"hello")
        answer = await client.log_in(1)
        await client.send_packet(PacketType.DEBUG, b"x" * 500)
        await client.send_packet(PacketType.UNSEQUENCED_DATA, b"order")
        await handler.until(lambda: bool(handler.received))

    assert accepted(answer).sequence == 1
    assert handler.received[0][1] == b"order"


async def test_a_logout_closes_the_connection(net):
    """O is answered by the close, and the handler is told why."""
    handler = filled(net)
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.log_in(1)
        await client.send_packet(PacketType.LOGOUT_REQUEST)
        await handler.until(lambda: bool(handler.left))

        assert handler.left[0][1] == "logged out"
        assert list(running.server.clients) == []


async def test_unsequenced_messages_reach_the_client_beside_the_stream(net):
    """They take no number: the stream goes on as if they had not been."""
    handler = filled(net, b"one")
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.log_in(1)
        first = await client.packet()
        handler.joined[0].send_unsequenced(b"not now")
        beside = await client.packet()
        handler.current.append(b"two")
        running.server.wake()
        second = await client.packet()

    assert (first, second) == (sequenced(b"one"), sequenced(b"two"))
    assert beside == Packet(PacketType.UNSEQUENCED_DATA, b"not now")


async def test_a_client_that_leaves_unsequenced_messages_unread_is_disconnected(net):
    """Their buffer has a limit; beyond it the client goes, not our memory."""
    handler = filled(net)
    limits = SessionLimits(unsequenced_bytes_max=1000)
    async with net.serving(handler, limits=limits) as running, net.connected(running.address) as c:
        await c.log_in(1)
        for _ in range(11):
            handler.joined[0].send_unsequenced(b"x" * 97)

        assert "1000 bytes of unsequenced messages" in handler.left[0][1]


# ---- backpressure --------------------------------------------------------------------------


async def test_a_paused_client_is_not_read_and_then_goes_on_in_order(net):
    """Messages wait while paused, also those received already, and come in order afterwards."""
    handler = filled(net)
    messages = [b"%d" % number for number in range(50)]
    keep = handler.unsequenced_received

    def pause_after_each(client, payload: bytes) -> None:
        keep(client, payload)
        client.pause_reading()

    handler.unsequenced_received = pause_after_each
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.log_in(1)
        for text in messages:
            await client.send_packet(PacketType.UNSEQUENCED_DATA, text)
        for count in range(1, 51):
            await handler.until(lambda count=count: len(handler.received) == count)
            handler.joined[0].resume_reading()

    assert [payload for _, payload in handler.received] == messages


async def test_drain_received_takes_all_that_was_delivered_even_while_paused(net):
    """What a replaced connection had delivered is handled before it is closed."""
    handler = filled(net)
    messages = [b"%d" % number for number in range(20_000)]
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.log_in(1)
        handler.joined[0].pause_reading()
        await client.send(
            b"".join(soup.encode_packet(PacketType.UNSEQUENCED_DATA, text) for text in messages)
        )
        handler.joined[0].drain_received()
        handler.joined[0].close("logged in again")
        ending = await client.packet()

    assert [payload for _, payload in handler.received] == messages
    assert ending == Packet(PacketType.DEBUG, b"logged in again")


# ---- heartbeats and deadlines --------------------------------------------------------------


async def test_an_idle_server_says_h_every_second(net):
    """One H for each second in which nothing else was sent."""
    handler, clock = filled(net), net.fake_clock()
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address) as client,
    ):
        await client.log_in(1)
        for _ in range(3):
            running.let_time_pass(1)
            assert await client.packet() == Packet(PacketType.SERVER_HEARTBEAT, b"")
        running.let_time_pass(0.5)
        handler.current.append(b"one")
        running.server.wake()
        assert await client.packet() == sequenced(b"one")
        running.let_time_pass(0.75)
        handler.current.append(b"two")
        running.server.wake()
        assert await client.packet() == sequenced(b"two")


@pytest.mark.parametrize(
    ("timeout", "lives_s", "dies_s"),
    [
        (b"", 14.75, 15),
        (b"02000", 1.75, 2),
        (b"00000", 0.75, 1),
        (b"99999", 59.75, 60),
        (b"soon ", 14.75, 15),
    ],
)
async def test_a_silent_client_is_disconnected(net, timeout, lives_s, dies_s):
    """After 15 s, or what its 4.10 login asked for between 1 and 60 s; any bytes are a sign."""
    handler, clock = filled(net), net.fake_clock()
    fields = b"news  secret    " + b" " * 10 + b"1".rjust(20) + timeout
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address) as client,
    ):
        await client.send_packet(PacketType.LOGIN_REQUEST, fields)
        await client.packet()
        running.let_time_pass(lives_s)
        await client.send_packet(PacketType.UNSEQUENCED_DATA, b"still here")
        await handler.until(lambda: bool(handler.received))
        running.let_time_pass(lives_s)
        assert handler.left == []
        running.let_time_pass(dies_s - lives_s)

        assert handler.left[0][1] == f"silent for {dies_s} s"


async def test_a_paused_client_is_not_blamed_for_silence(net):
    """We do not listen, so its heartbeats cannot arrive."""
    handler, clock = filled(net), net.fake_clock()
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address) as client,
    ):
        await client.log_in(1)
        handler.joined[0].pause_reading()
        running.let_time_pass(20)
        handler.joined[0].resume_reading()
        running.let_time_pass(14)

        assert handler.left == []


async def test_time_in_which_the_server_stood_still_counts_against_nobody(net):
    """After a suspend of a minute the clients are still there."""
    handler, clock = filled(net), net.fake_clock()
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address) as client,
    ):
        await client.log_in(1)
        clock.now_ns += 60 * 10**9
        running.server.check_deadlines(clock.now_ns)

        assert handler.left == []


async def test_a_client_that_accepts_nothing_while_behind_is_disconnected(net):
    """After client_stall_max, though it still sends heartbeats."""
    handler, clock = filled(net, *[bytes(30_000)] * 500), net.fake_clock()
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address, receive_buffer_bytes=4096) as client,
    ):
        await client.log_in(1)
        await handler.until(lambda: bool(handler.joined))
        while not handler.joined[0].blocked:
            await asyncio.sleep(0)
        for _ in range(59):
            running.let_time_pass(1)
            await client.send_packet(PacketType.CLIENT_HEARTBEAT)
            while handler.joined[0]._deadlines.received_ns < clock.now_ns:
                await asyncio.sleep(0)
        assert handler.left == []
        running.let_time_pass(1.25)

        assert handler.left[0][1] == "behind, and accepted no byte for 60 s"


async def test_a_client_that_was_reset_is_noticed_without_sending(net):
    """Also while it is paused or blocked: the next look at deadlines finds it."""
    handler, clock = filled(net), net.fake_clock()
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address) as client,
    ):
        await client.log_in(1)
        linger_not = struct.pack("ii", 1, 0)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)
        client.socket.close()
        await handler.until(lambda: bool(handler.left))

        assert handler.left[0][1] == "connection lost: Connection reset by peer"


# ---- the end, and what may change ----------------------------------------------------------


async def test_close_sends_what_is_due_and_disconnects_all(net):
    """The last report is out before the daemon is gone."""
    handler = filled(net)
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.log_in(1)
        handler.current.append(b"last")
        await running.server.close()
        packets = await client.packets_to_end()

    assert packets == [sequenced(b"last"), Packet(PacketType.DEBUG, b"server stops")]


async def test_limits_and_users_can_be_replaced_while_it_runs(net):
    """New limits hold for clients that are there; a removed user cannot come back."""
    handler, clock = filled(net), net.fake_clock()
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address) as client,
        net.connected(running.address) as later,
    ):
        await client.log_in(1)
        net.users_file.write_text("# nobody\n")
        running.server.users.reload()
        running.server.limits = SessionLimits(client_silence_max_ns=2 * 10**9)
        answer = await later.log_in(1)
        running.let_time_pass(2)

    assert answer == Packet(PacketType.LOGIN_REJECTED, b"A")
    assert handler.left[0][1] == "silent for 2 s"


async def test_stalled_names_a_client_that_could_be_served_and_is_not(net):
    """What the watchdog asks: behind, writable, and nothing went out for long."""
    handler, clock = filled(net), net.fake_clock()
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address) as client,
    ):
        await client.log_in(1)
        clock.now_ns += 5 * 10**9
        assert running.server.stalled(clock.now_ns, 10**9) is None
        handler.current.append(b"forgotten")  # and nobody woke the server

        assert "behind by 1" in str(running.server.stalled(clock.now_ns, 10**9))


# ---- clocks --------------------------------------------------------------------------------


@pytest.mark.parametrize("jump_s", [-365 * 86_400, 365 * 86_400])
async def test_a_wall_clock_that_jumps_is_no_deadline(net, jump_s):
    """Nobody is silent, stalled or late to log in because somebody has set the clock."""
    clock = SystemClock()
    async with (
        net.serving(filled(net, b"one"), clock=clock) as running,
        net.connected(running.address) as client,
        net.connected(running.address) as hesitating,
    ):
        await client.log_in(1)
        await fail(net, running, FAILURES_MAX)

        clock.jump(jump_s * NANOSECONDS_PER_SECOND)
        running.server.check_deadlines(clock.monotonic_ns())

        assert [one.user for one in running.server.clients] == ["news"]
        assert await client.packet() == sequenced(b"one")
        assert (await hesitating.log_in(1)).type is PacketType.LOGIN_REJECTED  # still refused
        assert running.server.logins_unchecked_total == 1
