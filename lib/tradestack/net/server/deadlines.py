"""moments, limits → what time demands of one client's connection: a heartbeat, or its end and why.

Time in which a side itself stood still, or did not listen, is not held against the other.
"""

from tradestack.domain.clock import NANOSECONDS_PER_MILLISECOND, NANOSECONDS_PER_SECOND
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.states import State

TIMEOUT_MIN_NS = NANOSECONDS_PER_SECOND  # of 4.10's heartbeat timeout: 0 would end every session
TIMEOUT_MAX_NS = 60 * NANOSECONDS_PER_SECOND  # and a huge one would keep the dead for ever


class ClientDeadlines:
    """When something last happened, by the monotonic clock.

    entered_ns: the present state began. received_ns: bytes came, or we began to listen again.
    sent_ns: the socket took bytes. Whoever causes these sets them.
    """

    __slots__ = ("_is_accepted", "_silence_max_ns", "entered_ns", "received_ns", "sent_ns")

    def __init__(self, now_ns: int) -> None:
        self.entered_ns = now_ns
        self.received_ns = now_ns
        self.sent_ns = now_ns
        self._is_accepted = False
        self._silence_max_ns: int | None = None  # asked for by a 4.10 login

    def accepted(self, heartbeat_timeout_ms: int | None) -> None:
        """The login was accepted; a 4.10 login says after how long a silence its client is gone."""
        self._is_accepted = True
        if heartbeat_timeout_ms is not None:
            asked_ns = heartbeat_timeout_ms * NANOSECONDS_PER_MILLISECOND
            self._silence_max_ns = min(max(asked_ns, TIMEOUT_MIN_NS), TIMEOUT_MAX_NS)

    def postpone(self, late_ns: int) -> None:
        """We ourselves stood still for so long: that is no fault of the client's."""
        self.entered_ns += late_ns
        self.received_ns += late_ns
        self.sent_ns += late_ns

    def is_heartbeat_due(self, now_ns: int, limits: SessionLimits) -> bool:
        """Whether nothing was sent for so long that we have to say that we live."""
        return now_ns - self.sent_ns >= limits.heartbeat_interval_ns

    def missed(
        self, state: State, now_ns: int, limits: SessionLimits, *, listening: bool, blocked: bool
    ) -> str | None:
        """Which deadline the client let pass, in words; None = none.

        listening: whether we read from it. blocked: whether it has to take bytes before more go.
        """
        match state:
            case State.AWAITING_LOGIN if now_ns - self.entered_ns >= limits.login_deadline_ns:
                return "no login in time"
            case State.DRAINING if now_ns - self.entered_ns >= self._drain_max_ns(limits):
                return "did not close after the last packet"
            case State.STREAMING:
                return self._missed_while_streaming(
                    now_ns, limits, listening=listening, blocked=blocked
                )
        return None

    def _missed_while_streaming(
        self, now_ns: int, limits: SessionLimits, *, listening: bool, blocked: bool
    ) -> str | None:
        silence_max_ns = self._silence_max_ns or limits.client_silence_max_ns
        if listening and now_ns - self.received_ns >= silence_max_ns:
            return f"silent for {silence_max_ns / NANOSECONDS_PER_SECOND:g} s"
        if blocked and now_ns - self.sent_ns >= limits.client_stall_max_ns:
            stall_s = limits.client_stall_max_ns / NANOSECONDS_PER_SECOND
            return f"behind, and accepted no byte for {stall_s:g} s"
        return None

    def _drain_max_ns(self, limits: SessionLimits) -> int:
        """A slow reader may still have a full socket to read; who was rejected has one packet."""
        return limits.client_stall_max_ns if self._is_accepted else limits.login_deadline_ns
