"""What was appended to the journal and is not stored by the stream yet, and what waits for that.

One batch is under way at a time; what comes meanwhile makes the next one. An append is never
divided, so of a loop pass all records are in the stream, or none.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tradestack.store.staged_file import StagedFile

# Several passes together: enough for the rate of orders, little enough for an answer within
# milliseconds.
BATCH_BYTES_MAX = 256 * 1024
# Of a stream that does not answer: seconds of orders at full speed. Beyond, messages are refused.
BACKLOG_BYTES_MAX = 16 << 20


@dataclass(frozen=True, slots=True)
class Append:
    """Lines that were appended to a journal, from byte `offset` on."""

    file: StagedFile
    offset: int
    lines: bytes


Act = Callable[[], None]


class Backlog:
    """Appends that are not kept yet, oldest first, and acts that wait for those before them.

    added: called when there is something to send. size_bytes: of all appends.
    """

    def __init__(self, added: Act) -> None:
        self.size_bytes = 0
        self._added = added
        self._waiting: deque[Append | Act] = deque()
        self._under_way: list[Append | Act] = []

    @property
    def is_empty(self) -> bool:
        """Whether everything is kept."""
        return not self._waiting and not self._under_way

    def stage(self, file: StagedFile, offset: int, lines: bytes) -> None:
        """Add an append."""
        self._waiting.append(Append(file, offset, lines))
        self.size_bytes += len(lines)
        self._added()

    def when_kept(self, act: Act) -> None:
        """Call `act` when everything appended so far is kept: at once, if it is."""
        if self.is_empty:
            act()
        elif self._waiting:
            self._waiting.append(act)
        else:
            self._under_way.append(act)

    def take(self) -> Sequence[Append]:
        """Begin a batch: the appends that are to be the next message, of one journal."""
        assert not self._under_way, "a batch is under way"
        batch, size = self._under_way, 0
        while self._waiting:
            entry = self._waiting[0]
            if isinstance(entry, Append):
                first = next((each for each in batch if isinstance(each, Append)), entry)
                size += len(entry.lines)
                if first is not entry and (entry.file is not first.file or size > BATCH_BYTES_MAX):
                    break
            batch.append(self._waiting.popleft())
        return [entry for entry in batch if isinstance(entry, Append)]

    def keep(self) -> None:
        """End the batch: write its lines, and do what waits for them. Raises OSError."""
        while self._under_way:
            entry = self._under_way.pop(0)
            if isinstance(entry, Append):
                entry.file.keep(len(entry.lines))
                self.size_bytes -= len(entry.lines)
            else:
                entry()
