"""What every row needs: sizes, rounds, a scratch directory, the C programs."""

import contextlib
import os
import random
import shutil
import socket
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.comparison import Contestant, in_turns

CACHE = Path(os.environ.get("TRADESTACK_BENCH_CACHE", "/var/cache/tradestack-tests/bench"))
STACK_PYTHON = CACHE / "stack/bin/python"  # has what pyproject.toml asks for, and no peers
PORTS = (20_000, 32_768)  # below those of ip_local_port_range
BACKTESTERS = CACHE / "backtest"  # each has an environment there, under its name at PyPI


@dataclass(frozen=True, slots=True)
class Workshop:
    """The options of a run. quick: small sizes, to check that every row can be measured."""

    quick: bool
    rounds: int

    def size(self, full: int, quick: int) -> int:
        """Return the number for this run."""
        return quick if self.quick else full

    def measure(self, contestants: Sequence[Contestant]) -> dict[str, list[float]]:
        """Measure all contestants in turns."""
        return in_turns(contestants, self.rounds)

    def limit(self, name: str) -> str:
        """Return the path of a program of c/."""
        return str(CACHE / "c" / name)

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """Make a directory on the disk (not in memory) and remove it afterwards."""
        CACHE.mkdir(parents=True, exist_ok=True)
        path = Path(tempfile.mkdtemp(prefix="s-", dir=CACHE))
        try:
            yield path
        finally:
            shutil.rmtree(path)


def free_port() -> int:
    """Return a TCP port of the loopback on which nobody listens.

    The kernel gives none of these to who asks for any port, as tests do that run meanwhile.
    """
    while True:
        port = random.randrange(*PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
