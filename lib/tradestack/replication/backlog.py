"""Journal entries that the stream has not stored yet, and the actions that wait for them.

One batch is under way at a time; what comes meanwhile makes the next one. An append is divided only
where it is longer than a message may be, between two lines: as after a power cut, the stream may
then have the first part of it. The beginning of a journal is never divided.
"""

import errno
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

    added: called when there is something to send. message_bytes_max: what the servers take at once.
    size_bytes: of all appends.
    """

    def __init__(self, added: Act, message_bytes_max: int) -> None:
        self._message_bytes_max = message_bytes_max
        self.size_bytes = 0
        self._added = added
        self._waiting: deque[Append | Act] = deque()
        self._under_way: list[Append | Act] = []

    @property
    def is_empty(self) -> bool:
        """Whether everything is kept."""
        return not self._waiting and not self._under_way

    def stage(self, file: StagedFile, offset: int, lines: bytes) -> None:
        """Add an append. Raises OSError if no message can hold it."""
        for piece in divide(lines, self._message_bytes_max, is_whole=offset == 0):
            self._waiting.append(Append(file, offset, piece))
            offset += len(piece)
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

    def abandon(self) -> None:
        """Forget everything: nobody waits for it any more."""
        self._waiting.clear()
        self._under_way.clear()
        self.size_bytes = 0

    def keep(self) -> None:
        """End the batch: write its lines, and do what waits for them. Raises OSError."""
        while self._under_way:
            entry = self._under_way.pop(0)
            if isinstance(entry, Append):
                entry.file.keep(len(entry.lines))
                self.size_bytes -= len(entry.lines)
            else:
                entry()


def divide(lines: bytes, bytes_max: int, *, is_whole: bool) -> list[bytes]:
    """Lines → as few pieces of them as possible, none of them longer than `bytes_max`.

    Raises OSError for a line that is longer, and for more than one piece if it `is_whole`.
    """
    pieces = []
    begin = 0
    while len(lines) - begin > bytes_max:
        end = lines.rfind(b"\n", begin, begin + bytes_max) + 1
        if end == 0 or is_whole:
            raise OSError(
                errno.EMSGSIZE,
                f"the servers of the stream take messages of {bytes_max} bytes, and {len(lines)} "
                "are to be stored at once: set max_payload: 8MB in their configuration, and "
                "restart the order manager",
            )
        pieces.append(lines[begin:end])
        begin = end
    return [*pieces, lines[begin:]]
