"""shared memory → the live price of a symbol and its age, or nothing.

An annotation of orders and never a reason for one: whatever is wrong with the book is counted and
the order goes without. The book may appear after us, be replaced, or vanish for good.
"""

import logging

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.faults import OperatorFault
from tradestack.store.book_reader import BookReader
from tradestack.store.books import SharedPriceBook
from tradestack.trading.counters import Counted, Counters
from tradestack.trading.order_factory import ReferencePrice

# A replaced segment is noticed that late; looking costs a stat.
REFRESH_INTERVAL_NS = NANOSECONDS_PER_SECOND

logger = logging.getLogger(__name__)


class ReferencePrices:
    """Reads the gateway's book of prices."""

    def __init__(self, segment_suffix: str, counters: Counters) -> None:
        self._name = f"{SharedPriceBook.NAME}{segment_suffix}"
        self._counters = counters
        self._book: BookReader | None = None
        self._refreshed_ns = 0
        self._complaint = ""  # logged once until it changes

    def read(self, symbol: str, now_ns: int) -> ReferencePrice | None:
        """The latest price there is; now_ns: wall clock."""
        try:
            entry = self._open(now_ns).read(symbol)
        except (OSError, OperatorFault) as fault:
            self._complain(str(fault))
            entry = None
        else:
            self._complaint = ""
        if entry is None:
            self._counters.add_to_process(Counted.BOOK_READ_FAILURES)
            return None
        return ReferencePrice(entry.value, now_ns - entry.publish_time_ns)

    def close(self) -> None:
        """Lets go of the segment, which lives on."""
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

    def _complain(self, complaint: str) -> None:
        if complaint != self._complaint:
            self._complaint = complaint
            logger.warning("orders go without reference price: %s", complaint)
