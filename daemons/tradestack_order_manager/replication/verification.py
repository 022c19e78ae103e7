"""The comparison of the local journals with the whole stream, while the order manager runs.

At a start only the newest journal is compared, and all that follows it (local_copy.py).
"""

import asyncio
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.engine.faults import Damaged
from tradestack.replication.comparison import Differs, missing_lines
from tradestack.replication.message import JournalEntry
from tradestack.store.journal import JOURNAL_SUFFIX
from tradestack.store.named_file import open_named_file
from tradestack_order_manager.replication.control import Verified
from tradestack_order_manager.replication.link import Link, read_entry
from tradestack_order_manager.sessions.journal_files import session_paths


class Verification:
    """One comparison: up to the message that is the newest one here when it begins."""

    def __init__(self, directory: Path, last: int) -> None:
        """Note how long the journals are that belong to message `last`."""
        self._directory = directory
        self._last = last
        self._sizes = {path.stem: path.stat().st_size for path in session_paths(directory)}
        self._ends: dict[str, int] = {}  # what the stream has of each of them
        self._absent: set[str] = set()  # sessions of the stream that were removed here
        self._messages = 0
        self._bytes = 0

    async def run(self, link: Link) -> Verified:
        """Compare. Raises EngineError while the stream cannot be read."""
        try:
            await self._read(link)
            self._check_ends()
        except (Differs, Damaged, OperatorFault) as difference:
            return self._result(link.name, str(difference))
        return self._result(link.name, None)

    async def _read(self, link: Link) -> None:
        stream = await link.stream()
        state = await stream.state()
        if state.last < self._last:
            raise Differs(f"the stream ends at message {state.last}, and {self._last} were stored")
        sequence = max(1, state.first) - 1
        if sequence >= self._last:
            return
        reader = await stream.reader(sequence + 1)
        while sequence < self._last:
            for message in await reader.next_messages():
                sequence = message.sequence
                entry = read_entry(stream.name, message)
                if sequence <= self._last and isinstance(entry, JournalEntry):
                    self._compare(entry, sequence)
            await asyncio.sleep(0)  # what has arrived already is read without a wait

    def _compare(self, entry: JournalEntry, sequence: int) -> None:
        self._messages += 1
        path = self._directory / f"{entry.session}{JOURNAL_SUFFIX}"
        try:
            with open_named_file(path) as file:
                file.seek(entry.offset)
                local = file.read(len(entry.lines))
        except FileNotFoundError:
            self._absent.add(entry.session)
            return
        try:
            lacking = missing_lines(entry, entry.offset + len(local), local)
        except Differs as difference:
            raise Differs(f"{path}: it {difference} (message {sequence})") from difference
        if lacking:
            place = entry.offset + len(local)
            raise Differs(f"{path}: it lacks the bytes from {place} on (message {sequence})")
        self._bytes += len(entry.lines)
        self._ends[entry.session] = entry.offset + len(entry.lines)

    def _check_ends(self) -> None:
        """Raise Differs for a journal that has more than the stream."""
        oldest = min(self._ends, default="")
        for session, size in sorted(self._sizes.items()):
            end = self._ends.get(session)
            path = self._directory / f"{session}{JOURNAL_SUFFIX}"
            if end is not None and size > end:
                raise Differs(f"{path}: it has {size - end} bytes more than the stream")
            if end is None and oldest and session > oldest:
                raise Differs(f"{path}: the stream has nothing of this order session")

    def _result(self, stream: str, difference: str | None) -> Verified:
        return Verified(
            stream=stream,
            messages=self._messages,
            bytes=self._bytes,
            sessions=len(self._ends),
            sessions_absent=len(self._absent),
            difference=difference,
        )
