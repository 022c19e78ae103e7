"""When messages were published, and whether each place of the log has one."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.wire.feed import TickRecords, is_tick_packets


@dataclass(slots=True)
class Publication:
    """What is counted over consecutive blocks of messages.

    per_second: messages by second of the wall clock.
    """

    count: int = 0
    gaps: int = 0
    first_ns: int | None = None
    last_ns: int | None = None
    per_second: Counter[int] = field(default_factory=Counter)

    def add(self, records: TickRecords) -> None:
        """Add the next messages; at least one."""
        times_ns = records["publish_time_ns"].astype(np.int64)
        if self.first_ns is None:
            self.first_ns = int(times_ns[0])
        self.last_ns = int(times_ns[-1])
        self.count += len(records)
        self.gaps += len(records) - int(np.count_nonzero(is_tick_packets(records)))
        seconds, counts = np.unique(times_ns // NANOSECONDS_PER_SECOND, return_counts=True)
        self.per_second.update(dict(zip(seconds.tolist(), counts.tolist(), strict=True)))

    @property
    def per_second_mean(self) -> float | None:
        """Messages ÷ seconds from the first publication to the last; None if there is no time."""
        if self.first_ns is None or self.last_ns is None or self.last_ns <= self.first_ns:
            return None
        return self.count * NANOSECONDS_PER_SECOND / (self.last_ns - self.first_ns)

    @property
    def busiest_second(self) -> int:
        """The most messages of a second; 0 of none."""
        return max(self.per_second.values(), default=0)
