"""A tape that shows the progress of reading it."""

from collections.abc import Callable, Sequence

from tradestack.domain.trade import Trade
from tradestack.trading.tape import Tape
from tradestack.wire.feed import TickRecords


class WatchedTape:
    """Another tape; show: is told the number of each message from which on it is read."""

    def __init__(self, tape: Tape, show: Callable[[int], None]) -> None:
        self._tape = tape
        self._show = show

    @property
    def session_id(self) -> str:
        """The feed session."""
        return self._tape.session_id

    @property
    def head(self) -> int:
        """The number of the newest message that can be read, 0 = none."""
        return self._tape.head

    def records(self, first: int, count_max: int) -> TickRecords:
        """Return consecutive messages from `first` on."""
        self._show(first)
        return self._tape.records(first, count_max)

    def last_trade(self, symbol: str, through: int) -> Trade | None:
        """Return the newest trade of the symbol with a number of at most `through`."""
        return self._tape.last_trade(symbol, through)

    def recent_trades(self, symbol: str, through: int, count: int) -> Sequence[Trade]:
        """Return the newest `count` such trades."""
        return self._tape.recent_trades(symbol, through, count)
