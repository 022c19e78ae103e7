"""The supervisor's watchdog: how often it expects a sign of life (sd_watchdog_enabled(3))."""

from collections.abc import Mapping

from tradestack.domain.clock import NANOSECONDS_PER_MICROSECOND, NANOSECONDS_PER_SECOND

WATCHDOG_LENGTH_MAX = 20  # digits of a 64 bit number; int() refuses thousands of them


def parse_watchdog(variables: Mapping[str, str], *, pid: int) -> int | None:
    """Return the time in ns within which WATCHDOG=1 must come, or None if it need not.

    WATCHDOG_PID, if set, must be this process.
    """
    if variables.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    text = variables.get("WATCHDOG_USEC", "")
    if len(text) > WATCHDOG_LENGTH_MAX or not (text.isascii() and text.isdigit()):
        return None
    return int(text) * NANOSECONDS_PER_MICROSECOND or None


def watchdog_interval_ns(timeout_ns: int) -> int:
    """Return how often to send WATCHDOG=1: every half timeout, at least once a second."""
    return min(timeout_ns // 2, NANOSECONDS_PER_SECOND)
