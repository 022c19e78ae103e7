"""SessionServer: streams, sequence numbers, ends of sessions, limits."""

import asyncio
import os
import resource
import socket

import pytest

from tests.kit.net import Net
from tests.net.streamed import accepted, filled, sequenced
from tradestack.net import acceptor as acceptor_module
from tradestack.net.acceptor import Acceptor
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.users import Users
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.soup import Packet, PacketType


async def test_streams_from_the_requested_number_and_what_is_appended_later(net: Net) -> None:
    """A login for message 2 gets A with 2, message 2, and each later message as it is made."""
    handler = filled(net, b"one", b"two")
    async with net.serving(handler) as running, net.connected(running.address) as client:
        answer = await client.log_in(2)
        first = await client.packet()
        handler.current.append(b"three")
        running.server.scheduler.wake()
        second = await client.packet()

    assert accepted(answer) == soup.LoginAccepted("0ABCDE1234", 2)
    assert (first, second) == (sequenced(b"two"), sequenced(b"three"))


async def test_a_client_that_is_up_to_date_is_served_before_serve_live_returns(net: Net) -> None:
    """What was appended is in the client's socket without another pass of the loop."""
    handler = filled(net, b"one")
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.log_in(1)
        await client.packet()
        handler.current.append(b"two")
        running.server.scheduler.serve_live()
        data = client.socket.recv(1000)

    assert data == handler.current.packets[1]


async def test_a_login_for_number_zero_gets_new_messages_only(net: Net) -> None:
    """A login for 0 is answered with head+1."""
    handler = filled(net, b"one", b"two")
    async with net.serving(handler) as running, net.connected(running.address) as client:
        answer = await client.log_in(0)
        handler.current.append(b"three")
        running.server.scheduler.wake()
        packet = await client.packet()

    assert accepted(answer).sequence == 3
    assert packet == sequenced(b"three")


async def test_a_login_beyond_the_head_waits_for_the_head(net: Net) -> None:
    """A answers the requested number, and that message is the first that comes."""
    handler = filled(net, b"one")
    async with net.serving(handler) as running, net.connected(running.address) as client:
        answer = await client.log_in(4)
        handler.current.append(b"two", b"three")
        running.server.scheduler.wake()
        handler.current.append(b"four")
        running.server.scheduler.wake()
        packet = await client.packet()

    assert accepted(answer).sequence == 4
    assert packet == sequenced(b"four")


async def test_an_ended_session_is_sent_to_its_end_then_z(net: Net) -> None:
    """All messages are sent before Z and the close."""
    handler = filled(net, b"one")
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.log_in(1)
        handler.current.append(b"two")
        handler.current.ended = True
        running.server.scheduler.wake()
        packets = await client.packets_to_end()
        client.socket.close()
        await handler.until(lambda: bool(handler.left))

    assert handler.left[0][1] == Close(CloseReason.SESSION_ENDED, "session ended")
    assert packets == [sequenced(b"one"), sequenced(b"two"), Packet(PacketType.END_OF_SESSION, b"")]


async def test_a_new_session_is_for_new_logins_while_the_old_one_drains(net: Net) -> None:
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
            accepted(await late.log_in(1, session_id="AAAAAAAAAA")),
        ]
        old.ended = True
        running.server.scheduler.wake()
        packets = [await before.packet(), await after.packet(), await late.packet()]

    assert [answer.session_id for answer in answers] == ["BBBBBBBBBB", "AAAAAAAAAA"]
    assert packets == [sequenced(b"old"), sequenced(b"new"), sequenced(b"old")]


async def test_running_out_of_descriptors_pauses_accepting_and_is_logged_once(
    net: Net, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The live client is still served, and the waiting one when descriptors are available again."""
    handler, paused = filled(net), asyncio.Semaphore(0)
    pause = Acceptor._note_failed

    def pause_and_note(acceptor: Acceptor, error: OSError) -> None:
        pause(acceptor, error)
        paused.release()

    monkeypatch.setattr(Acceptor, "_note_failed", pause_and_note)
    monkeypatch.setattr(acceptor_module, "PAUSE_S", 0.01)
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
                    await asyncio.wait_for(paused.acquire(), 10)
                handler.current.append(b"one")
                running.server.scheduler.wake()
                assert await live.packet() == sequenced(b"one")
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            connection.settimeout(0)
            assert accepted(await type(live)(connection).log_in(1)).sequence == 1

    assert sum("accepting paused" in text for text in caplog.messages) == 1


async def test_close_sends_what_is_due_and_disconnects_all(net: Net) -> None:
    """The last report is sent before the daemon ends."""
    handler = filled(net)
    async with net.serving(handler) as running, net.connected(running.address) as client:
        await client.log_in(1)
        handler.current.append(b"last")
        await running.server.close()
        packets = await client.packets_to_end()

    assert packets == [
        sequenced(b"last"),
        Packet(PacketType.DEBUG, b"SERVER_STOPPING server stops"),
    ]


async def test_limits_and_users_can_be_replaced_while_it_runs(net: Net) -> None:
    """New limits hold for connected clients; a removed user cannot log in again."""
    handler, clock = filled(net), net.fake_clock()
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address) as client,
        net.connected(running.address) as later,
    ):
        await client.log_in(1)
        net.users_file.write_text("# nobody\n")
        running.server.users = Users.load(net.users_file)
        running.server.limits = SessionLimits(client_silence_max_ns=2 * 10**9)
        answer = await later.log_in(1)
        running.let_time_pass(2)

    assert answer == Packet(PacketType.LOGIN_REJECTED, b"A")
    assert handler.left[0][1] == Close(CloseReason.CLIENT_SILENT, "silent for 2 s")
