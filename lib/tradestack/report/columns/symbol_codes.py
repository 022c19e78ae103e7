"""The symbol of each message of a tape, as a number."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.faults import OperatorFault
from tradestack.domain.tick import TickKind
from tradestack.report.columns.table import Integers, Texts
from tradestack.wire.feed import TickRecords, decode_symbol, is_tick_packets
from tradestack.wire.symbol_table import NO_SLOT, SymbolTable

SYMBOLS_MAX = int(np.iinfo(np.int16).max)
_RECORDS_TOGETHER = 1 << 16

Show = Callable[[float], None]  # is called with the share that is done


class SymbolCodes:
    """codes: of the messages, from 0. symbols: by their codes. news: numbers of news, from 1."""

    def __init__(self, session_id: str, tape: TickRecords, show: Show, see: str) -> None:
        """Read the tape. Raises OperatorFault for what is no tick; see: where to look then."""
        self.codes: NDArray[np.int16] = np.empty(len(tape), np.int16)
        table = SymbolTable(SYMBOLS_MAX)
        news = [np.zeros(0, np.int64)]
        for first in range(0, len(tape), _RECORDS_TOGETHER):
            records = tape[first : first + _RECORDS_TOGETHER]
            is_tick = is_tick_packets(records)
            if not is_tick.all():
                number = first + int(is_tick.argmin()) + 1
                problem = f"message {number:,} is damaged"
                raise OperatorFault(f"feed log of {session_id}", problem, see)
            codes = table.add_all(records["symbol"])
            if (codes == NO_SLOT).any():
                raise OperatorFault(
                    f"feed log of {session_id}",
                    f"it has more than {SYMBOLS_MAX:,} symbols",
                    "look at a session with fewer",
                )
            news.append(first + 1 + np.flatnonzero(records["kind"] == int(TickKind.NEWS)))
            self.codes[first : first + len(records)] = codes
            show((first + len(records)) / len(tape))
        self.news: Integers = np.concatenate(news)
        self.symbols: Texts = tuple(map(decode_symbol, table.fields()))
