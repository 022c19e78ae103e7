"""where the processes of a measurement may run."""

import enum
import os


class Placement(enum.Enum):
    """Wake-ups of an idle processor cost more than most of what is measured: always say which."""

    FREE = "free"
    ONE_CPU = "one CPU"  # every process of the measurement on the last one
    TWO_CPUS = "two CPUs"  # the measured server on the last one, its client on the first

    def server(self) -> list[str]:
        """The beginning of a server's command line."""
        return [] if self is Placement.FREE else _pinned(max(os.sched_getaffinity(0)))

    def client(self) -> list[str]:
        """The beginning of a client's command line."""
        if self is Placement.FREE:
            return []
        cpus = os.sched_getaffinity(0)
        return _pinned(max(cpus) if self is Placement.ONE_CPU else min(cpus))


def _pinned(cpu: int) -> list[str]:
    return ["taskset", "--cpu-list", str(cpu)]
