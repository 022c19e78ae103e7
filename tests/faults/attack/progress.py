"""The progress of a stack by its files alone, also while no daemon runs."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from tests.faults.compare.evidence import PACKET_LENGTH, feed_logs_in, journals_in

TAIL_BYTES = 64 << 10  # of a journal: some hundred orders

_FEED_SEQUENCE = re.compile(rb'"FeedSeq":([0-9]+)')


class Progress:
    """Head and orders of the newest feed session.

    due: the feed numbers of a whole session that must cause an order; messages: their number.
    """

    def __init__(self, directory: Path, due: Sequence[int], messages: int) -> None:
        self._directory = directory
        self._due = due
        self._messages = messages
        self._session = ""
        self._ordered = 0  # the newest feed number that has an order

    @property
    def head(self) -> int:
        """The number of messages published."""
        return feed_logs_in(self._directory)[-1].stat().st_size // PACKET_LENGTH

    def is_over(self) -> bool:
        """Tell whether all ticks were published."""
        return self.head >= self._messages

    def in_flight(self) -> int:
        """Return the number of orders that are due by now, after the newest in a journal."""
        session = feed_logs_in(self._directory)[-1].stem
        if session != self._session:
            self._session, self._ordered = session, 0
        for line in self._newest_lines():
            if _is_order_of(line, self._session) and (match := _FEED_SEQUENCE.search(line)):
                self._ordered = max(self._ordered, int(match[1]))
        ordered = bisect_right(self._due, self._ordered)
        return max(0, bisect_right(self._due, self.head) - ordered)

    def _newest_lines(self) -> list[bytes]:
        with journals_in(self._directory)[-1].open("rb") as journal:
            size = journal.seek(0, 2)
            journal.seek(max(0, size - TAIL_BYTES))
            return journal.read().split(b"\n")


def _is_order_of(line: bytes, feed_session: str) -> bool:
    return b'{"Record":"Order"' in line and feed_session.encode() in line
