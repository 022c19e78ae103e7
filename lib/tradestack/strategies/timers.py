"""Timers in feed time: hooks that are called at the first message at or after a moment.

    @every("1min")                            at multiples of the period since the Unix epoch
    @at("15:55", zone="America/New_York")     each day at that time; without zone: UTC

A timer that several messages in a row have missed is called once. It is called before the hook for
the message itself, which is the cause of what it requests.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.units import DURATION_FORM, NANOSECONDS_OF, parse_quantity

_ATTRIBUTE = "__tradestack_timer__"
_NEVER_NS = 2**63 - 1  # the feed's times are 64 bits

Hook = Callable[[], Awaitable[None] | None]
HookT = TypeVar("HookT", bound=Callable[[Any], Awaitable[None] | None])


@dataclass(frozen=True, slots=True)
class Every:
    """Multiples of a period."""

    period_ns: int

    def due(self, from_ns: int) -> int:
        """Return the first moment that is not before that one."""
        return -(-from_ns // self.period_ns) * self.period_ns


@dataclass(frozen=True, slots=True)
class At:
    """A time of each day; one that a change of the clocks skips is passed over by its length."""

    time_of_day: time
    zone: tzinfo

    def due(self, from_ns: int) -> int:
        """Return the first moment that is not before that one."""
        day = datetime.fromtimestamp(from_ns // NANOSECONDS_PER_SECOND, self.zone).date()
        for later in range(3):
            moment = datetime.combine(day + timedelta(days=later), self.time_of_day, self.zone)
            due_ns = int(moment.timestamp()) * NANOSECONDS_PER_SECOND
            if due_ns >= from_ns:
                return due_ns
        raise AssertionError("a day has that time within two days")


def every(period: str) -> Callable[[HookT], HookT]:
    """Declare a method that is called once a period of feed time. Raises ValueError."""
    try:
        period_ns = parse_quantity(period, NANOSECONDS_OF)
    except ValueError as error:
        raise ValueError(f"period {period!r} {error}; allowed is {DURATION_FORM}") from None
    if period_ns == 0:
        raise ValueError(f"period {period!r} is nothing; allowed is {DURATION_FORM}")
    return _timer(Every(period_ns))


def at(time_of_day: str, *, zone: str = "UTC") -> Callable[[HookT], HookT]:
    """Declare a method that is called each day at a time such as "15:55". Raises ValueError."""
    try:
        moment = time.fromisoformat(time_of_day)
    except ValueError:
        raise ValueError(f'{time_of_day!r} is not a time of day, such as "15:55"') from None
    if moment.tzinfo is not None or moment.microsecond:
        raise ValueError(f'{time_of_day!r} is not a time of day in whole seconds, such as "15:55"')
    try:
        return _timer(At(moment, UTC if zone == "UTC" else ZoneInfo(zone)))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a directory
        raise ValueError(f'{zone!r} is not a time zone, such as "America/New_York"') from None


def _timer(timer: Every | At) -> Callable[[HookT], HookT]:
    def declare(hook: HookT) -> HookT:
        setattr(hook, _ATTRIBUTE, timer)
        return hook

    return declare


def timers_of(declaring_class: type) -> Sequence[str]:
    """Return the names of the methods that a class declares or inherits as timers."""
    return [name for name in dir(declaring_class) if _timer_of(declaring_class, name) is not None]


def _timer_of(declaring_class: type, name: str) -> Every | At | None:
    return getattr(getattr(declaring_class, name, None), _ATTRIBUTE, None)


class Timers:
    """The timers of one strategy object in one feed session.

    next_ns: when the next one is due, a moment that never comes if there are none.
    """

    def __init__(self, strategy: object) -> None:
        self._timers = {name: _timer_of(type(strategy), name) for name in timers_of(type(strategy))}
        self._hooks: dict[str, Hook] = {name: getattr(strategy, name) for name in self._timers}
        self._due_ns: dict[str, int] = {}
        self.next_ns = -_NEVER_NS if self._timers else _NEVER_NS

    def due(self, event_time_ns: int) -> Iterator[Hook]:
        """Yield the hooks that are due at a message of that time, the one due first before others.

        What is due at the same moment comes in the order of names.
        """
        if event_time_ns < self.next_ns:
            return
        if not self._due_ns:
            self._due_ns = {name: self._after(name, event_time_ns) for name in self._timers}
        due = [(due_ns, name) for name, due_ns in self._due_ns.items() if due_ns <= event_time_ns]
        for _, name in due:
            self._due_ns[name] = self._after(name, event_time_ns + 1)
        self.next_ns = min(self._due_ns.values())
        for _, name in sorted(due):
            yield self._hooks[name]

    def _after(self, name: str, from_ns: int) -> int:
        timer = self._timers[name]
        assert timer is not None, "timers_of found it"
        return timer.due(from_ns)
