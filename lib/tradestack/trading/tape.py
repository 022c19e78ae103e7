"""The recorded feed of one feed session, as the trading code looks at it.

Message n of the session has number n, from 1. Clock(n) is the event time of message n; it never
falls inside a session.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol

from tradestack.domain.trade import Trade
from tradestack.wire.feed import TickRecords

# Up to this many records are processed one by one: numpy takes as long for any number.
FEW_RECORDS = 64


class Tape(Protocol):
    """Random access to the messages that are recorded so far; the same number, the same message."""

    @property
    def session_id(self) -> str:
        """The feed session."""
        ...

    @property
    def head(self) -> int:
        """The number of the newest message that can be read, 0 = none."""
        ...

    def records(self, first: int, count_max: int) -> TickRecords:
        """Return consecutive messages from `first` on: at least one if `first` ≤ head."""
        ...

    def last_trade(self, symbol: str, through: int) -> Trade | None:
        """Return the newest trade of the symbol with a number of at most `through`."""
        ...

    def recent_trades(self, symbol: str, through: int, count: int) -> Sequence[Trade]:
        """Return the newest `count` such trades, or as many as there are, the oldest first."""
        ...


def message_at(tape: Tape, time_ns: int) -> int:
    """Return the number of the last message whose event time is not after that; 0 = none is."""
    return bisect_right(range(1, tape.head + 1), time_ns, key=lambda number: clock(tape, number))


def clock(tape: Tape, sequence: int) -> int:
    """Return the event time of a message that is recorded, ns since the Unix epoch."""
    return int(tape.records(sequence, 1)["event_time_ns"][0])
