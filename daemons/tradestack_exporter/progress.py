"""What people see of the exports of a process, one after the other."""

import enum
from dataclasses import dataclass

from tradestack.domain.clock import NANOSECONDS_PER_MICROSECOND


class State(enum.StrEnum):
    """The state of the export, as stats and metrics name it."""

    CONNECTING = "connecting"  # to the first server
    EXPORTING = "exporting"
    SPARE = "spare"  # another exporter writes the stream
    FAULT = "fault"  # server_fault says why


@dataclass(slots=True)
class Progress:
    """Where the export is, and what was done since the start of the process.

    spare: another exporter writes the stream. has_turn: this one has written last, as far as it
    knows. waiting: why the feed cannot be exported yet.
    """

    session_id: str | None = None
    spare: bool = False
    has_turn: bool = False
    waiting: str = ""
    head: int = 0  # the newest message that the stream has
    lag_ns: int = 0  # from its publication to the server's answer
    messages: int = 0
    slabs: int = 0
    size_bytes: int = 0
    sessions_sealed: int = 0
    sessions_removed: int = 0

    @property
    def lag_us(self) -> float:
        """The lag in microseconds."""
        return self.lag_ns / NANOSECONDS_PER_MICROSECOND
