"""A seeded schedule of what is done to the hosts.

Each kind comes at least once if there are enough events, and the others by weight.
"""

import enum
import random
from dataclasses import dataclass

from tests.faults.hosts.layout import CHAIN, FAR_END, HOSTS, ORDER_MANAGERS, SERVERS
from tests.faults.launch import STRATEGIES

WAIT_MAX_S = 1.0


class Kind(enum.Enum):
    """What is done; afterwards everything is started and healed again."""

    KILL = "kill"  # SIGKILL of any process
    STOP = "stop"  # SIGSTOP, SIGCONT some seconds later
    CUT = "cut"  # a host's cable is pulled, and plugged some seconds later
    LOSE_HOST = "lose-host"  # all processes of a host are killed while its cable is pulled
    KILL_LEADER = "kill-leader"  # SIGKILL of the server that leads the stream
    KILL_PRIMARY = "kill-primary"
    STOP_PRIMARY = "stop-primary"
    FULL_DISK = "full-disk"  # ENOSPC for all processes of a host
    LOSE_STORE = "lose-store"  # a server of the stream starts with an empty directory
    TAKEOVER = "takeover"  # by command
    NEW_ORDER_SESSION = "new-order-session"
    NEW_FEED_SESSION = "new-feed-session"


WEIGHTS = {
    Kind.KILL: 10,
    Kind.STOP: 5,
    Kind.CUT: 7,
    Kind.LOSE_HOST: 4,
    Kind.KILL_LEADER: 4,
    Kind.KILL_PRIMARY: 3,
    Kind.STOP_PRIMARY: 3,
    Kind.FULL_DISK: 3,
    Kind.LOSE_STORE: 3,
    Kind.TAKEOVER: 4,
    Kind.NEW_ORDER_SESSION: 2,
    Kind.NEW_FEED_SESSION: 2,
}
# In seconds, from … to; a standby takes over after 6.
LENGTHS_S = {
    Kind.STOP: (0.3, 6.0),
    Kind.CUT: (0.5, 12.0),
    Kind.LOSE_HOST: (0.5, 10.0),
    Kind.STOP_PRIMARY: (0.3, 12.0),
    Kind.FULL_DISK: (0.3, 2.0),
}
UNITS = (
    *(f"nats@{host}" for host in SERVERS),
    *(f"gateway@{host}" for host in CHAIN),
    *(f"order-manager@{host}" for host in ORDER_MANAGERS),
    *(f"strategy-{instance}@{FAR_END}" for instance in STRATEGIES),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that is done; victim: a unit or a host, "" where the kind says it."""

    kind: Kind
    victim: str
    wait_s: float  # since ticks and orders flow
    length_s: float

    def __str__(self) -> str:
        length = f"{self.length_s:.1f}s" if self.length_s else ""
        return " ".join(filter(None, [self.kind.value, self.victim, length]))


def events(rng: random.Random, count: int, kinds: set[Kind]) -> list[Event]:
    """Return `count` events of these kinds."""
    chosen = [kind for kind in Kind if kind in kinds]
    dealt = rng.sample(chosen, len(chosen))[:count]
    dealt += rng.choices(chosen, [WEIGHTS[kind] for kind in chosen], k=count - len(dealt))
    rng.shuffle(dealt)
    return [_event(rng, kind) for kind in dealt]


def _event(rng: random.Random, kind: Kind) -> Event:
    match kind:
        case Kind.KILL | Kind.STOP:
            victim = rng.choice(UNITS)
        case Kind.CUT | Kind.LOSE_HOST | Kind.FULL_DISK:
            victim = rng.choice(HOSTS)
        case Kind.LOSE_STORE:
            victim = rng.choice(SERVERS)
        case _:
            victim = ""
    return Event(
        kind=kind,
        victim=victim,
        wait_s=rng.random() * WAIT_MAX_S,
        length_s=rng.uniform(*LENGTHS_S.get(kind, (0.0, 0.0))),
    )
