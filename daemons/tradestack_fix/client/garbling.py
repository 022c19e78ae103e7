"""What of one client was garbled: it is said and skipped, up to a limit."""

from typing import Protocol

from tradestack.observe.events import MESSAGE_SKIPPED, PROTOCOL_VIOLATION, Event
from tradestack_fix.client.counters import Counters
from tradestack_fix.codec.frames import Garbled

GARBLED_MAX = 100  # of one connection: then it is a broken program, or no FIX at all


class GarblingOwner(Protocol):
    """The FIX session whose messages were garbled."""

    def log(self, event: Event, **fields: str) -> None:
        """Write a log entry about the client."""

    def leave(self, reason: str) -> None:
        """Send a Logout with the reason, and end."""


class Garbling:
    """How often bytes of one connection were skipped."""

    def __init__(self, owner: GarblingOwner, counters: Counters) -> None:
        self._owner = owner
        self._counters = counters
        self._count = 0

    def note(self, reason: Garbled, expected: int) -> None:
        """Handle that bytes were skipped; expected: the client's next number."""
        self._counters.messages_garbled += 1
        self._count += 1
        if reason is Garbled.VERSION or self._count >= GARBLED_MAX:
            self._owner.log(PROTOCOL_VIOLATION, reason=reason.value)
            self._owner.leave(f"garbled: {reason.value}")
        else:
            self._owner.log(MESSAGE_SKIPPED, reason=reason.value, expected=str(expected))
