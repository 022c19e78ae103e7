"""What is missing of a client's messages: when it is asked for, and when no more."""

import enum

from tradestack.domain.clock import NANOSECONDS_PER_SECOND

# A client that was asked for what is missing is asked again after this time without an answer.
ASK_AGAIN_NS = 10 * NANOSECONDS_PER_SECOND
# Of the same number: what does not come then, such as a message that is garbled each time, would
# block everything behind it.
ASKS_MAX = 2


class Ask(enum.Enum):
    """Whether to ask."""

    NOW = "ask"
    LATER = "it was asked just now"
    NO_MORE = "it was asked often enough"


class Gap:
    """The number that a client was asked for, and how often."""

    def __init__(self) -> None:
        self._number = 0
        self._asks = 0
        self._asked_ns = 0

    def ask(self, number: int, now_ns: int) -> Ask:
        """Decide about asking for a number at this monotonic time; NOW counts as asked."""
        if number != self._number:
            self._number, self._asks = number, 0
        elif now_ns - self._asked_ns < ASK_AGAIN_NS:
            return Ask.LATER
        if self._asks >= ASKS_MAX:
            return Ask.NO_MORE
        self._asks += 1
        self._asked_ns = now_ns
        return Ask.NOW


def not_come(number: int) -> str:
    """Return what a client is told that does not send what is missing."""
    return (
        f"MsgSeqNum {number} was asked for {ASKS_MAX} times and has not come, or was garbled: send "
        "it as FIX 4.4, or fill it as a gap"
    )
