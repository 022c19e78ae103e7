"""The publication of ticks: to the feed log, then to the books, then to the clients.

By this order the books are never older than the packet that wakes a reader, and a number means one
message forever: nothing is shown or sent that is not in the file.
"""

from collections.abc import Callable

from tradestack.domain.clock import Clock
from tradestack.observe.statistics import RateWindows
from tradestack.runtime.fail_points import FailPoint, passed
from tradestack_gateway.books import Books
from tradestack_gateway.sessions.feed_session import FeedSession


class Publisher:
    """Publishes, and counts what was published since the process began.

    serve: sends each client that follows a log what was appended to it, before it returns.
    """

    def __init__(self, books: Books, serve: Callable[[], None], clock: Clock) -> None:
        self.ticks_published = 0
        self.rates = RateWindows()
        self._books = books
        self._serve = serve
        self._clock = clock

    def publish(self, feed_session: FeedSession, count: int) -> None:
        """Publish the first `count` pending ticks.

        Raises OSError, and then none of them was published.
        """
        passed(FailPoint.GATEWAY_READ)
        published = feed_session.commit(count, self._clock.wall_ns())
        passed(FailPoint.GATEWAY_APPENDED)
        for book in self._books.both:
            book.update_batch(published.records, published.slots, published.first_sequence)
        passed(FailPoint.GATEWAY_BOOKED)
        self._serve()
        passed(FailPoint.GATEWAY_SENT)
        self.ticks_published += count
        self.rates.add(count, self._clock.monotonic_ns())
