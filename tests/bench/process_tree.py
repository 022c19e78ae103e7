"""Memory and processor time of a process and its children, as the kernel counts them."""

import select
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

BYTES_PER_KIB = 1024


def tree(pid: int) -> Iterator[int]:
    """Return the pids of the process and all its descendants."""
    yield pid
    for child in children(pid):
        yield from tree(child)


def children(pid: int) -> Iterator[int]:
    """Return the pids of the children of all its threads."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        yield from map(int, (task / "children").read_text().split())


def pss_bytes(pids: Iterable[int]) -> int:
    """Return the proportional set size: a shared page is divided among its users."""
    return sum(_pss_bytes(member) for pid in pids for member in tree(pid))


def cpu_ns(pids: Iterable[int]) -> int:
    """Return the processor time of all threads since their start."""
    return sum(
        int((task / "schedstat").read_text().split()[0])
        for pid in pids
        for member in tree(pid)
        for task in Path(f"/proc/{member}/task").iterdir()
    )


def busy_percent(pids: Sequence[int], seconds: float) -> float:
    """Return the share of one processor that is used in the next `seconds`."""
    began_ns, before_ns = time.monotonic_ns(), cpu_ns(pids)
    select.select([], [], [], seconds)
    return 100 * (cpu_ns(pids) - before_ns) / (time.monotonic_ns() - began_ns)


def _pss_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * BYTES_PER_KIB
    return 0
