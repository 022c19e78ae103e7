"""Seed, length of the feed → the message at which each kill happens.

    messages   |  1 … 1000  |  1001 … 2000  |  2001 … 3000  |
    kills      |      x     | x             |           x   |

Each kill has a stretch of the feed of its own, and a random place in it. The pace gives it the time
in which a process starts, and comes to where the one before was.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

KILL_INTERVAL_S = 2.0  # a process starts in less than one, unless the machine is busy
ALIVE_MAX_S = 0.5
PACE_MIN = 0.001  # messages a second


@dataclass(frozen=True, slots=True)
class PlannedKill:
    """A kill that is due once this message is published.

    alive_s: for how long the process runs at least, so that it dies at any place of its way back.
    """

    message: int
    alive_s: float


def plan_kills(seed: int, count: int, messages: int) -> Iterator[PlannedKill]:
    """Yield `count` kills in a feed of this length, in order."""
    numbers = random.Random(seed)
    for number in range(count):
        share = (number + numbers.random()) / count
        yield PlannedKill(1 + int(share * messages), numbers.uniform(0, ALIVE_MAX_S))


def pace_for(count: int, messages: int) -> str:
    """Return the pace at which a feed of this length lasts as long as the kills need."""
    per_second = max(messages / (count * KILL_INTERVAL_S), PACE_MIN)
    return f"{per_second:.3f}".rstrip("0").rstrip(".") + "/s"
