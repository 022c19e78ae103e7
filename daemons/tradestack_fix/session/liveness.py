"""Heartbeats: when to send one, when to test the peer, when it is gone.

Time in which this process itself did not run does not count as the peer's silence.
"""

import enum

from tradestack.domain.clock import NANOSECONDS_PER_SECOND

BEAT_NS = NANOSECONDS_PER_SECOND // 4  # how often `due` is asked
# The peer's heartbeats may be late by so much of an interval, as FIX suggests.
TOLERANCE_PERCENT = 20


class Due(enum.Enum):
    """What is due."""

    HEARTBEAT = "heartbeat"
    TEST_REQUEST = "test request"
    GONE = "the peer is gone"


class Liveness:
    """The times of one connection, by the monotonic clock; interval_ns 0: no heartbeats."""

    def __init__(self, interval_ns: int, now_ns: int) -> None:
        self._interval_ns = interval_ns
        self._silence_max_ns = interval_ns * (100 + TOLERANCE_PERCENT) // 100
        self._received_ns = self._sent_ns = self._asked_ns = now_ns
        self._tested_ns: int | None = None

    def received(self, now_ns: int) -> None:
        """Note that bytes have come."""
        self._received_ns = now_ns
        self._tested_ns = None

    def sent(self, now_ns: int) -> None:
        """Note that a message was sent."""
        self._sent_ns = now_ns

    def due(self, now_ns: int) -> Due | None:
        """Return what is due; a test request that is returned counts as sent."""
        late_ns = now_ns - self._asked_ns - BEAT_NS
        self._asked_ns = now_ns
        if late_ns > BEAT_NS:
            self._received_ns += late_ns
            if self._tested_ns is not None:
                self._tested_ns += late_ns
        if not self._interval_ns:
            return None
        if self._tested_ns is not None:
            if now_ns - self._tested_ns >= self._silence_max_ns:
                return Due.GONE
        elif now_ns - self._received_ns >= self._silence_max_ns:
            self._tested_ns = now_ns
            return Due.TEST_REQUEST
        return Due.HEARTBEAT if now_ns - self._sent_ns >= self._interval_ns else None
