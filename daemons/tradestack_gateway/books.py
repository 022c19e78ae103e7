"""The books of prices and of news, from their opening to their close."""

from itertools import islice
from typing import Self

from tradestack.domain.symbol import SYMBOLS_MAX
from tradestack.observe.levels import REACHED_PERCENT, Level
from tradestack.store.feed_log import READ_PACKETS_MAX, FeedLog
from tradestack.store.shared_memory.books import SharedBook, SharedNewsBook, SharedPriceBook
from tradestack.store.shared_memory.segment import NEWS_BOOK, PRICE_BOOK, book_name
from tradestack.wire.feed import decode_symbol
from tradestack.wire.symbol_table import SymbolTable

SYMBOLS_SHOWN = 5  # of those without a place


class Books:
    """The two books, which always belong to the same feed session."""

    def __init__(self, prices: SharedPriceBook, news: SharedNewsBook) -> None:
        self.both: tuple[SharedBook, SharedBook] = (prices, news)

    @classmethod
    def open(cls, suffix: str) -> Self:
        """Open them as their writer; the suffix is appended to the name of their directory.

        Raises OperatorFault if another gateway has them open, OSError.
        """
        prices = SharedPriceBook(name=book_name(PRICE_BOOK, suffix))
        try:
            return cls(prices, SharedNewsBook(name=book_name(NEWS_BOOK, suffix)))
        except BaseException:
            prices.close()
            raise

    @property
    def symbols_left_out(self) -> int:
        """The number of symbols of the session without a place in the book of prices or of news."""
        return len(set().union(*(book.left_out for book in self.both)))

    def levels(self) -> list[Level]:
        """Return how full the books are."""
        prices, news = self.both
        return [_level("price_book", prices), _level("news_book", news)]

    def reset(self) -> None:
        """Drop all values; to be done before a new session is on record.

        Else a gateway that is killed between the two would take the old session's values for the
        new one's.
        """
        for book in self.both:
            book.reset()

    def begin(self, session_id: str, symbols: SymbolTable) -> None:
        """Give the books, just reset, to a new session with this table of slots."""
        for book in self.both:
            book.use_table(symbols)
            book.begin_session(session_id)

    def rebuild(self, log: FeedLog, symbols: SymbolTable) -> None:
        """Add the messages of the log that a killed gateway could not add to the books.

        Books of another session, as of a gateway with another state directory, begin again.
        Raises OSError.
        """
        for book in self.both:
            book.use_table(symbols)
        if any(book.session_id != log.session_id or book.sequence > log.head for book in self.both):
            self.reset()
            self.begin(log.session_id, symbols)
        sequence = min(book.sequence for book in self.both)
        while sequence < log.head:
            records = log.records(sequence + 1, READ_PACKETS_MAX)
            slots = symbols.add_all(records["symbol"])
            for book in self.both:
                book.update_batch(records, slots, sequence + 1)
            sequence += len(records)

    def heartbeat(self, now_ns: int) -> None:
        """Show the books' readers that their writer runs; ns since the Unix epoch."""
        for book in self.both:
            book.heartbeat(now_ns)

    def close(self) -> None:
        """Close the books; their values stay for readers."""
        for book in self.both:
            book.close()


def _level(name: str, book: SharedBook) -> Level:
    """Return how full a book is; its limit is reached when a symbol has no place."""
    count = len(book.symbols) + len(book.left_out)
    used = f"{count:,} symbols, room for {SYMBOLS_MAX:,}"
    percent = min(100 * count // SYMBOLS_MAX, REACHED_PERCENT - 1)
    if book.left_out:
        percent = REACHED_PERCENT
        shown = map(decode_symbol, islice(book.left_out, SYMBOLS_SHOWN))
        used += f", {len(book.left_out):,} left out, first {' '.join(shown)}"
    remedy = (
        "name fewer files as prices or sentiment; to forget the symbols of earlier files, stop the "
        f"gateway and remove {book.path}"
    )
    return Level(name, percent, used, remedy)
