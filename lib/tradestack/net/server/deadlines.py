"""The deadlines of one connection, and the reason to close it when one is missed.

Time in which the server itself was suspended, or did not read from the client, does not count
against the client.
"""

from tradestack.domain.clock import NANOSECONDS_PER_MILLISECOND, NANOSECONDS_PER_SECOND
from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.states import State
from tradestack.wire.close_reason import Close, CloseReason

# Bounds of the heartbeat timeout in a 4.10 login: 0 would end every session at once, and a huge
# one would hold a dead client's place for good.
TIMEOUT_MIN_NS = NANOSECONDS_PER_SECOND
TIMEOUT_MAX_NS = 60 * NANOSECONDS_PER_SECOND


class Deadlines:
    """The moments, by the monotonic clock, from which a connection's deadlines count.

    entered_ns: the present state began. received_ns: bytes came, or reading was resumed. The
    connection sets both.
    """

    __slots__ = ("_is_accepted", "_silence_max_ns", "entered_ns", "received_ns")

    def __init__(self, now_ns: int) -> None:
        self.entered_ns = now_ns
        self.received_ns = now_ns
        self._is_accepted = False
        self._silence_max_ns: int | None = None  # requested by a 4.10 login

    def accepted(self, heartbeat_timeout_ms: int | None) -> None:
        """Apply the deadlines of a logged-in client, with the timeout of a 4.10 login if any."""
        self._is_accepted = True
        if heartbeat_timeout_ms is not None:
            timeout_ns = heartbeat_timeout_ms * NANOSECONDS_PER_MILLISECOND
            self._silence_max_ns = min(max(timeout_ns, TIMEOUT_MIN_NS), TIMEOUT_MAX_NS)

    def postpone(self, late_ns: int) -> None:
        """Exempt `late_ns` from every deadline."""
        self.entered_ns += late_ns
        self.received_ns += late_ns

    def missed(
        self,
        state: State,
        now_ns: int,
        limits: SessionLimits,
        *,
        is_reading: bool,
        blocked_since_ns: int | None,
    ) -> Close | None:
        """Return why the connection is to be closed; None if every deadline was kept.

        is_reading: whether bytes of the client are read. blocked_since_ns: when its full socket
        last accepted bytes; None if it is not full.
        """
        match state:
            case State.AWAITING_LOGIN if now_ns - self.entered_ns >= limits.login_deadline_ns:
                return Close(CloseReason.LOGIN_TIMEOUT, "no login in time")
            case State.DRAINING if now_ns - self.entered_ns >= self._drain_max_ns(limits):
                text = "did not close after the last packet"
                return Close(CloseReason.CLIENT_STALLED, text)
            case State.STREAMING:
                silent_since_ns = self.received_ns if is_reading else now_ns
                return self._missed_while_streaming(
                    now_ns, limits, silent_since_ns, blocked_since_ns
                )
        return None

    def _missed_while_streaming(
        self,
        now_ns: int,
        limits: SessionLimits,
        silent_since_ns: int,
        blocked_since_ns: int | None,
    ) -> Close | None:
        silence_max_ns = self._silence_max_ns or limits.client_silence_max_ns
        if now_ns - silent_since_ns >= silence_max_ns:
            text = f"silent for {silence_max_ns / NANOSECONDS_PER_SECOND:g} s"
            return Close(CloseReason.CLIENT_SILENT, text)
        stall_max_ns = limits.client_stall_max_ns
        if blocked_since_ns is not None and now_ns - blocked_since_ns >= stall_max_ns:
            stall_s = stall_max_ns / NANOSECONDS_PER_SECOND
            text = f"behind, and accepted no byte for {stall_s:g} s"
            return Close(CloseReason.CLIENT_STALLED, text)
        return None

    def _drain_max_ns(self, limits: SessionLimits) -> int:
        """Return the limit of DRAINING: a full socket of packets to read, or one rejection."""
        return limits.client_stall_max_ns if self._is_accepted else limits.login_deadline_ns
