"""A seeded schedule of events: which kinds, against whom, after which wait, with which durability.

Each kind comes at least once if there are enough events, and the others by weight. The events are
divided into hands; a hand is played within one feed session, or in the next ones too if that ends
too early. The seed decides all of this. What a daemon is doing when an event comes depends on the
speed of the machine.
"""

import enum
import random
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tests.faults.attack.trading_states import ACTIVE, STATES
from tests.faults.stack import GATEWAY, ORDER_MANAGER

WAIT_MEAN_S = 0.4
WAIT_MAX_S = 2.0
# One in QUICK_ONE_IN events follows soon after the one before, to hit the recovery.
QUICK_ONE_IN = 4
QUICK_MAX_S = 0.5
HAND_MAX = 10


class Durability(enum.Enum):
    """The order manager's key of that name."""

    DISK = "disk"
    OS = "os"


class Kind(enum.Enum):
    """What is done to the stack."""

    KILL = "kill"  # SIGKILL of one daemon
    KILL_ALL = "kill-all"  # of all at once
    STOP = "stop"  # SIGSTOP of one daemon, SIGCONT some seconds later
    SILENCE = "silence"  # the same, for longer than its peers wait for a heartbeat
    WATCHDOG = "watchdog"  # the same, until its watchdog ends it
    NEW_FEED_SESSION = "new-feed-session"
    NEW_ORDER_SESSION = "new-order-session"
    TRADING_STATE = "trading-state"  # an operator sets that of the probe's user
    FULL_DISK = "full-disk"  # ENOSPC for all
    FILE_LIMIT = "file-limit"  # EFBIG and short writes for one daemon
    POWER_CUT_DISK = "power-cut-disk"  # with durability "disk"
    POWER_CUT_OS = "power-cut-os"  # with durability "os"
    DISK_FAILURE = "disk-failure"  # EIO for all, then a power cut


WEIGHTS = {
    Kind.KILL: 10,
    Kind.KILL_ALL: 4,
    Kind.STOP: 4,
    Kind.SILENCE: 1,
    Kind.WATCHDOG: 1,
    Kind.NEW_FEED_SESSION: 3,
    Kind.NEW_ORDER_SESSION: 4,
    Kind.TRADING_STATE: 6,
    Kind.FULL_DISK: 2,
    Kind.FILE_LIMIT: 2,
    Kind.POWER_CUT_DISK: 3,
    Kind.POWER_CUT_OS: 3,
    Kind.DISK_FAILURE: 2,
}
NEED_A_DISK = {Kind.FULL_DISK, Kind.POWER_CUT_DISK, Kind.POWER_CUT_OS, Kind.DISK_FAILURE}
BOUND_TO = {Kind.POWER_CUT_DISK: Durability.DISK, Kind.POWER_CUT_OS: Durability.OS}

# How long a kind lasts, in seconds, from … to. A client waits for 15 s, the watchdog of the units
# for 10 s.
LENGTHS_S = {
    Kind.STOP: (0.5, 5.0),
    Kind.SILENCE: (15.5, 18.0),
    Kind.WATCHDOG: (10.0, 10.0),
    Kind.FULL_DISK: (0.2, 1.5),
    Kind.POWER_CUT_DISK: (0.0, 1.0),
    Kind.POWER_CUT_OS: (0.0, 1.0),
    Kind.DISK_FAILURE: (0.0, 1.5),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that is done to the stack.

    wait_s: since the one before, or, if not is_quick, since ticks and orders flow again.
    written_back: of a power cut, the files that the kernel wrote back length_s before. state: the
    trading state that is set.
    """

    kind: Kind
    victim: str
    wait_s: float
    is_quick: bool
    length_s: float
    written_back: tuple[str, ...]
    state: str

    def __str__(self) -> str:
        parts = [self.kind.value]
        if self.kind not in {*BOUND_TO, Kind.KILL_ALL, Kind.FULL_DISK, Kind.DISK_FAILURE}:
            parts.append(self.victim)
        if self.kind is Kind.TRADING_STATE:
            parts.append(self.state)
        if self.length_s:
            parts.append(f"{self.length_s:.1f}s")
        if self.kind in {*BOUND_TO, Kind.DISK_FAILURE}:
            parts.append(f"written back: {', '.join(self.written_back) or 'nothing'}")
        return " ".join(parts)


@dataclass(slots=True)
class Hand:
    """Events to be played in turn under one durability."""

    durability: Durability
    events: deque[Event]


def hands(
    rng: random.Random, count: int, kinds: Collection[Kind], strategies: Sequence[str]
) -> deque[Hand]:
    """Return `count` events of these kinds in hands."""
    chosen = [kind for kind in Kind if kind in kinds]
    dealt = rng.sample(chosen, len(chosen))[:count]
    dealt += rng.choices(chosen, [WEIGHTS[kind] for kind in chosen], k=count - len(dealt))
    rng.shuffle(dealt)
    piles: dict[Durability, list[Event]] = {durability: [] for durability in Durability}
    for kind in dealt:
        durability = BOUND_TO.get(kind) or rng.choice(list(Durability))
        piles[durability].append(_event(rng, kind, strategies))
    found = [
        Hand(durability, deque(pile[begin : begin + HAND_MAX]))
        for durability, pile in piles.items()
        for begin in range(0, len(pile), HAND_MAX)
    ]
    rng.shuffle(found)
    return deque(found)


def _event(rng: random.Random, kind: Kind, strategies: Sequence[str]) -> Event:
    is_quick = rng.randrange(QUICK_ONE_IN) == 0
    wait_s = (
        rng.random() * QUICK_MAX_S
        if is_quick
        else min(rng.expovariate(1 / WAIT_MEAN_S), WAIT_MAX_S)
    )
    files = ("feed", "journal", "order-log")
    return Event(
        kind=kind,
        victim=_victim(rng, kind, strategies),
        wait_s=wait_s,
        is_quick=is_quick,
        length_s=rng.uniform(*LENGTHS_S.get(kind, (0.0, 0.0))),
        written_back=tuple(name for name in files if rng.randrange(2)),
        state=rng.choice((ACTIVE, *STATES)),  # half of them: orders are to be executed, too
    )


def _victim(rng: random.Random, kind: Kind, strategies: Sequence[str]) -> str:
    """Choose a daemon, each kind of daemon as often as the others."""
    if kind is Kind.NEW_FEED_SESSION:
        return GATEWAY
    if kind in {Kind.NEW_ORDER_SESSION, Kind.TRADING_STATE}:
        return ORDER_MANAGER
    names = [GATEWAY, ORDER_MANAGER]
    if kind is not Kind.FILE_LIMIT:
        names.append(f"strategy-{rng.choice(strategies)}")
    return rng.choice(names)
