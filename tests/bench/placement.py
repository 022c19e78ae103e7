"""The processors on which the processes of a measurement run."""

import enum
import os


class Placement(enum.Enum):
    """A placement; a wake-up of an idle processor costs more than most measured operations."""

    FREE = "free"
    ONE_CPU = "one CPU"  # every process of the measurement on the last one
    TWO_CPUS = "two CPUs"  # the measured server on the last one, its client on the first

    def server(self) -> list[str]:
        """Return the beginning of a server's command line."""
        return [] if self is Placement.FREE else _pinned(max(os.sched_getaffinity(0)))

    def client(self) -> list[str]:
        """Return the beginning of a client's command line."""
        if self is Placement.FREE:
            return []
        cpus = os.sched_getaffinity(0)
        return _pinned(max(cpus) if self is Placement.ONE_CPU else min(cpus))


def _pinned(cpu: int) -> list[str]:
    return ["taskset", "--cpu-list", str(cpu)]
