"""The progress of many runs: in the last row of a terminal, elsewhere a line for every tenth.

12 of 40 runs, 3 min 5 s left | 1 failed
"""

from tradestack.ctl.durations import duration_text
from tradestack.ctl.up.display.screen import Screen
from tradestack.ctl.up.display.summary import fitted
from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock

TENTHS = 10


class ShownRuns:
    """The runs of one pool."""

    def __init__(self, screen: Screen, clock: Clock, what: str, total: int) -> None:
        """Begin to count. what: the noun for one of them, "run"."""
        self._screen = screen
        self._clock = clock
        self._what = what
        self._total = total
        self._began_ns = clock.monotonic_ns()
        self._done = self._failed = 0

    def add(self, *, failed: bool) -> None:
        """Count one more that is done."""
        tenth = self._tenth
        self._done += 1
        self._failed += failed
        elapsed_s = (self._clock.monotonic_ns() - self._began_ns) / NANOSECONDS_PER_SECOND
        parts = run_parts(self._what, self._done, self._total, self._failed, elapsed_s)
        self._screen.status(fitted(parts, self._screen.columns))
        if not self._screen.is_terminal and self._tenth > tenth:
            self._screen.line(" | ".join(parts))

    @property
    def _tenth(self) -> int:
        return TENTHS * self._done // self._total


def run_parts(what: str, done: int, total: int, failed: int, elapsed_s: float) -> list[str]:
    """Return the parts of the line that is shown, the most telling first; done: at least 1."""
    left = duration_text(elapsed_s * (total - done) / done)
    parts = [f"{done:,} of {total:,} {what}s" + (f", {left} left" if done < total else "")]
    return [*parts, f"{failed:,} failed"] if failed else parts
