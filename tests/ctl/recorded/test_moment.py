"""Moments of a feed session: what is parsed, and which message it is."""

import argparse
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.tape import MemoryTape
from tradestack.ctl.recorded.moment import AtSequence, AtTime, message_of, parse_at
from tradestack.domain.faults import OperatorFault
from tradestack.domain.trade import Trade

SECOND_NS = 1_000_000_000
QUARTER_TO_NINE_NS = 1_768_509_897_000_000_000
LOG = Path("3DAA200000.feed")


def tape_of(*times_ns: int) -> MemoryTape:
    """A tape with a trade at each of these times."""
    return MemoryTape([Trade(number, "SPY", time, 1, 1) for number, time in enumerate(times_ns, 1)])


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("2026-01-15T20:44:57Z", QUARTER_TO_NINE_NS),
        ("2026-01-15T15:44:57-05:00", QUARTER_TO_NINE_NS),
        ("2026-01-15 20:44:57.000000001Z", QUARTER_TO_NINE_NS + 1),
        ("2026-01-15T21:44+01", QUARTER_TO_NINE_NS - 57 * SECOND_NS),
    ],
)
def test_a_time_with_a_zone(text: str, time_ns: int) -> None:
    """It is known to the nanosecond, in any zone."""
    assert parse_at(text) == AtTime(text, time_ns)


def test_a_number() -> None:
    """Whatever consists of digits is the number of a message, never a time."""
    assert parse_at("33898") == AtSequence(33_898)
    assert parse_at("20260115") == AtSequence(20_260_115)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2026-01-15T20:44:57", "needs a zone at its end"),
        ("2026-01-15T20:44:57 America/New_York", "needs a zone at its end"),
        ("2026-01-15", "neither the number of a message"),
        ("2026-02-30T20:44:57Z", "neither the number of a message"),
        ("1768509897.5", "neither the number of a message"),
        ("0", "from 1"),
        ("-1", "neither the number of a message"),
        ("²", "neither the number of a message"),
        ("now", "nor a time such as 2026-01-15T20:44:57Z"),
        ("", "neither the number of a message"),
    ],
)
def test_anything_else_is_refused(text: str, problem: str) -> None:
    """The message repeats the text and says what is possible."""
    with pytest.raises(argparse.ArgumentTypeError, match=problem) as refusal:
        parse_at(text)

    assert repr(text) in str(refusal.value)


@given(
    times_ns=st.lists(st.integers(-5, 5), min_size=1, max_size=30).map(sorted),
    time_ns=st.integers(-7, 7),
)
def test_a_time_is_behind_the_last_message_that_is_not_later(
    times_ns: list[int], time_ns: int
) -> None:
    """Of several at the same time after the last; before the first one there is none."""
    tape = tape_of(*times_ns)
    expected = sum(time <= time_ns for time in times_ns)

    if expected:
        assert message_of(AtTime("then", time_ns), tape, LOG) == expected
    else:
        with pytest.raises(OperatorFault, match="no message is as early as then"):
            message_of(AtTime("then", time_ns), tape, LOG)


def test_a_number_beyond_the_newest_message() -> None:
    """The newest one is named, with its time."""
    tape = tape_of(0, SECOND_NS)

    assert message_of(AtSequence(2), tape, LOG) == 2
    with pytest.raises(OperatorFault) as fault:
        message_of(AtSequence(3_000), tape, LOG)

    assert str(fault.value) == (
        "3DAA200000.feed: there is no message 3,000; "
        "the newest message is 2, of 1970-01-01T00:00:01.000000Z"
    )


def test_a_session_without_messages() -> None:
    """It has no moments."""
    with pytest.raises(OperatorFault, match="no message yet"):
        message_of(AtSequence(1), tape_of(), LOG)
