"""Deadlines, as a function of time, and on the real sockets of a server."""

import asyncio
import socket
import struct

import pytest

from tests.kit.net import Net
from tests.net.streamed import accepted, fail, filled, sequenced
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.server.deadlines import Deadlines
from tradestack.net.server.failed_logins import FAILURES_MAX
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.states import State
from tradestack.runtime.process.fail_points import JumpingClock
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.soup import Packet, PacketType

LIMITS = SessionLimits(
    login_deadline_ns=5 * NANOSECONDS_PER_SECOND,
    client_silence_max_ns=15 * NANOSECONDS_PER_SECOND,
    client_stall_max_ns=60 * NANOSECONDS_PER_SECOND,
)


@pytest.mark.parametrize(
    ("state", "kept_s", "missed_s", "reason"),
    [
        (State.AWAITING_LOGIN, 4.9, 5, CloseReason.LOGIN_TIMEOUT),
        (State.CHECKING_LOGIN, 10**6, None, None),
        (State.STREAMING, 14.9, 15, CloseReason.CLIENT_SILENT),
        (State.DRAINING, 4.9, 5, CloseReason.CLIENT_STALLED),
        (State.CLOSED, 10**6, None, None),
    ],
)
def test_each_state_has_its_deadline(
    state: State, kept_s: float, missed_s: float | None, reason: CloseReason | None
) -> None:
    """Deadlines count from the beginning of the state, or from the last received bytes."""

    def missed(after_s: float) -> CloseReason | None:
        now_ns = int(after_s * NANOSECONDS_PER_SECOND)
        deadlines = Deadlines(0)
        close = deadlines.missed(state, now_ns, LIMITS, is_reading=True, blocked_since_ns=None)
        return None if close is None else close.reason

    assert missed(kept_s) is None
    assert missed_s is None or missed(missed_s) is reason


def test_a_client_with_a_full_socket_has_a_deadline_of_its_own() -> None:
    """It counts from the last accepted bytes, whatever the client sends."""
    deadlines, now_ns = Deadlines(0), 100 * NANOSECONDS_PER_SECOND
    deadlines.received_ns = now_ns
    missed = [
        deadlines.missed(
            State.STREAMING,
            now_ns,
            LIMITS,
            is_reading=True,
            blocked_since_ns=now_ns - blocked_s * NANOSECONDS_PER_SECOND,
        )
        for blocked_s in (59, 60)
    ]

    assert missed[0] is None
    assert missed[1] is not None
    assert missed[1].reason is CloseReason.CLIENT_STALLED


def test_an_accepted_client_may_drain_as_long_as_it_may_stall() -> None:
    """After Z its socket can still be full; a rejected client has one packet to read."""
    deadlines, now_ns = Deadlines(0), 59 * NANOSECONDS_PER_SECOND
    deadlines.accepted(heartbeat_timeout_ms=None)

    assert not deadlines.missed(
        State.DRAINING, now_ns, LIMITS, is_reading=True, blocked_since_ns=None
    )


async def test_an_idle_server_sends_h_every_second(net: Net) -> None:
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
        running.server.scheduler.wake()
        assert await client.packet() == sequenced(b"one")
        running.let_time_pass(0.75)
        handler.current.append(b"two")
        running.server.scheduler.wake()
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
async def test_a_silent_client_is_disconnected(
    net: Net, timeout: bytes, lives_s: float, dies_s: float
) -> None:
    """After 15 s, or the 4.10 login's timeout between 1 and 60 s; any bytes end the silence."""
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

        assert handler.left[0][1] == Close(CloseReason.CLIENT_SILENT, f"silent for {dies_s} s")


async def test_silence_does_not_count_while_reading_is_paused(net: Net) -> None:
    """The heartbeats of a client that is not read, for its rate or its unread answers, wait."""
    handler, clock = filled(net), net.fake_clock()
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address) as client,
    ):
        await client.log_in(1)
        inbox = handler.joined[0]._inbox
        inbox.pause()
        running.let_time_pass(20)
        inbox.watch()
        running.let_time_pass(14)

        assert handler.left == []


async def test_time_in_which_the_server_was_suspended_counts_against_no_client(net: Net) -> None:
    """After a minute of suspension the clients are still connected."""
    handler, clock = filled(net), net.fake_clock()
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address) as client,
    ):
        await client.log_in(1)
        clock.now_ns += 60 * 10**9
        running.server.check_deadlines(clock.now_ns)

        assert handler.left == []


async def test_a_client_that_accepts_nothing_while_behind_is_disconnected(net: Net) -> None:
    """After client_stall_max, although it still sends heartbeats."""
    handler, clock = filled(net, *[bytes(30_000)] * 500), net.fake_clock()
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address, receive_buffer_bytes=4096) as client,
    ):
        await client.log_in(1)
        await handler.until(lambda: bool(handler.joined))
        while not handler.joined[0].outbox.blocked:
            await asyncio.sleep(0)
        for _ in range(59):
            running.let_time_pass(1)
            await client.send_packet(PacketType.CLIENT_HEARTBEAT)
            while handler.joined[0]._deadlines.received_ns < clock.now_ns:
                await asyncio.sleep(0)
        assert handler.left == []
        running.let_time_pass(1.25)

        text = "behind, and accepted no byte for 60 s"
        assert handler.left[0][1] == Close(CloseReason.CLIENT_STALLED, text)


async def test_a_client_that_was_reset_is_noticed_without_sending(net: Net) -> None:
    """The next check of deadlines finds it."""
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

        text = "connection lost: Connection reset by peer"
        assert handler.left[0][1] == Close(CloseReason.CONNECTION_LOST, text)


async def test_stalled_names_a_client_that_could_be_served_and_is_not(net: Net) -> None:
    """For the watchdog: behind, writable, and nothing was sent for longer than the patience."""
    handler, clock = filled(net), net.fake_clock()
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address) as client,
    ):
        await client.log_in(1)
        clock.now_ns += 5 * 10**9
        assert running.server.stalled(clock.now_ns, 10**9) is None
        handler.current.append(b"forgotten")  # and the scheduler was not woken

        assert "behind by 1 messages" in str(running.server.stalled(clock.now_ns, 10**9))


@pytest.mark.parametrize("jump_s", [-365 * 86_400, 365 * 86_400])
async def test_a_wall_clock_that_jumps_misses_no_deadline(net: Net, jump_s: int) -> None:
    """No client is silent, stalled or late to log in because the wall clock was set."""
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

        assert [connection.user for connection in running.server.connections] == ["news"]
        assert await client.packet() == sequenced(b"one")
        assert accepted(await hesitating.log_in(1)).sequence == 1
