"""The messages of a feed log as they are in the file, without a copy."""

import mmap
from pathlib import Path

import numpy as np

from tradestack.report.columns.table import MISSING, Integers
from tradestack.store.named_file import open_named_file
from tradestack.wire.feed import TICK_PACKET, TICK_PACKET_LENGTH, TickRecords, is_tick_packets

# What a power failure can leave at the end is within these.
_END_MESSAGES = 65_536
# Around each message the kernel maps up to half a megabyte, which counts as memory until then.
_READS_UNTIL_RELEASE = 64


class MappedTape:
    """Message n of the session is records[n - 1]; bytes_cut: at the end, which are no messages.

    What a crash has left at its end is left out, as the gateway cuts it when it opens the log.
    """

    def __init__(self, log: Path) -> None:
        """Map the whole messages that a log has now. Raises OSError."""
        self._mapping: mmap.mmap | None = None
        self.records: TickRecords = np.zeros(0, TICK_PACKET)
        with open_named_file(log) as file:
            size = file.seek(0, 2)
            if size >= TICK_PACKET_LENGTH:
                self._mapping = mmap.mmap(file.fileno(), size, prot=mmap.PROT_READ)
                whole = np.frombuffer(self._mapping, TICK_PACKET, size // TICK_PACKET_LENGTH)
                self.records = whole[: len(whole) - _damaged_at_end(whole)]
        self.bytes_cut = size - self.records.nbytes

    def column(self, name: str, sequences: Integers) -> Integers:
        """Return a field of some messages, MISSING for those that the log does not have."""
        found = np.full(len(sequences), MISSING)
        places = np.flatnonzero((sequences > 0) & (sequences <= len(self.records)))
        for first in range(0, len(places), _READS_UNTIL_RELEASE):
            rows = places[first : first + _READS_UNTIL_RELEASE]
            found[rows] = self.records[name][sequences[rows] - 1]
            self.release()
        return found

    def release(self) -> None:
        """Release the pages that were looked at: they stay in the page cache.

        A pass through a long log would otherwise count as memory of this process.
        """
        if self._mapping is not None:
            self._mapping.madvise(mmap.MADV_DONTNEED)


def _damaged_at_end(records: TickRecords) -> int:
    is_tick = is_tick_packets(records[-_END_MESSAGES:])
    return int(is_tick[::-1].argmax()) if is_tick.any() else 0  # all damaged: that is no end
