"""The journals on this disk, made equal to the stream before anybody is served.

The stream has what was acknowledged, so a file may lack the end of it: it is appended. It may have
nothing else: what was never stored by the stream was never written to a file either.
"""

import asyncio
import logging
from pathlib import Path
from typing import NoReturn, Self

from tradestack.domain.faults import OperatorFault
from tradestack.engine.stream import Stream
from tradestack.replication.comparison import Differs, missing_lines
from tradestack.replication.message import Authorship, Entry, JournalEntry
from tradestack.store.append_file import AppendFile
from tradestack.store.journal import CHUNK_BYTES, JOURNAL_SUFFIX
from tradestack_order_manager.replication.link import Foreign, read_entry
from tradestack_order_manager.sessions.journal_files import session_paths

logger = logging.getLogger(__name__)


class LocalCopy:
    """The journals of a state directory, beside a stream that is read from a message on.

    session_id: the newest in the stream, "" before the first. last: the newest message that was
    read, and author: who wrote it. appended_bytes: what the files lacked. ended: journals that are
    followed by another one.
    """

    def __init__(self, directory: Path, stream_name: str) -> None:
        self.session_id = ""
        self.last = 0
        self.author: Authorship | None = None
        self.appended_bytes = 0
        self.ended: list[Path] = []
        self._directory = directory
        self._stream_name = stream_name
        self._file: AppendFile | None = None
        self._end = 0  # of what the stream has of that file

    @classmethod
    async def catch_up(cls, directory: Path, stream: Stream, foreign: Foreign) -> Self:
        """Compare the newest local journal and all that follows; append what is missing.

        foreign: counts the messages of other programs. Raises OperatorFault for a difference,
        EngineError, OSError.
        """
        copy = cls(directory, stream.name)
        newest = next((path.stem for path in session_paths(directory)), "")
        state = await stream.state()
        if state.first > state.last > 0:
            await stream.message(state.last)  # Missing: everything was removed
        end = await _newest_entry(stream, state.first, state.last)
        if end is not None:
            copy.session_id, copy.author = end.session, end.author
        copy.last = await _first_of(stream, newest, state.first, state.last) - 1
        if copy.session_id and copy.session_id < newest:
            copy._refuse(newest, "is of a later order session than any there")
        try:
            if copy.last < state.last:
                reader = await stream.reader(copy.last + 1)
                while copy.last < state.last:
                    for message in await reader.next_messages():
                        copy.last = message.sequence
                        entry = read_entry(stream.name, message)
                        if entry is None:
                            foreign.note(message.sequence)
                        else:
                            copy.apply(entry, message.sequence)
                    await asyncio.sleep(0)  # what has arrived already is read without a wait
            copy.check_end()
        finally:
            copy.close()
        return copy

    def apply(self, entry: Entry, sequence: int) -> None:
        """Compare or append one entry. Raises OperatorFault, OSError."""
        self.last, self.author = sequence, entry.author
        if not isinstance(entry, JournalEntry):
            return
        if entry.session != self.session_id or self._file is None:
            self.check_end()
            if self._file is not None:
                self._file.sync()  # only the newest is compared again
                self.ended.append(self._file.path)
            self.close()
            self.session_id = entry.session
            self._file = _opened(self._path(entry.session))
        file = self._file
        try:
            local = file.read(entry.offset, len(entry.lines))
            lines = missing_lines(entry, file.size_bytes, local)
        except Differs as difference:
            self._refuse(entry.session, str(difference), sequence)
        if lines:
            file.append(lines)
            self.appended_bytes += len(lines)
        self._end = entry.offset + len(entry.lines)

    def check_end(self) -> None:
        """Raise OperatorFault if the file has more than the stream."""
        if self._file is not None and self._file.size_bytes > self._end:
            more = self._file.size_bytes - self._end
            self._refuse(self.session_id, f"has {more} bytes more", self.last)

    def close(self) -> None:
        """Close the file."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _refuse(self, session: str, difference: str, sequence: int = 0) -> NoReturn:
        place = f" (message {sequence})" if sequence else ""
        raise OperatorFault(
            str(self._path(session)),
            f"is not what stream {self._stream_name} has{place}: it {difference}",
            "if the stream is right, move the file away and start again: it is fetched again; if "
            "the stream has lost something, let the host whose journal has most go on with another "
            "replication.stream",
        )

    def _path(self, session: str) -> Path:
        return self._directory / f"{session}{JOURNAL_SUFFIX}"


def _opened(path: Path) -> AppendFile:
    """Open a journal without the unfinished line at its end, or begin it."""
    if not path.exists():
        return AppendFile.create(path)
    file = AppendFile.open(path)
    end = file.size_bytes
    while end:
        begin = max(0, end - CHUNK_BYTES)
        place = file.read(begin, end - begin).rfind(b"\n")
        end = begin + place + 1 if place >= 0 else begin
        if place >= 0:
            break
    if end < file.size_bytes:
        logger.warning("cut %d bytes of an unfinished line from %s", file.size_bytes - end, path)
        file.cut(end)
    return file


async def _newest_entry(stream: Stream, first: int, last: int) -> Entry | None:
    """Return the newest entry among those messages; None if there is none."""
    for sequence in range(last, max(first, 1) - 1, -1):
        entry = read_entry(stream.name, await stream.message(sequence))
        if entry is not None:
            return entry
    return None


async def _first_of(stream: Stream, session: str, first: int, last: int) -> int:
    """Return the first message of that session or a later one; last + 1 if there is none."""
    low, high = max(first, 1), last + 1
    while session and low < high:
        middle = (low + high) // 2
        entry = await _newest_entry(stream, low, middle)
        if entry is None or entry.session < session:
            low = middle + 1
        else:
            high = middle
    return low
