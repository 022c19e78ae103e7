"""The heartbeats of one connection: sent when nothing else is, missed when the client is gone."""

from typing import Protocol

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack_fix.codec import tags
from tradestack_fix.codec.message import Field
from tradestack_fix.session.liveness import Due, Liveness


class HeartOwner(Protocol):
    """The FIX session that a heart belongs to."""

    def send(self, msg_type: str, fields: list[Field]) -> None:
        """Send a message that is no report."""

    def leave(self, reason: str) -> None:
        """Send a Logout with the reason, and end."""


class Heart:
    """Liveness by the clock, and the messages that follow from it; interval_s 0: none."""

    def __init__(self, owner: HeartOwner, interval_s: int, clock: Clock) -> None:
        self._owner = owner
        self._clock = clock
        self._liveness = Liveness(interval_s * NANOSECONDS_PER_SECOND, clock.monotonic_ns())

    def received(self) -> None:
        """Note that the client has sent something, or may have."""
        self._liveness.received(self._clock.monotonic_ns())

    def sent(self) -> None:
        """Note that a message was sent."""
        self._liveness.sent(self._clock.monotonic_ns())

    def beat(self, now_ns: int, *, is_repeating: bool) -> None:
        """Do what is due at this monotonic time; while reports are repeated, nothing is sent."""
        due = self._liveness.due(now_ns)
        if due is Due.GONE:
            self._owner.leave("no answer to a TestRequest")
        elif due is Due.TEST_REQUEST and not is_repeating:
            self._owner.send(tags.TEST_REQUEST, [(tags.TEST_REQ_ID, str(now_ns))])
        elif due is Due.HEARTBEAT and not is_repeating:
            self._owner.send(tags.HEARTBEAT, [])
