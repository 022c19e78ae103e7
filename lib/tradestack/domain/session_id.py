"""Session ids: unique, and sorted by age.

    10 base-36 characters = 6 of seconds since 2020-01-01 (until 2088) + 4 random ones

The time makes ids differ even after all state was deleted, the random part (1.7 million values)
makes them differ within a second. `following_session_id` makes ids that sort by age, whatever the
clock does.
"""

import re

from tradestack.domain.clock import NANOSECONDS_PER_SECOND

SESSION_ID_LENGTH = 10
ENTROPY_BYTES = 4  # of the random part

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_EPOCH_S = 1_577_836_800  # 2020-01-01T00:00:00Z
_TIME_DIGITS = 6
_RANDOM_DIGITS = SESSION_ID_LENGTH - _TIME_DIGITS
_SESSION_ID = re.compile(r"[0-9A-Z]{10}", re.ASCII)


def new_session_id(now_ns: int, entropy: int) -> str:
    """Return a new id; `entropy` is any non-negative random integer of at least 21 bits."""
    seconds = max(0, now_ns // NANOSECONDS_PER_SECOND - _EPOCH_S)
    return _base36(seconds, _TIME_DIGITS) + _base36(entropy, _RANDOM_DIGITS)


def following_session_id(previous: str, now_ns: int, entropy: int) -> str:
    """Return a new id that sorts after `previous`, however far the clock was set back since."""
    session_id = new_session_id(now_ns, entropy)
    if session_id > previous:
        return session_id
    seconds = int(previous[:_TIME_DIGITS], 36) + 1
    return _base36(seconds, _TIME_DIGITS) + _base36(entropy, _RANDOM_DIGITS)


def is_session_id(text: str) -> bool:
    """Return whether the text has the form of a session id."""
    return _SESSION_ID.fullmatch(text) is not None


def session_begin_ns(session_id: str) -> int:
    """Return when a session began by its id, ns since the Unix epoch; exact to the second.

    It is later than that if the clock had been set back.
    """
    return (int(session_id[:_TIME_DIGITS], 36) + _EPOCH_S) * NANOSECONDS_PER_SECOND


def _base36(number: int, digits: int) -> str:
    text = ""
    for _ in range(digits):
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text
