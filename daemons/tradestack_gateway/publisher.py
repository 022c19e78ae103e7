"""records → stamped → feed log → books → clients: the one way out of the gateway.

The order is what makes the books never older than the packet that wakes a reader, and what makes a
number mean one message for ever: nothing is shown or sent that is not in the file.
"""

from collections.abc import Callable

from tradestack.domain.clock import Clock
from tradestack.observe.statistics import RateWindows
from tradestack.runtime.fail_points import FailPoint, passed
from tradestack.store.books import FEW_RECORDS, SharedBook, SharedNewsBook, SharedPriceBook
from tradestack.store.feed_log import FeedLog
from tradestack.wire.feed import TickRecords, unpack_ticks
from tradestack_gateway.feed_session import FeedSession

RECOVERY_RECORDS = 5_461  # read from the log in one go; what a feed log gives at most


class Publisher:
    """Owns the books; counts what goes out.

    serve: gives every client that follows a log what was appended to it, before it returns.
    wake: tells the server that a log has ended.
    """

    def __init__(
        self,
        prices: SharedPriceBook,
        news: SharedNewsBook,
        *,
        serve: Callable[[], None],
        wake: Callable[[], None],
        clock: Clock,
    ) -> None:
        self.ticks_published = 0  # since the process began
        self.rates = RateWindows()
        self._books = (prices, news)
        self._serve = serve
        self.wake = wake
        self._clock = clock

    @property
    def symbols_refused(self) -> int:
        """Updates of symbols for which the books had no room."""
        return sum(book.symbols_refused for book in self._books)

    def publish(self, session: FeedSession, records: TickRecords) -> None:
        """All of the records. Raises OSError, and then none of them went out.

        What nobody waits for is done after they are sent.
        """
        passed(FailPoint.GATEWAY_READ)
        records["publish_time_ns"] = self._clock.wall_ns()
        first_sequence = session.log.head + 1
        packets = records.tobytes()
        session.log.append(packets)
        passed(FailPoint.GATEWAY_APPENDED)
        self._update_books(records, packets, first_sequence)
        passed(FailPoint.GATEWAY_BOOKED)
        self._serve()
        passed(FailPoint.GATEWAY_SENT)
        session.published(records)
        self.ticks_published += len(records)
        self.rates.add(len(records), self._clock.monotonic_ns())

    def _update_books(self, records: TickRecords, packets: bytes, first_sequence: int) -> None:
        if len(records) <= FEW_RECORDS:
            ticks = tuple(unpack_ticks(packets))
            for book in self._books:
                book.update_each(ticks, first_sequence)
        else:
            for book in self._books:
                book.update_batch(records, first_sequence)

    def reset_books(self) -> None:
        """Before a new session: its first number is not newer than the last one's newest."""
        for book in self._books:
            book.reset()

    def begin_books(self, session: str) -> None:
        """From now on the books, just reset, are this session's."""
        for book in self._books:
            book.begin_session(session)

    def recover_books(self, log: FeedLog) -> None:
        """Brings in what the log has and a killed process could not put into the books any more.

        Books of another session, as of a gateway with another state directory, begin anew.
        """
        if any(self._is_foreign(book, log) for book in self._books):
            self.reset_books()
            self.begin_books(log.session_id)
        sequence = min(book.sequence for book in self._books)
        while sequence < log.head:
            records = log.records(sequence + 1, RECOVERY_RECORDS)
            self._update_books(records, records.tobytes(), sequence + 1)
            sequence += len(records)

    def _is_foreign(self, book: SharedBook, log: FeedLog) -> bool:
        return book.session != log.session_id or book.sequence > log.head

    def heartbeat(self) -> None:
        """Tells the books' readers that their writer lives."""
        for book in self._books:
            book.heartbeat(self._clock.wall_ns())

    def close(self) -> None:
        """Leaves the books, as they are, to their readers."""
        for book in self._books:
            book.close()
