"""Levels of things that can fill up: a warning at 80 %, an error when the limit is reached.

    below 80 %    nothing
    from 80 % on  a warning once, and in the status line, the stats and `tradestackctl status`
    100 %         an error once, until everything has room again
    below 70 %    the next time is said again, but no more than once a minute

The runtime looks at the levels of every daemon about once a second. What can be gone by the next
look is noted at once. LIMITS.md lists them.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.observe.events import LIMIT_NEAR, LIMIT_REACHED, LIMITS_CLEARED, emit

NEAR_PERCENT = 80
REACHED_PERCENT = 100
CLEARED_PERCENT = 70  # so that what goes up and down at 80 % is said once
# Clients can drive some levels up and down; their log lines are bounded by this.
REPEAT_MIN_NS = 60 * NANOSECONDS_PER_SECOND

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Level:
    """How much of one limit is used.

    name: one word, for programs as well. used: how much that is, for people. remedy: what to do
    about it, with the config key if there is one.
    """

    name: str
    percent: int
    used: str
    remedy: str

    @classmethod
    def of(cls, name: str, count: int, limit: int, remedy: str) -> Self:
        """Return the level of what is counted."""
        return cls(name, 100 * count // limit, f"{count:,} of {limit:,}", remedy)

    def __str__(self) -> str:
        return f"{self.name.replace('_', ' ')} {self.percent}% used ({self.used}): {self.remedy}"


@dataclass(slots=True)
class _Said:
    """What was logged of a level, and when."""

    percent: int  # NEAR_PERCENT or REACHED_PERCENT
    time_ns: int
    has_room: bool = False  # again, since then

    def may_follow(self, percent: int, now_ns: int) -> bool:
        """Return whether more than that can be said now, or the same again."""
        if percent > self.percent:
            return True
        return self.has_room and now_ns - self.time_ns >= REPEAT_MIN_NS


class Levels:
    """The levels of one daemon, as they were at the last look, and what was said of them."""

    def __init__(self) -> None:
        self._levels: Sequence[Level] = ()
        self._said: dict[str, _Said] = {}

    @property
    def near(self) -> Sequence[Level]:
        """Return those whose limit is near or reached."""
        return [level for level in self._levels if level.percent >= NEAR_PERCENT]

    def stats(self) -> dict[str, object]:
        """Return all levels in percent, and in words those whose limit is near."""
        return {
            "limits_used": {level.name: level.percent for level in self._levels},
            "limits_near": "; ".join(map(str, self.near)) or None,
        }

    def look(self, levels: Iterable[Level], now_ns: int) -> None:
        """Take the levels of now, monotonic clock, and log which limits are near or reached."""
        self._levels = tuple(levels)
        was_reached = self._is_any(REACHED_PERCENT)
        names = {level.name for level in self._levels}
        self._said = {name: said for name, said in self._said.items() if name in names}
        for level in self._levels:
            self._say(level, now_ns)
        if was_reached and not self._is_any(REACHED_PERCENT):
            emit(logger, LIMITS_CLEARED)

    def note(self, level: Level, now_ns: int) -> None:
        """Take one level at once, monotonic clock: the next look may be too late to see it."""
        self._say(level, now_ns)

    def _is_any(self, percent: int) -> bool:
        return any(said.percent >= percent and not said.has_room for said in self._said.values())

    def _say(self, level: Level, now_ns: int) -> None:
        said = self._said.get(level.name)
        if level.percent < CLEARED_PERCENT:
            if said is not None:
                said.has_room = True
            return
        reached = level.percent >= REACHED_PERCENT
        percent = REACHED_PERCENT if reached else NEAR_PERCENT
        if level.percent < NEAR_PERCENT:
            return
        if said is not None and not said.may_follow(percent, now_ns):
            return
        self._said[level.name] = _Said(percent, now_ns)
        emit(
            logger,
            LIMIT_REACHED if reached else LIMIT_NEAR,
            limit=level.name,
            used_percent=level.percent,
            used=f'"{level.used}"',
            remedy=f'"{level.remedy}"',
        )
