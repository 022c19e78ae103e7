"""Scheduler: connections that are up to date come first, replays take turns within a budget."""

import asyncio
import contextlib
import socket
from dataclasses import dataclass, field

import pytest

from tests.kit.net import MemoryStream, Net
from tests.net.server.outboxes import Owner
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.outbox import Outbox
from tradestack.net.server.scheduler import Scheduler

# A message has 1,000 bytes with its header: a turn is one message, a pass serves two turns.
LIMITS = SessionLimits(send_chunk_bytes_max=1_000, replay_pass_bytes_max=2_000)
PAYLOAD = bytes(997)


@dataclass
class Scene:
    """A scheduler and outboxes that follow one stream."""

    limits: SessionLimits = LIMITS
    scheduler: Scheduler = field(init=False)
    stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(self)

    def outbox(
        self, net: Net, stream: MemoryStream, sequence: int = 1, user: str = "one"
    ) -> Outbox:
        """Return an outbox of a user that follows the stream from that number on."""
        ours, theirs = socket.socketpair()
        self.stack.enter_context(ours)
        self.stack.enter_context(theirs)
        ours.settimeout(0)
        outbox = Outbox(ours, Owner(), net.fake_clock())
        self.stack.callback(outbox.close)
        outbox.follow(stream, sequence)
        self.scheduler.add(outbox, user)
        return outbox


async def test_followers_that_are_up_to_date_are_served_before_serve_live_returns(net: Net) -> None:
    """Each has sent what was appended, without another pass of the loop."""
    scene, stream = Scene(), net.memory_stream()
    with scene.stack:
        outboxes = [scene.outbox(net, stream, user=user) for user in ("one", "two", "three")]
        stream.append(b"one")

        scene.scheduler.serve_live()

        assert [outbox.cursor for outbox in outboxes] == [2, 2, 2]


async def test_further_connections_of_a_user_delay_nobody(net: Net) -> None:
    """What is new goes to the first one at once, to the others in passes of so many sends."""
    limits = SessionLimits(further_pass_sends_max=2)
    scene, stream = Scene(limits), net.memory_stream()
    with scene.stack:
        outboxes = [scene.outbox(net, stream) for _ in range(4)]
        stream.append(b"one")
        scene.scheduler.serve_live()
        cursors = [[outbox.cursor for outbox in outboxes]]
        stream.append(b"two")
        scene.scheduler.serve_live()
        for _ in range(2):
            cursors.append([outbox.cursor for outbox in outboxes])
            await asyncio.sleep(0)
        cursors.append([outbox.cursor for outbox in outboxes])

    assert cursors == [[2, 1, 1, 1], [3, 1, 1, 1], [3, 3, 3, 1], [3, 3, 3, 3]]


async def test_users_are_served_in_turns(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only connection of the second user comes after the first one of the first user."""
    scene, stream = Scene(), net.memory_stream()
    served: list[Outbox] = []
    pump = Outbox.pump

    def noted_pump(outbox: Outbox, bytes_max: int) -> bool:
        served.append(outbox)
        return pump(outbox, bytes_max)

    monkeypatch.setattr(Outbox, "pump", noted_pump)
    with scene.stack:
        many = [scene.outbox(net, stream, user="many") for _ in range(3)]
        single = scene.outbox(net, stream, user="single")
        stream.append(b"one")

        scene.scheduler.serve_live()
        at_once = list(served)
        await asyncio.sleep(0)

        assert at_once == [many[0], single]
        assert served == [many[0], single, many[1], many[2]]


async def test_wake_serves_all_followers_at_the_end_of_the_pass(net: Net) -> None:
    """However often it is called in one pass, nothing is sent before the pass ends."""
    scene, stream = Scene(), net.memory_stream()
    with scene.stack:
        outbox = scene.outbox(net, stream)
        stream.append(b"one")
        scene.scheduler.wake()
        scene.scheduler.wake()
        cursor_before = outbox.cursor
        await asyncio.sleep(0)

        assert (cursor_before, outbox.cursor) == (1, 2)


async def test_a_replay_waits_in_the_queue_while_live_ones_are_served(net: Net) -> None:
    """`serve_live` gives an outbox that is far behind one turn, and then skips it."""
    scene, stream = Scene(), net.memory_stream()
    with scene.stack:
        stream.append(*[PAYLOAD] * 10)
        replay, live = scene.outbox(net, stream), scene.outbox(net, stream, 11, user="two")
        scene.scheduler.serve_live()
        stream.append(b"new")
        scene.scheduler.serve_live()

        assert (replay.cursor, live.cursor) == (2, 12)


async def test_replays_take_turns_within_the_budget_of_a_pass(net: Net) -> None:
    """Each pass serves two of the three, the ones that have waited longest."""
    scene, stream = Scene(), net.memory_stream()
    with scene.stack:
        stream.append(*[PAYLOAD] * 4)
        outboxes = [scene.outbox(net, stream) for _ in range(3)]
        for outbox in outboxes:
            scene.scheduler.queue(outbox)
        cursors = []
        for _ in range(3):
            await asyncio.sleep(0)
            cursors.append([outbox.cursor for outbox in outboxes])

    assert cursors == [[2, 2, 1], [3, 2, 2], [3, 3, 3]]


async def test_a_removed_outbox_is_not_served(net: Net) -> None:
    """Neither as a follower nor from the queue."""
    scene, stream = Scene(), net.memory_stream()
    with scene.stack:
        stream.append(*[PAYLOAD] * 4)
        outbox = scene.outbox(net, stream)
        scene.scheduler.queue(outbox)
        scene.scheduler.remove(outbox, "one")
        scene.scheduler.serve_live()
        await asyncio.sleep(0)

        assert outbox.cursor == 1


async def test_a_blocked_outbox_is_neither_queued_nor_served(net: Net) -> None:
    """It costs no system call until its socket is writable again."""
    scene, stream = Scene(), net.memory_stream()
    with scene.stack:
        outbox = scene.outbox(net, stream)
        outbox.blocked = True
        stream.append(b"one")
        scene.scheduler.queue(outbox)
        scene.scheduler.serve_live()
        await asyncio.sleep(0)

        assert outbox.cursor == 1
