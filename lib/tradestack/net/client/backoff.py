"""The delay before the next attempt to reach a server.

The delay doubles with each failure from `first_ns` to `max_ns`; half of it is random, so that
clients which lost their server at the same moment do not return at the same moment.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

DELAY_FIRST_NS = 100_000_000  # a restarted server is back within a second
DELAY_MAX_NS = 5_000_000_000  # an absent server costs one connect in five seconds


@dataclass(slots=True)
class Backoff:
    """The reconnect delays of one peer; `chance` returns numbers in [0, 1)."""

    first_ns: int = DELAY_FIRST_NS
    max_ns: int = DELAY_MAX_NS
    chance: Callable[[], float] = random.random
    failures: int = 0

    def next_delay_ns(self) -> int:
        """Count a failure; return a delay between half and the whole of the doubled one."""
        doublings = min(self.failures, self.max_ns.bit_length())
        self.failures += 1
        ceiling_ns = min(self.first_ns << doublings, self.max_ns)
        return ceiling_ns // 2 + int(self.chance() * (ceiling_ns - ceiling_ns // 2))

    def reset(self) -> None:
        """Forget the failures: the peer has answered."""
        self.failures = 0
