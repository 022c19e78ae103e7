"""What was traded of a symbol in a window of feed time, exactly."""

import numpy as np

from tradestack.domain.tick import TickKind
from tradestack.trading.tape import Tape
from tradestack.wire.feed import TickRecords, encode_symbol, is_of_symbol

# Messages that are processed together.
STRIDE = 16_384
_PRICE = int(TickKind.PRICE)


class TapeVolume:
    """The traded quantity of one symbol in a window that moves on with the tape, ×10⁻⁸.

    A window of n ns at feed time t has the trades later than t − n. Each message is looked at
    twice: when it enters and when it leaves.
    """

    def __init__(self, tape: Tape, symbol: str, window_ns: int) -> None:
        self._tape = tape
        self._symbol = encode_symbol(symbol)
        self._window_ns = window_ns
        self._first = 1  # number of the oldest message in the window
        self._through = 0  # and of the newest one
        self._since_ns = 0
        self._sum = 0

    def volume(self, through: int, time_ns: int) -> int:
        """Return what was traded up to message `through`, whose time that is."""
        since_ns = time_ns - self._window_ns
        if (through, since_ns) == (self._through, self._since_ns):
            return self._sum
        self._since_ns = since_ns
        if through < self._through or not self._through:
            self._first = self._find_first(through, since_ns)
            self._through, self._sum = self._first - 1, 0
        while self._through < through:
            records = self._records(self._through + 1, through)
            self._sum += self._traded(records)
            self._through += len(records)
        while self._first <= through:
            records = self._records(self._first, through)
            gone = int(np.searchsorted(records["event_time_ns"], since_ns, "right"))
            self._sum -= self._traded(records[:gone])
            self._first += gone
            if gone < len(records):
                break
        return self._sum

    def _find_first(self, through: int, since_ns: int) -> int:
        """Return the number of the first message later than that, or one after the last."""
        low, high = 1, through + 1
        while low < high:
            middle = (low + high) // 2
            if int(self._tape.records(middle, 1)["event_time_ns"][0]) > since_ns:
                high = middle
            else:
                low = middle + 1
        return low

    def _records(self, first: int, through: int) -> TickRecords:
        return self._tape.records(first, min(STRIDE, through - first + 1))

    def _traded(self, records: TickRecords) -> int:
        is_trade = is_of_symbol(records, self._symbol) & (records["kind"] == _PRICE)
        return int(records["size"][is_trade].sum(dtype=np.int64))
