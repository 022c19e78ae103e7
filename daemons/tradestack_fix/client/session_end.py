"""The end of an order session, as a client gets it: all of its reports first, then the Logout.

A client that lacks reports sees it by the number of the logon's answer, and asks for them. So it is
sent a TestRequest, and another one behind each repetition: when it answers the newest, it has
handled everything before that.
"""

import itertools
from typing import Protocol

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack_fix.codec import tags
from tradestack_fix.codec.message import Field
from tradestack_fix.session.beginning import RESET_REMEDY

# Without an answer within this time, the client is logged out; at its next logon it is asked again.
ANSWER_MAX_NS = 30 * NANOSECONDS_PER_SECOND
ENDED = f"the order session has ended: {RESET_REMEDY}"


class SessionEndOwner(Protocol):
    """The FIX session whose order session ends."""

    def send(self, msg_type: str, fields: list[Field]) -> None:
        """Send a message that is no report."""

    def leave(self, reason: str) -> None:
        """Send a Logout with the reason, and end."""

    def forget_numbers(self) -> None:
        """Remove the numbers: they are of no use any more."""


class SessionEnd:
    """Whether a client has all reports of its order session, once that has ended."""

    def __init__(self, owner: SessionEndOwner, clock: Clock) -> None:
        self._owner = owner
        self._clock = clock
        self._names = (f"end-{number}" for number in itertools.count(1))
        self._asked = ""  # the newest TestReqID
        self._asked_ns = 0

    def begin(self) -> None:
        """Ask whether the client has everything."""
        if not self._asked:
            self._ask()

    def repeated(self) -> None:
        """Ask again: the question may have been a number that was filled as a gap."""
        if self._asked:
            self._ask()

    def answered(self, test_req_id: str) -> None:
        """Log the client out, if this is the answer to the newest question."""
        if self._asked and test_req_id == self._asked:
            self._owner.leave(ENDED)
            self._owner.forget_numbers()

    def beat(self, now_ns: int) -> None:
        """Log out a client that does not answer; now_ns: monotonic time."""
        if self._asked and now_ns - self._asked_ns >= ANSWER_MAX_NS:
            self._owner.leave(ENDED)

    def _ask(self) -> None:
        self._asked, self._asked_ns = next(self._names), self._clock.monotonic_ns()
        self._owner.send(tags.TEST_REQUEST, [(tags.TEST_REQ_ID, self._asked)])
