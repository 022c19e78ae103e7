"""A moment of a feed session: the number of a message, or an event time.

36109                            after message 36109
2026-01-15T20:44:57Z             after the last message whose event time is not later
2026-01-15T15:44:57.123-05:00    the same, with a distance from UTC
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.faults import OperatorFault
from tradestack.domain.times import format_utc
from tradestack.sources.csv.times.timestamps import Form, parse_moment
from tradestack.trading.tape import Tape, clock, message_at

EXAMPLE = "2026-01-15T20:44:57Z"


@dataclass(frozen=True, slots=True)
class AtSequence:
    """A moment by the number of a message."""

    sequence: int


@dataclass(frozen=True, slots=True)
class AtTime:
    """A moment by event time, ns since the Unix epoch; text: as it was given."""

    text: str
    time_ns: int


Moment = AtSequence | AtTime


def parse_at(text: str) -> Moment:
    """Parse a number or a time; raise ArgumentTypeError."""
    if text.isascii() and text.isdecimal() and int(text):
        return AtSequence(int(text))
    return _time_in(
        text, f"is neither the number of a message, from 1, nor a time such as {EXAMPLE}"
    )


def parse_at_time(text: str) -> AtTime:
    """Parse a time; raise ArgumentTypeError."""
    return _time_in(text, f"is not a time such as {EXAMPLE}")


def _time_in(text: str, problem: str) -> AtTime:
    try:
        moment = parse_moment(text)
    except ValueError:
        moment = None
    if moment is None or moment.form is not Form.ISO:
        raise argparse.ArgumentTypeError(f"{text!r} {problem}")
    if not isinstance(moment.zone, int):
        raise argparse.ArgumentTypeError(
            f"{text!r} needs a zone at its end: Z for UTC, or a distance from it such as -05:00"
        )
    return AtTime(text, moment.local_ns - moment.zone * NANOSECONDS_PER_SECOND)


def message_of(moment: Moment, tape: Tape, log: Path) -> int:
    """Return the number of the last message that is not after a moment. Raises OperatorFault."""
    head = tape.head
    if not head:
        raise OperatorFault(str(log), "the feed session has no message yet", "leave out --at")
    if isinstance(moment, AtSequence):
        if moment.sequence > head:
            newest = f"the newest message is {head:,}, of {format_utc(clock(tape, head))}"
            raise OperatorFault(str(log), f"there is no message {moment.sequence:,}", newest)
        return moment.sequence
    sequence = message_at(tape, moment.time_ns)
    if not sequence:
        first = f"the first message is of {format_utc(clock(tape, 1))}"
        raise OperatorFault(str(log), f"no message is as early as {moment.text}", first)
    return sequence
