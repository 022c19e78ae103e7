"""The ticks of all runs in one file, parsed once and mapped by every process.

    shared ticks := packet*     (64 bytes each: tradestack.wire.feed), as in a feed log

The kernel keeps one copy of the pages, however many processes read them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np

from tradestack.backtest.sweep.figures import Intervals
from tradestack.backtest.sweep.window import Window
from tradestack.report.statistics.equity import Integers, interval_ends
from tradestack.sources.source import Source
from tradestack.wire.feed import TICK_PACKET, TickRecords

# Records of which the times are looked at together, 8 MiB of them.
TIMES_TOGETHER = 1 << 20


def write_ticks(source: Source, path: Path, publish_time_ns: int) -> Iterator[int]:
    """Write all records of a source to a new file, a batch at each step; yield how many are there.

    publish_time_ns: of all of them. Raises SourceFault, OperatorFault, OSError.
    """
    count = 0
    with path.open("xb") as file:
        while (batch := source.next_batch()) is not None:
            records = batch.records.copy()
            records["publish_time_ns"] = publish_time_ns
            file.write(records.tobytes())
            count += len(records)
            yield count


class SharedTicks:
    """The records of one file, in order of event time; the file has at least one."""

    def __init__(self, records: TickRecords) -> None:
        self.records = records

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map a file that `write_ticks` wrote, and that is not empty. Raises OSError."""
        return cls(np.memmap(path, TICK_PACKET, "r").view(np.ndarray))

    @property
    def span(self) -> Window:
        """The time from the first record to just after the last."""
        times = self.records["event_time_ns"]
        return Window(int(times[0]), int(times[-1]) + 1)

    def first_number(self, time_ns: int) -> int:
        """Return how many records are before this time."""
        return int(np.searchsorted(self.records["event_time_ns"], time_ns, "left"))

    def write_window(self, window: Window, path: Path) -> None:
        """Write the records of a window to a new file. Raises OSError."""
        first, end = self.first_number(window.start_ns), self.first_number(window.end_ns)
        with path.open("xb") as file:
            self.records[first:end].tofile(file)

    def intervals(self, interval_ns: int) -> Intervals:
        """Return the intervals in which there are records."""
        times = self.records["event_time_ns"]
        found = [
            interval_ends(times[start : start + TIMES_TOGETHER].astype(np.int64), interval_ns)
            for start in range(0, len(times), TIMES_TOGETHER)
        ]
        ends: Integers = np.unique(np.concatenate(found))
        return Intervals(interval_ns, ends)
