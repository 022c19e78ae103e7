"""The publication of ticks: to the feed log, then to the books, then to the clients.

By this order the books are never older than the packet that wakes a reader, and a number means one
message forever: nothing is shown or sent that is not in the file.
"""

from collections.abc import Callable

from tradestack.domain.clock import Clock
from tradestack.observe.statistics import RateWindows
from tradestack.runtime.process.end_process import end_process
from tradestack.runtime.process.fail_points import FailPoint, passed
from tradestack.sessions.feed_session import FeedSession, Published
from tradestack.wire.feed import TickRecords
from tradestack_gateway.books import Books
from tradestack_gateway.publication_times import PublicationTimes


class Publisher:
    """Publishes, and counts what was published since the process began.

    serve: sends each client that follows a log what was appended to it, before it returns.
    """

    def __init__(self, books: Books, serve: Callable[[], None], clock: Clock) -> None:
        self.ticks_published = 0
        self.rates = RateWindows()
        self.times = PublicationTimes()
        self._books = books
        self._serve = serve
        self._clock = clock

    def publish(self, feed_session: FeedSession, count: int) -> None:
        """Publish the first `count` pending ticks.

        Raises OSError, and then none of them was published. Any other fault, and an OSError after
        the append, ends the process: the log may hold what books, clients and counters do not.
        """
        self._publish(lambda: feed_session.commit(count, self._clock.wall_ns()))

    def relay(self, feed_session: FeedSession, records: TickRecords) -> None:
        """Publish records of another gateway's feed as they are. Raises as `publish` does."""
        self._publish(lambda: feed_session.relay(records, self._clock.monotonic_ns()))

    def _publish(self, append: Callable[[], Published]) -> None:
        passed(FailPoint.GATEWAY_READ)
        published: Published | None = None
        began_ns = self._clock.monotonic_ns() if self.times.is_next_timed() else None
        try:
            published = append()
            self._show(published, began_ns)
        except BaseException as fault:
            if published is None and isinstance(fault, OSError):
                raise
            end_process("between feed log and state", fault)

    def _show(self, published: Published, began_ns: int | None) -> None:
        """Show what is in the log; began_ns: of the publication if it is timed, monotonic."""
        passed(FailPoint.GATEWAY_APPENDED)
        if began_ns is None:
            self._write_books(published)
        else:
            appended_ns = self._clock.monotonic_ns()
            self._write_books(published)
            self.times.book_write.record(self._clock.monotonic_ns() - appended_ns)
        passed(FailPoint.GATEWAY_BOOKED)
        self._serve()
        passed(FailPoint.GATEWAY_SENT)
        count = len(published.records)
        self.ticks_published += count
        now_ns = self._clock.monotonic_ns()
        self.rates.add(count, now_ns)
        if began_ns is not None:
            self.times.publish.record(now_ns - began_ns)

    def _write_books(self, published: Published) -> None:
        for book in self._books.both:
            book.update_batch(published.records, published.slots, published.first_sequence)
