"""Failed attempts → how long to wait before the next.

The delay doubles from `first_ns` to `max_ns`; half of it is left to chance, so that clients which
lost their server at the same moment do not come back at the same moment.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

DELAY_FIRST_NS = 100_000_000  # a restarted server is back within a second; ask soon
DELAY_MAX_NS = 5_000_000_000  # an absent server costs one connect in five seconds


@dataclass(slots=True)
class Backoff:
    """One peer's reconnect delays; `chance` gives numbers in [0, 1)."""

    first_ns: int = DELAY_FIRST_NS
    max_ns: int = DELAY_MAX_NS
    chance: Callable[[], float] = random.random
    failures: int = 0

    def next_delay_ns(self) -> int:
        """The wait after one more failure, between half and the whole of the doubled delay."""
        doublings = min(self.failures, self.max_ns.bit_length())
        self.failures += 1
        ceiling_ns = min(self.first_ns << doublings, self.max_ns)
        return ceiling_ns // 2 + int(self.chance() * (ceiling_ns - ceiling_ns // 2))

    def reset(self) -> None:
        """The peer answered: the next failure waits as briefly as the first did."""
        self.failures = 0
