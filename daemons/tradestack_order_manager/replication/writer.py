"""Appends to the stream, one after the other, each until its outcome is known.

Each expects the message before it to be the newest. The table is in
`tradestack.replication.append`. A message of another program is passed over: what was sent to its
place cannot be stored any more.
"""

import asyncio

from tradestack.domain.clock import Clock
from tradestack.domain.faults import OperatorFault
from tradestack.engine.faults import EngineError, Fenced, Missing, Unavailable
from tradestack.replication.append import AppendEvent, AppendState, next_state
from tradestack.replication.message import Authorship, Entry, encode_entry
from tradestack.replication.shortfall import Shortfall
from tradestack_order_manager.replication.link import RETRY_S, Link, read_entry

# An election takes longer on a busy host; then the append is sent again.
ACK_TIMEOUT_S = 2.0


class Overtaken(Exception):
    """Another process has written a message where this one was to write; entry: what it wrote."""

    def __init__(self, entry: Entry) -> None:
        author = entry.author
        super().__init__(f"host {author.host} writes the stream, epoch {author.epoch}")
        self.entry = entry


class Writer:
    """The end of the stream, as one process writes it.

    author: this process. last: the newest message, which is known to be stored. confirmed_ns:
    monotonic; until then nobody else had written, as most servers have confirmed. shortfall: the
    looks at a stream that lacks what it has stored.
    """

    def __init__(self, link: Link, author: Authorship, last: int, clock: Clock) -> None:
        self.author = author
        self.last = last
        self.confirmed_ns = clock.monotonic_ns()
        self.shortfall = Shortfall()
        self._link = link
        self._clock = clock

    async def append(self, entry: Entry) -> None:
        """Append an entry of this process; return when it is stored.

        Raises Overtaken, OperatorFault for one that is longer than the servers take.
        """
        data, headers = encode_entry(entry)
        state, others = AppendState.SENDING, entry
        while state is not AppendState.KEPT:
            if state is AppendState.FENCED:
                raise Overtaken(others)
            if state is AppendState.SENDING:
                event = await self._send(data, headers)
            else:
                event, others = await self._read_next(others)
            state = next_state(state, event)
            if event in (AppendEvent.UNKNOWN, AppendEvent.MISSING):
                await asyncio.sleep(RETRY_S)

    async def check(self) -> None:
        """Return if nobody else has written. Raises Overtaken, EngineError if that is not known."""
        stream = await self._link.stream()
        last, began_ns = self.last, self._clock.monotonic_ns()
        state = await stream.state()
        if (fault := self.shortfall.look(stream.name, stored=state.last, known=last)) is not None:
            raise Unavailable(fault)
        while state.last > last:
            last += 1
            entry = read_entry(stream.name, await stream.message(last))
            if entry is not None and entry.author.writer != self.author.writer:
                raise Overtaken(entry)
            if entry is not None:
                break  # of an append of this process, which is about to hear of it
            self._pass_over(last)
        if state.majority_age_ns is not None:
            self._confirm(began_ns - state.majority_age_ns)

    def _pass_over(self, sequence: int) -> None:
        """Go on after a message of another program, which is the one after `last`."""
        self._link.foreign.note(sequence)
        self.last = max(self.last, sequence)

    def _confirm(self, time_ns: int) -> None:
        self.confirmed_ns = max(self.confirmed_ns, time_ns)

    async def _send(self, data: bytes, headers: dict[str, str]) -> AppendEvent:
        began_ns, last = self._clock.monotonic_ns(), self.last
        try:
            stream = await self._link.stream()
            if len(data) > self._link.data_bytes_max:
                raise too_long(stream.name, len(data), self._link.data_bytes_max)
            await stream.append(data, expected_last=last, headers=headers, timeout_s=ACK_TIMEOUT_S)
        except Fenced:
            return AppendEvent.REFUSED
        except EngineError:
            return AppendEvent.UNKNOWN
        self._confirm(began_ns)
        self.last = last + 1
        return AppendEvent.KEPT

    async def _read_next(self, entry: Entry) -> tuple[AppendEvent, Entry]:
        """Read what is stored where this process was to write."""
        sequence = self.last + 1
        try:
            stream = await self._link.stream()
            message = await stream.message(sequence)
        except Missing:
            return AppendEvent.MISSING, entry
        except EngineError:
            return AppendEvent.UNKNOWN, entry
        found = read_entry(stream.name, message)
        if found is None:
            self._pass_over(sequence)
            return AppendEvent.FOREIGN, entry
        if found.author.writer != self.author.writer:
            return AppendEvent.OTHERS, found
        self.last = sequence
        return AppendEvent.OWN, found


def too_long(stream: str, length: int, bytes_max: int) -> OperatorFault:
    """Return what stops an order manager whose next message no server takes."""
    return OperatorFault(
        f"stream {stream}: max_payload",
        f"a message has {length} bytes, and the servers take {bytes_max} and the headers",
        "set max_payload: 8MB in the configuration of each server, and start the order manager",
    )
