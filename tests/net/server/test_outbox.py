"""Outbox: chunks of a stream, packets beside it, their order."""

import contextlib
import errno
import os

import pytest

from tests.kit.net import MemoryStream, Net
from tests.net.server.outboxes import Owner, outbox_and_peer, socket_pair
from tradestack.net.server.outbox import Outbox, OutboxFull
from tradestack.wire import soup

CHUNK_BYTES_MAX = 100


class UnreadableStream(MemoryStream):
    """A stream on a disk that fails."""

    def read(self, sequence: int, bytes_max: int) -> tuple[bytes, int]:
        """Fail."""
        raise OSError(errno.EIO, os.strerror(errno.EIO))


async def test_nothing_is_due_without_a_stream() -> None:
    """Before the login an outbox has nothing to send."""
    with outbox_and_peer() as (outbox, owner, _):
        has_more = outbox.pump(CHUNK_BYTES_MAX)

        assert not has_more
        assert not outbox.is_behind
        assert (outbox.lag, outbox.bytes_sent, owner.reports) == (0, 0, [])


async def test_lag_counts_the_messages_that_were_not_read(net: Net) -> None:
    """The lag falls to 0 at the head, and is 0 beyond it."""
    stream = net.memory_stream()
    stream.append(b"one", b"two", b"three")
    with outbox_and_peer() as (outbox, _, _):
        outbox.follow(stream, 2)
        lag_before = outbox.lag
        outbox.pump(CHUNK_BYTES_MAX)
        lag_after = outbox.lag
        outbox.follow(stream, 9)

        assert (lag_before, lag_after, outbox.lag) == (2, 0, 0)


async def test_packets_beside_the_stream_come_first_and_have_a_limit(net: Net) -> None:
    """The login's answer is sent before the first message; beyond the limit nothing is queued."""
    stream = net.memory_stream()
    stream.append(b"one")
    with outbox_and_peer() as (outbox, _, peer):
        outbox.follow(stream, 1)
        outbox.add(b"A" * 10, bytes_max=10)

        with pytest.raises(OutboxFull):
            outbox.add(b"B", bytes_max=10)
        outbox.pump(CHUNK_BYTES_MAX)

        assert peer.recv(1_000) == b"A" * 10 + stream.packets[0]


async def test_an_ended_stream_is_followed_by_one_end_of_session(net: Net) -> None:
    """After the last message Z is sent once, the owner is notified once, and nothing is due."""
    stream = net.memory_stream()
    stream.append(b"one")
    stream.ended = True
    with outbox_and_peer() as (outbox, owner, peer):
        outbox.follow(stream, 1)
        outbox.pump(CHUNK_BYTES_MAX)
        outbox.pump(CHUNK_BYTES_MAX)

        assert peer.recv(1_000) == stream.packets[0] + soup.END_OF_SESSION
        assert owner.reports == ["finished"]
        assert not outbox.is_behind


async def test_the_last_packet_replaces_the_stream(net: Net) -> None:
    """After `finish` nothing of the stream is sent, and the owner is notified."""
    stream = net.memory_stream()
    stream.append(b"one")
    with outbox_and_peer() as (outbox, owner, peer):
        outbox.follow(stream, 1)
        outbox.finish(b"rejected")
        outbox.pump(CHUNK_BYTES_MAX)

        assert peer.recv(1_000) == b"rejected"
        assert owner.reports == ["finished"]


async def test_a_turn_ends_when_more_than_half_of_its_budget_is_used(net: Net) -> None:
    """A replay sends one chunk a turn, and says that it could go on."""
    stream = net.memory_stream()
    stream.append(*[bytes(57)] * 3)  # 60 bytes each with the header
    with outbox_and_peer() as (outbox, _, _):
        outbox.follow(stream, 1)

        turns = [(outbox.pump(CHUNK_BYTES_MAX), outbox.bytes_sent) for _ in range(3)]

    assert turns == [(True, 60), (True, 120), (False, 180)]


async def test_a_full_socket_is_blocked_until_it_is_writable_again(net: Net) -> None:
    """The owner is notified when the socket accepts bytes again, and nothing is lost."""
    stream = net.memory_stream()
    stream.append(*[bytes(30_000)] * 40)
    with outbox_and_peer() as (outbox, owner, peer):
        outbox.follow(stream, 1)
        while outbox.pump(100_000):
            pass
        assert outbox.blocked
        received = bytearray()

        while len(received) < 40 * 30_003:
            with contextlib.suppress(BlockingIOError):
                received += peer.recv(1 << 20)
            if outbox.blocked:
                await owner.changed.wait()
                owner.changed.clear()
            outbox.pump(100_000)

        assert received == b"".join(stream.packets)
        assert set(owner.reports) == {"sendable"}


async def test_a_broken_socket_is_reported_with_its_error(net: Net) -> None:
    """A send to a closed peer ends the turn, and the owner learns why."""
    stream = net.memory_stream()
    stream.append(b"one")
    with outbox_and_peer() as (outbox, owner, peer):
        peer.close()
        outbox.follow(stream, 1)

        assert not outbox.pump(CHUNK_BYTES_MAX)
        assert owner.reports == ["broken: Broken pipe"]


async def test_sending_is_timed_by_the_monotonic_clock(net: Net) -> None:
    """`sent_ns` is when the socket last accepted bytes; who is behind longer is neglected."""
    clock, owner, stream = net.fake_clock(), Owner(), net.memory_stream()
    stream.append(b"one")
    with socket_pair() as (ours, _):
        outbox = Outbox(ours, owner, clock)
        outbox.follow(stream, 1)
        clock.now_ns += 5
        neglected = [outbox.is_neglected(clock.now_ns, patience_ns) for patience_ns in (5, 6)]
        outbox.pump(CHUNK_BYTES_MAX)

        assert neglected == [True, False]
        assert outbox.sent_ns == clock.now_ns
        assert not outbox.is_neglected(clock.now_ns + 5, 5)


async def test_a_farewell_follows_what_waits_beside_the_stream() -> None:
    """The login's answer that still waits is sent first: no packet may precede it."""
    with outbox_and_peer() as (outbox, _, peer):
        outbox.add(b"answer", bytes_max=100)

        outbox.send_farewell(b" why")

        assert peer.recv(100) == b"answer why"


async def test_a_farewell_is_dropped_inside_a_packet(net: Net) -> None:
    """While the socket holds a part of a packet, only the rest of that packet may follow."""
    stream = net.memory_stream()
    stream.append(*[bytes(30_000)] * 40)
    with outbox_and_peer() as (outbox, _, peer):
        outbox.follow(stream, 1)
        while outbox.pump(100_000):
            pass
        outbox.send_farewell(b"why")
        received = bytearray()
        with contextlib.suppress(BlockingIOError):
            while True:
                received += peer.recv(1 << 20)

        assert outbox.blocked
        assert b"".join(stream.packets).startswith(received)


async def test_a_closed_outbox_sends_nothing(net: Net) -> None:
    """What waited is dropped, and neither a stream nor its end is sent."""
    stream = net.memory_stream()
    stream.append(b"one")
    with outbox_and_peer() as (outbox, owner, peer):
        outbox.follow(stream, 1)
        outbox.add(b"beside", bytes_max=100)
        outbox.close()
        outbox.pump(CHUNK_BYTES_MAX)

        with pytest.raises(BlockingIOError):
            peer.recv(1)
        assert owner.reports == []


async def test_an_unreadable_stream_ends_its_connection_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The file of one session is damaged; the server goes on, and the log has an error."""
    with outbox_and_peer() as (outbox, owner, _):
        stream = UnreadableStream()
        stream.append(b"x")
        outbox.follow(stream, 1)

        has_more = outbox.pump(CHUNK_BYTES_MAX)

    assert not has_more
    assert owner.reports == ["broken: Input/output error"]
    assert f"session={stream.session_id}: [Errno 5] Input/output error" in caplog.text
