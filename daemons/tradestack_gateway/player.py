"""A feed session published when its ticks are due: pace, pause, and waiting for disk space.

All that is due is published together, at most `BATCH_TICKS_MAX`; after `TURN_NS` all other tasks
have a turn. Clients slow nothing down: they read from the log at their own speed.
"""

import asyncio
import enum
import errno
import logging

import numpy as np

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.faults import words_of
from tradestack.observe.events import PUBLICATION_BLOCKED, PUBLICATION_RESUMED, emit
from tradestack.sessions.feed_session import FeedSession
from tradestack.sources.pace import NO_GAP, Gap, Pace, PaceKind, Plan, Schedule
from tradestack.wire.feed import TickRecords
from tradestack_gateway.publisher import Publisher

BATCH_TICKS_MAX = 8_192  # published together, 512 KiB: a few ms in which clients wait
# Batches that are due follow each other for this time before other tasks have a turn: a pass of the
# loop costs as much as a fifth of a batch.
TURN_NS = 1_000_000
LOOKAHEAD_TICKS = 1_024  # looked at in one pass for being due at a timed pace
RETRY_NS = NANOSECONDS_PER_SECOND  # until appending is tried again when the disk was full
# The loop's timers are whole milliseconds: a second wake-up a tick for the rest is not worth it.
TIMER_GRAIN_NS = 1_000_000
STALL_NS = 5 * NANOSECONDS_PER_SECOND  # a tick that is late by more is a fault of the gateway

logger = logging.getLogger(__name__)


class PlayEnd(enum.Enum):
    """Why a session is no longer played."""

    SOURCE_ENDED = "the source has ended"
    INTERRUPTED = "another session is to be played"


class Player:
    """Plays one feed session at a time."""

    def __init__(self, publisher: Publisher, schedule: Schedule, clock: Clock) -> None:
        self.blocked: str | None = None  # why nothing can be appended
        self.shortage: str | None = None  # of disk space: nothing is appended while there is one
        self.paused = False
        self._publisher = publisher
        self._schedule = schedule
        self._clock = clock
        self._awake: asyncio.Future[None] | None = None  # done when the present sleep is over
        self._interrupted = False
        self._due_ns: int | None = None  # monotonic: when the next pass has to be
        self._turn_began_ns = 0  # monotonic: when the loop ran other tasks last

    @property
    def pace(self) -> Pace:
        """The present pace."""
        return self._schedule.pace

    def set_pace(self, pace: Pace, max_gap_ns: int) -> None:
        """Change the pace from the next tick on."""
        self._schedule = Schedule(pace, max_gap_ns)
        self._wake()

    def pause(self) -> None:
        """Publish nothing until `resume`."""
        self.paused = True
        self._wake()

    def resume(self) -> None:
        """Publish the tick after the last one at once, and go on from there."""
        self.paused = False
        self._schedule.reset()
        self._wake()

    def interrupt(self) -> None:
        """End `play` at the next opportunity."""
        self._interrupted = True
        self._wake()

    def wait_ns(self, now_ns: int) -> int:
        """Return how long nothing will be due from this monotonic time on."""
        return 0 if self._due_ns is None else max(0, self._due_ns - now_ns)

    def gap(self, feed_session: FeedSession) -> Gap:
        """Return the gap between the last tick and the next one, as far as that is known."""
        event_time_ns = feed_session.next_event_time_ns
        return NO_GAP if event_time_ns is None else self._schedule.gap(event_time_ns)

    def overdue(self, now_ns: int) -> bool:
        """Return whether a pass should have happened STALL_NS before this monotonic time."""
        return self._due_ns is not None and now_ns - self._due_ns > STALL_NS

    async def play(self, feed_session: FeedSession) -> PlayEnd:
        """Publish the session until its source ends or `interrupt`. Raises SourceFault."""
        self._interrupted = False
        self._schedule.reset()
        try:
            while not self._interrupted:
                if self.paused:
                    await self._sleep(None)
                    continue
                wait_ns = self._step(feed_session, self._now_ns())
                if wait_ns is None:
                    return PlayEnd.SOURCE_ENDED
                await self._sleep(wait_ns)
        finally:
            self._due_ns = None
        return PlayEnd.INTERRUPTED

    def _now_ns(self) -> int:
        """Return monotonic time; that of the tick waited for if the timer was a little early."""
        now_ns = self._clock.monotonic_ns()
        if self._due_ns is not None and 0 < self._due_ns - now_ns <= TIMER_GRAIN_NS:
            return self._due_ns
        return now_ns

    def _step(self, feed_session: FeedSession, now_ns: int) -> int | None:
        """Publish what is due and return the ns to wait then; None at the end of the source."""
        try:
            records = feed_session.pending(now_ns)
            if records is None:
                return None
            if not len(records):
                return 0
            plan = self._plan(records, now_ns)
            if plan.count:
                if self.shortage is not None:
                    raise OSError(errno.ENOSPC, self.shortage)
                self._publisher.publish(feed_session, plan.count)
        except OSError as error:
            self._block(error)
            return RETRY_NS
        self._schedule.advance(plan)
        if plan.count:
            self._unblock()
        return plan.wait_ns

    def _plan(self, records: TickRecords, now_ns: int) -> Plan:
        ahead = records[: BATCH_TICKS_MAX if self.pace.kind is PaceKind.MAX else LOOKAHEAD_TICKS]
        return self._schedule.plan(ahead["event_time_ns"].astype(np.int64), now_ns)

    def _block(self, error: OSError) -> None:
        if self.blocked is None:
            emit(logger, PUBLICATION_BLOCKED, reason=words_of(error))
        self.blocked = words_of(error)
        self._schedule.reset()

    def _unblock(self) -> None:
        if self.blocked is not None:
            emit(logger, PUBLICATION_RESUMED, after=self.blocked)
            self.blocked = None

    async def _sleep(self, wait_ns: int | None) -> None:
        """Sleep for `wait_ns` or until a command changes something; yield to the loop in time."""
        now_ns = self._clock.monotonic_ns()
        self._due_ns = None if wait_ns is None else now_ns + wait_ns
        if wait_ns is not None and wait_ns <= 0:
            if now_ns - self._turn_began_ns >= TURN_NS:
                await asyncio.sleep(0)
                self._turn_began_ns = self._clock.monotonic_ns()
            return
        # A future and a timer: asyncio.timeout around an event costs five times as much, and this
        # is done for every tick.
        loop = asyncio.get_running_loop()
        self._awake = loop.create_future()
        timer = None
        if wait_ns is not None:
            timer = loop.call_later(wait_ns / NANOSECONDS_PER_SECOND, self._wake)
        try:
            await self._awake
        finally:
            if timer is not None:
                timer.cancel()
        self._turn_began_ns = self._clock.monotonic_ns()

    def _wake(self) -> None:
        if self._awake is not None and not self._awake.done():
            self._awake.set_result(None)
