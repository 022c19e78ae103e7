"""The order in which connections send, so that none of them delays another.

When a stream has grown, its owner calls `serve_live`, which gives one connection of every user that
is up to date what is new at once, or `wake`, which does it at the end of the loop's pass. Further
ones of the same user are served in the next pass, a limited number in each. So a user with many
connections delays those of others by one of them, and by what one pass sends to the rest.

Connections that are further behind, or have just become writable again, wait in a queue. It is
served once a pass after the live ones, in turns, within a budget of bytes: replays delay a live
connection by at most that budget.
"""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import islice, zip_longest
from typing import Protocol

from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.outbox import Outbox


class SchedulerOwner(Protocol):
    """The server whose connections are scheduled."""

    @property
    def limits(self) -> SessionLimits:
        """The limits that hold now."""
        ...


class Scheduler:
    """The turns of a server's outboxes."""

    def __init__(self, owner: SchedulerOwner) -> None:
        self._owner = owner
        self._followers: dict[str, list[Outbox]] = {}  # by user, in the order of their logins
        self._live_order: tuple[tuple[str, Outbox], ...] = ()  # all of them, users in turns
        self._further: dict[Outbox, None] = {}  # of users of whom one was served at once
        self._queue: dict[Outbox, None] = {}
        self._has_grown = False
        self._is_pass_due = False

    def add(self, outbox: Outbox, user: str) -> None:
        """Serve this outbox of a user, which follows a stream, whenever streams have grown."""
        self._followers.setdefault(user, []).append(outbox)
        self._live_order = _in_turns(self._followers)

    def remove(self, outbox: Outbox, user: str) -> None:
        """Serve this outbox no longer; it may never have followed a stream."""
        self._further.pop(outbox, None)
        self._queue.pop(outbox, None)
        own = self._followers.get(user, [])
        if outbox in own:
            own.remove(outbox)
            if not own:
                del self._followers[user]
            self._live_order = _in_turns(self._followers)

    def queue(self, outbox: Outbox) -> None:
        """Give this outbox, which has something to send, a turn in the next pass."""
        if not outbox.blocked:
            self._queue[outbox] = None
            self._schedule()

    def wake(self) -> None:
        """Serve all followers at the end of this pass: streams have grown or ended."""
        self._has_grown = True
        self._schedule()

    def serve_live(self) -> None:
        """Serve a follower of each user that is up to date before this returns.

        For a stream that has grown by all that is due now: a pass of the loop would add 15 µs.
        """
        turn_bytes = self._owner.limits.send_chunk_bytes_max
        served: set[str] = set()
        for user, outbox in self._live_order:
            if outbox.blocked or outbox in self._queue:
                continue
            if user in served:
                self._further[outbox] = None
            elif outbox.pump(turn_bytes):
                self.queue(outbox)
            served.add(user)
        if self._further:
            self._schedule()

    def _schedule(self) -> None:
        if not self._is_pass_due:
            self._is_pass_due = True
            asyncio.get_running_loop().call_soon(self._pass)

    def _pass(self) -> None:
        self._is_pass_due = False
        if self._has_grown:
            self._has_grown = False
            self.serve_live()
        self._serve_further()
        self._serve_queue()
        if self._further or self._queue:
            self._schedule()

    def _serve_further(self) -> None:
        limits = self._owner.limits
        for outbox in tuple(islice(self._further, limits.further_pass_sends_max)):
            del self._further[outbox]
            is_live = not outbox.blocked and outbox not in self._queue
            if is_live and outbox.pump(limits.send_chunk_bytes_max):
                self.queue(outbox)

    def _serve_queue(self) -> None:
        limits = self._owner.limits
        unused_bytes = limits.replay_pass_bytes_max
        turn_bytes = min(unused_bytes, limits.send_chunk_bytes_max)
        for outbox in tuple(self._queue):
            if unused_bytes < turn_bytes:
                return
            self._queue.pop(outbox, None)
            bytes_sent = outbox.bytes_sent
            is_behind = outbox.pump(turn_bytes)
            unused_bytes -= outbox.bytes_sent - bytes_sent
            if is_behind:
                self._queue[outbox] = None


def _in_turns(followers: Mapping[str, Sequence[Outbox]]) -> tuple[tuple[str, Outbox], ...]:
    """Return user and first outbox of each user, then the second of each, and so on."""
    of_users = [[(user, outbox) for outbox in own] for user, own in followers.items()]
    return tuple(each for turn in zip_longest(*of_users) for each in turn if each is not None)
