"""A command that runs to its end: what it printed, how long it took, and the memory it needed.

    python -m tests.bench.measured COMMAND…

prints that as JSON. It is a process of its own because a child's highest set size, as the kernel
counts it, begins with that of the process that started it; this one is small.
"""

import dataclasses
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.faults import NotMeasured

DEADLINE_S = 900.0
BYTES_PER_KIB = 1024


@dataclass(frozen=True, slots=True)
class Measured:
    """One run. elapsed_s: from its start to its exit; cpu_s: of all its threads and children."""

    stdout: str
    status: int
    elapsed_s: float
    cpu_s: float
    peak_rss_bytes: int


def run_measured(argv: Sequence[str]) -> Measured:
    """Run a command that has to succeed. Raises NotMeasured."""
    launcher = [sys.executable, "-m", "tests.bench.measured", *argv]
    finished = subprocess.run(launcher, capture_output=True, text=True, check=False)
    measured = None if finished.returncode else Measured(**json.loads(finished.stdout))
    if measured is None or measured.status:
        *_, said = ["nothing was said", *finished.stderr.splitlines()]
        raise NotMeasured(f"{' '.join(argv)}: {said}")
    return measured


def _main(argv: Sequence[str]) -> None:
    began_s = time.monotonic()
    finished = subprocess.run(
        argv, stdout=subprocess.PIPE, text=True, check=False, timeout=DEADLINE_S
    )
    elapsed_s = time.monotonic() - began_s
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    measured = Measured(
        stdout=finished.stdout,
        status=finished.returncode,
        elapsed_s=elapsed_s,
        cpu_s=used.ru_utime + used.ru_stime,
        peak_rss_bytes=used.ru_maxrss * BYTES_PER_KIB,
    )
    print(json.dumps(dataclasses.asdict(measured)))


if __name__ == "__main__":
    _main(sys.argv[1:])
