"""Levels: what fills up is said at 80 %, loudly at the limit, and again only after it had room."""

import logging

import pytest

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.observe.events import LIMIT_NEAR, LIMIT_REACHED, LIMITS_CLEARED, Event
from tradestack.observe.levels import REPEAT_MIN_NS, Level, Levels


class Said:
    """Levels of a hundred clients, and the events that were logged."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        self._caplog = caplog
        self._now_ns = 0
        self.levels = Levels()

    def look(self, *counts: int, after_ns: int = NANOSECONDS_PER_SECOND) -> list[Event]:
        """Look at so many clients of each server, and return what was logged."""
        self._now_ns += after_ns
        self._caplog.clear()
        names = ("clients", "others")
        levels = [
            Level.of(name, count, 100, "raise clients_max")
            for name, count in zip(names, counts, strict=False)
        ]
        self.levels.look(levels, self._now_ns)
        return [record.__dict__["event"] for record in self._caplog.records]

    def note(self, count: int) -> list[Event]:
        """Note that there were so many clients of the first one, and return what was logged."""
        self._caplog.clear()
        self.levels.note(Level.of("clients", count, 100, "raise clients_max"), self._now_ns)
        return [record.__dict__["event"] for record in self._caplog.records]


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Said:
    """Provide levels of which nothing was said."""
    return Said(caplog)


def test_a_limit_is_said_once_at_80_percent_and_once_when_it_is_reached(said: Said) -> None:
    """Not at 79; what jumps to the limit is said as reached."""
    assert said.look(79) == []
    assert said.look(80) == [LIMIT_NEAR]
    assert said.look(99) == []
    assert said.look(100) == [LIMIT_REACHED]
    assert said.look(100, 100) == [LIMIT_REACHED]
    assert said.look(100, 100) == []


def test_it_is_said_again_after_it_had_room(said: Said) -> None:
    """What goes up and down at 80 % is said once."""
    said.look(85)
    assert said.look(75) == []
    assert said.look(85) == []
    assert said.look(69) == []
    assert said.look(85, after_ns=REPEAT_MIN_NS) == [LIMIT_NEAR]


def test_clients_that_come_and_go_cause_a_few_lines_a_minute(said: Said) -> None:
    """A level that comes back earlier is said as soon as the minute is over."""
    events = [event for count in [100, 0] * 29 for event in said.look(count)]

    assert events.count(LIMIT_REACHED) == 1
    assert said.look(100, after_ns=REPEAT_MIN_NS) == [LIMIT_REACHED]


def test_what_is_gone_by_the_next_look_is_noted_at_once(said: Said) -> None:
    """The look after it finds room, and what comes back earlier than a minute is not said again."""
    assert said.note(79) == []
    assert said.note(80) == [LIMIT_NEAR]
    assert said.note(99) == []
    assert said.note(101) == [LIMIT_REACHED]
    assert said.look(0) == [LIMITS_CLEARED]
    assert said.note(101) == []
    assert said.look(0, after_ns=REPEAT_MIN_NS) == []
    assert said.note(101) == [LIMIT_REACHED]


def test_a_limit_is_said_to_be_reached_however_short_ago_it_was_near(said: Said) -> None:
    """A warning does not cost the error that follows it; after that there is a minute's rest."""
    assert said.look(80) == [LIMIT_NEAR]
    said.look(0)
    assert said.note(100) == [LIMIT_REACHED]
    said.look(0)
    assert said.note(80) == []


def test_the_error_is_mended_when_no_limit_is_reached_any_more(said: Said) -> None:
    """With two of them, when both have room again; a level that is gone counts no more."""
    said.look(100, 100)
    assert said.look(50, 100) == []
    assert said.look(50, 50) == [LIMITS_CLEARED]
    said.look(50, 100, after_ns=REPEAT_MIN_NS)
    assert said.look(50) == [LIMITS_CLEARED]


def test_stats_have_every_level_and_words_for_those_that_are_near(said: Said) -> None:
    """Monitors draw the percentage; people read what to do."""
    said.look(79, 12)
    assert said.levels.stats() == {
        "limits_used": {"clients": 79, "others": 12},
        "limits_near": None,
    }

    said.look(80, 12)
    assert said.levels.stats()["limits_near"] == "clients 80% used (80 of 100): raise clients_max"
