"""The primary's side: each journalled entry goes to the stream, then to the file.

Twice a second it looks at the stream's end, so that it learns within a second that another order
manager has taken over. What it says to a standby in the same second (`alive.py`) it says only after
such a look has succeeded.

What it answers beside the stream (the status of an order) is true only while nobody else writes it.
So it answers nothing when that was confirmed too long ago: by an append, or by a look at a leader
that most servers follow. Another order manager that takes over waits for as long before it serves.
"""

import asyncio
from collections.abc import Callable

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.engine.faults import EngineError
from tradestack.replication.backlog import BACKLOG_BYTES_MAX, Backlog
from tradestack.replication.message import Authorship, JournalEntry
from tradestack.store.journal import JOURNAL_SUFFIX
from tradestack_order_manager.replication.alive import say_alive
from tradestack_order_manager.replication.link import Link
from tradestack_order_manager.replication.writer import Writer

LOOK_INTERVAL_S = 0.5
# Of an append: then messages are refused, so that their senders know; those before it still wait.
STALL_NS_MAX = 2 * NANOSECONDS_PER_SECOND
# Two heartbeats of the stream's leader, a look, and a second look for one that comes late.
UNCONFIRMED_NS_MAX = 4 * NANOSECONDS_PER_SECOND
# An election is over by then, and a lost connection noticed: who waits for that stays logged in.
CUT_OFF_NS = 15 * NANOSECONDS_PER_SECOND
UNCONFIRMED = "most servers of the stream do not answer: another host may have taken over"


class Publisher:
    """Sends the backlog of a primary."""

    def __init__(self, writer: Writer, link: Link, clock: Clock) -> None:
        self.backlog = Backlog(self._added, link.data_bytes_max)
        self._on_fault: Callable[[str | None], None] = lambda _: None
        self._writer = writer
        self._link = link
        self._clock = clock
        self._is_added = asyncio.Event()
        self._sending_since_ns: int | None = None  # monotonic
        self._fault: str | None = None

    @property
    def epoch(self) -> int:
        """The epoch of this primary."""
        return self._writer.author.epoch

    @property
    def author(self) -> Authorship:
        """This primary, as the stream knows it."""
        return self._writer.author

    @property
    def last(self) -> int:
        """The newest message of the stream that is known to be stored."""
        return self._writer.last

    def follow_faults(self, on_fault: Callable[[str | None], None]) -> None:
        """Call `on_fault` with the reason why nothing can be journalled, None when it can."""
        self._on_fault = on_fault

    @property
    def is_confirmed(self) -> bool:
        """Whether nobody else can serve."""
        return self._unconfirmed_ns <= UNCONFIRMED_NS_MAX

    @property
    def is_cut_off(self) -> bool:
        """Whether clients had better look for another order manager."""
        return self._unconfirmed_ns > CUT_OFF_NS

    @property
    def _unconfirmed_ns(self) -> int:
        return self._clock.monotonic_ns() - self._writer.confirmed_ns

    async def send(self) -> None:
        """Send what is appended. Raises Overtaken, OperatorFault, OSError."""
        while True:
            await self._is_added.wait()
            self._is_added.clear()
            while appends := self.backlog.take():
                self._sending_since_ns = self._clock.monotonic_ns()
                first = appends[0]
                entry = JournalEntry(
                    author=self._writer.author,
                    session=first.file.path.name.removesuffix(JOURNAL_SUFFIX),
                    offset=first.offset,
                    lines=b"".join(append.lines for append in appends),
                )
                await self._writer.append(entry)
                self._sending_since_ns = None
                self.backlog.keep()
                self.look()

    async def watch(self) -> None:
        """Look at the stream and tell the standby. Raises Overtaken, OperatorFault."""
        while True:
            try:
                await self._writer.check()
                if self.look() is None:
                    await say_alive(await self._link.connection(), self._link.name, self._writer)
            except EngineError:
                self.look()  # link.py has logged it; the next append will wait for the stream
            await asyncio.sleep(LOOK_INTERVAL_S)

    def _added(self) -> None:
        self._is_added.set()

    @property
    def _is_stalled(self) -> bool:
        since_ns = self._sending_since_ns
        return since_ns is not None and self._clock.monotonic_ns() - since_ns > STALL_NS_MAX

    def look(self) -> str | None:
        """Return why nothing can be journalled or answered, as known now; None if it can."""
        fault = None
        if not self.is_confirmed:
            fault = self._link.fault or self._writer.shortfall.fault or UNCONFIRMED
        elif self._is_stalled or self.backlog.size_bytes > BACKLOG_BYTES_MAX:
            fault = self._link.fault or "the stream does not answer"
        if fault != self._fault:
            self._fault = fault
            self._on_fault(fault)
        return fault
