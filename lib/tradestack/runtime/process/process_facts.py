"""Facts about the process for the stats: pid, age, CPU, memory; and the machine's boot."""

import os
import resource
from dataclasses import dataclass
from pathlib import Path

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.times import format_utc

_SMAPS_ROLLUP = Path("/proc/self/smaps_rollup")
_STATM = Path("/proc/self/statm")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(slots=True, kw_only=True)
class ProcessFacts:
    """The start of the process by both clocks, and its size, which is read once a second at most.

    The kernel looks at every page for it, and a request for the stats must not slow the daemon.
    """

    clock: Clock
    start_wall_ns: int
    start_monotonic_ns: int
    _pss_bytes: int | None = None
    _pss_read_ns: int | None = None

    @classmethod
    def begin(cls, clock: Clock) -> "ProcessFacts":
        """Take the facts of a process that starts now."""
        return cls(
            clock=clock,
            start_wall_ns=clock.wall_ns(),
            start_monotonic_ns=clock.monotonic_ns(),
        )

    def stats(self) -> dict[str, object]:
        """Return pid, start_time (UTC), uptime_s, CPU and memory (None if it cannot be read)."""
        uptime_ns = self.clock.monotonic_ns() - self.start_monotonic_ns
        usage = resource.getrusage(resource.RUSAGE_SELF)
        rss_bytes = read_rss_bytes()
        return {
            "pid": os.getpid(),
            "start_time": format_utc(self.start_wall_ns),
            "uptime_s": round(uptime_ns / NANOSECONDS_PER_SECOND, 3),
            "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 3),
            "rss_bytes": rss_bytes,
            # The kernel notes the peak a little late.
            "rss_peak_bytes": max(usage.ru_maxrss * 1024, rss_bytes or 0),
            "pss_bytes": self._recent_pss_bytes(),
        }

    def _recent_pss_bytes(self) -> int | None:
        now_ns = self.clock.monotonic_ns()
        if self._pss_read_ns is None or now_ns - self._pss_read_ns >= NANOSECONDS_PER_SECOND:
            self._pss_read_ns = now_ns
            self._pss_bytes = read_pss_bytes()
        return self._pss_bytes


def read_boot_id(path: Path = _BOOT_ID) -> str | None:
    """Read the id of the machine's present boot, as 32 hexadecimal digits."""
    try:
        return path.read_text(encoding="ascii").strip().replace("-", "")
    except OSError:
        return None  # a sandbox that hides the file


def read_rss_bytes(path: Path = _STATM) -> int | None:
    """Read the resident set size: memory, with all of what is shared."""
    try:
        return int(path.read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    except OSError:
        return None  # a sandbox that hides the file


def read_pss_bytes(path: Path = _SMAPS_ROLLUP) -> int | None:
    """Read the proportional set size: private memory and a share of what is shared."""
    try:
        text = path.read_text(encoding="ascii")
    except OSError:
        return None  # an old kernel, or a sandbox that hides the file
    lines = (line.split() for line in text.splitlines() if line.startswith("Pss:"))
    return next((int(fields[1]) * 1024 for fields in lines), None)
