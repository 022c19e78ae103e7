"""A feed as an asynchronous iterator of events, with a bounded number of them waiting."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Protocol, Self

from tradestack.net.client.feed_listener import EndReason, FeedListener
from tradestack.wire.feed import TickBatch

# Events that wait for a slow consumer; a batch is a part of one receive, so this is some 8 MiB.
EVENTS_WAITING_MAX = 64


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """What follows belongs to this feed session, from this number on."""

    session_id: str
    sequence: int


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """Nothing more comes of this feed session; last_sequence is the last number delivered."""

    session_id: str
    last_sequence: int
    reason: EndReason


FeedEvent = TickBatch | SessionStarted | SessionEnded


class PausableFeed(Protocol):
    """The FeedClient that the events come from."""

    async def run(self, listener: FeedListener) -> None:
        """Call the listener until cancelled."""

    def pause_reading(self) -> None:
        """Read nothing more."""

    def resume_reading(self) -> None:
        """Read again."""


class FeedEvents(FeedListener):
    """The events of a feed in order; reading pauses while too many of them wait.

    Iterating raises what ended the feed, and stops after `close`.
    """

    def __init__(self, feed: PausableFeed) -> None:
        self._feed = feed
        self._waiting: deque[FeedEvent] = deque()
        self._changed = asyncio.Event()
        self._is_paused = False
        self._task = asyncio.create_task(feed.run(self), name="feed events")
        self._task.add_done_callback(lambda _: self._changed.set())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> FeedEvent:
        while not self._waiting:
            if self._task.cancelled():
                raise StopAsyncIteration
            if self._task.done():
                self._task.result()
            self._changed.clear()
            await self._changed.wait()
        event = self._waiting.popleft()
        if self._is_paused and len(self._waiting) <= EVENTS_WAITING_MAX // 2:
            self._is_paused = False
            self._feed.resume_reading()
        return event

    def close(self) -> None:
        """End the iteration once the waiting events are consumed."""
        self._task.cancel()

    def on_session_started(self, session_id: str, sequence: int) -> None:
        """Queue a SessionStarted."""
        self._put(SessionStarted(session_id, sequence))

    def on_ticks(self, batch: TickBatch) -> None:
        """Queue the batch."""
        self._put(batch)
        if len(self._waiting) >= EVENTS_WAITING_MAX and not self._is_paused:
            self._is_paused = True
            self._feed.pause_reading()

    def on_session_ended(self, session_id: str, last_sequence: int, reason: EndReason) -> None:
        """Queue a SessionEnded."""
        self._put(SessionEnded(session_id, last_sequence, reason))

    def _put(self, event: FeedEvent) -> None:
        self._waiting.append(event)
        self._changed.set()
