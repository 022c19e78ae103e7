"""SessionServer: heartbeats, silence, and clients that take nothing, on real sockets."""

import asyncio
import socket
import struct

import pytest
from tests.net.streamed import fail, filled, sequenced

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.server.failed_logins import FAILURES_MAX
from tradestack.runtime.fail_points import JumpingClock
from tradestack.wire.soup import Packet, PacketType


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


@pytest.mark.parametrize("jump_s", [-365 * 86_400, 365 * 86_400])
async def test_a_wall_clock_that_jumps_is_no_deadline(net, jump_s):
    """Nobody is silent, stalled or late to log in because somebody has set the clock."""
    clock = JumpingClock()
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
