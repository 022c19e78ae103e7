"""With which numbers a FIX session begins: those that were kept, or new ones."""

from dataclasses import dataclass
from typing import Protocol

from tradestack_fix.session.logon import LogonRefused, LogonRequest
from tradestack_fix.session.numbers import Numbers
from tradestack_fix.session.rules import too_low

RESET_REMEDY = "log on with ResetSeqNumFlag (141=Y)"


class Kept(Protocol):
    """What was kept of a FIX session."""

    session_id: str
    numbers: Numbers
    expected: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a FIX session begins.

    base: of new numbers, None: those that were kept. sent: the newest report that counts as sent;
    those behind it are sent now. repeated: up to that report, they may have been sent under other
    numbers.
    """

    base: int | None
    sent: int
    repeated: int = 0


def begin(request: LogonRequest, kept: Kept | None, session_id: str, head: int) -> Beginning:
    """Decide; head: the newest report of the user's order session. Raises LogonRefused.

    With new numbers at the client's wish, the reports that were not certainly sent follow at once.
    Without it, all reports have numbers, and the client asks for those that it lacks.
    """
    is_same = kept is not None and kept.session_id == session_id
    if request.resets:
        base = min(kept.numbers.last_behind, head) if kept is not None and is_same else 0
        return Beginning(base, base, repeated=head if is_same else 0)
    if kept is None or not is_same:
        if request.number == 1:
            return Beginning(0, head)
        raise LogonRefused(f"a new order session has begun: {RESET_REMEDY}")
    if not kept.is_whole:
        raise LogonRefused(f"the numbers were lost with the power: {RESET_REMEDY}")
    if kept.numbers.last_behind > head:
        raise LogonRefused(f"the order session has lost reports: {RESET_REMEDY}")
    return Beginning(None, head)


def expected_after(request: LogonRequest, kept: Kept | None) -> int:
    """Return the client's next number after its logon. Raises LogonRefused.

    kept: what goes on, None after new numbers. A number that is too high is not counted: what is
    missing before it is asked for.
    """
    expected = 1 if kept is None else kept.expected
    if request.number < expected:
        raise LogonRefused(too_low(expected, request.number))
    return expected + (request.number == expected)
