"""Reference prices: the live price of a symbol and its age, from the gateway's shared memory.

They annotate orders and are never a reason for one: a failure to read the book is counted, and the
order goes without. The book may appear after the start, be replaced, or vanish for good, or be so
full that a symbol has no place in it. The feed's last price is in the order in any case.
"""

import logging

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.faults import OperatorFault
from tradestack.store.shared_memory.book_reader import BookReader
from tradestack.store.shared_memory.books import SharedPriceBook
from tradestack.store.shared_memory.segment import PRICE_BOOK, book_name
from tradestack.trading.desk.counters import Counted, Counters
from tradestack.trading.desk.epoch import ReferencePrice

# A replaced segment is noticed after this time at the latest; each check costs a stat.
REFRESH_INTERVAL_NS = NANOSECONDS_PER_SECOND

logger = logging.getLogger(__name__)


class ReferencePrices:
    """The reader of the gateway's book of prices."""

    def __init__(self, segment_suffix: str, counters: Counters) -> None:
        self._name = book_name(PRICE_BOOK, segment_suffix)
        self._counters = counters
        self._book: BookReader | None = None
        self._refreshed_ns = 0
        self._problem = ""  # logged once until it changes
        self._is_full_said = False

    def read(self, symbol: str, now_ns: int) -> ReferencePrice | None:
        """Return the latest price, or None if it cannot be read; now_ns: wall clock."""
        try:
            book = self._open(now_ns)
            entry = book.entry(symbol)
            if entry is None and book.has_no_place_for(symbol):
                self._note_without_place(symbol)
                return None
        except (OSError, OperatorFault) as fault:
            self._log_once(str(fault))
            entry = None
        else:
            self._problem = ""
        if entry is None:
            self._counters.add_to_process(Counted.BOOK_READ_FAILURES)
            return None
        return ReferencePrice(entry.value, now_ns - entry.publish_time_ns)

    def close(self) -> None:
        """Detach from the segment, which stays."""
        if self._book is not None:
            self._book.close()
            self._book = None

    def _open(self, now_ns: int) -> BookReader:
        if self._book is None:
            self._book = SharedPriceBook.attach(self._name)
        elif abs(now_ns - self._refreshed_ns) >= REFRESH_INTERVAL_NS:
            self._book.refresh()
        else:
            return self._book
        self._refreshed_ns = now_ns
        return self._book

    def _note_without_place(self, symbol: str) -> None:
        self._counters.add_to_process(Counted.SYMBOLS_WITHOUT_PLACE)
        if not self._is_full_said:
            self._is_full_said = True
            logger.warning(
                "orders for symbols without a place in the book of prices, which is full, go "
                "without reference price, at the feed's last price; the first is for %s",
                symbol,
            )

    def _log_once(self, problem: str) -> None:
        if problem != self._problem:
            self._problem = problem
            logger.warning("orders go without reference price: %s", problem)
