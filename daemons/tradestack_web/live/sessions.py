"""The files of the newest sessions, read as they grow, and what a viewer has not seen of them."""

from pathlib import Path
from typing import Any

from tradestack.wire.errors import ProtocolError
from tradestack_web.live.daemons import GATEWAY, ORDER_MANAGER
from tradestack_web.live.feed_reader import FeedReader, News, newest_feed_log
from tradestack_web.live.journal_reader import JournalEvent, JournalReader, newest_journal
from tradestack_web.live.position import NONE, Position

MISSED_RECORDS_MAX = 1_000  # more of them are not sent again: the page begins again
ORDERS_SHOWN = 50  # of those before the present
NEWS_SHOWN = 20


class Sessions:
    """The newest feed session and the newest order session in the directory of a stack."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.feed: FeedReader | None = None
        self.journal: JournalReader | None = None

    @property
    def position(self) -> Position:
        """How far both are read."""
        feed, journal = self.feed, self.journal
        return Position(
            feed.session_id if feed else NONE,
            feed.sequence if feed else 0,
            journal.session_id if journal else NONE,
            journal.offset if journal else 0,
        )

    def look(self) -> bool:
        """Open the newest sessions; return whether they are others than before.

        Raises OSError, ProtocolError.
        """
        log = newest_feed_log(self._directory / GATEWAY)
        path = newest_journal(self._directory / ORDER_MANAGER)
        is_new = False
        if log is not None and (self.feed is None or self.feed.session_id != log.stem):
            self._close_feed()
            self.feed = FeedReader(log)
            is_new = True
        if path is not None and (self.journal is None or self.journal.session_id != path.stem):
            self._close_journal()
            self.journal = JournalReader(path, self._event_time)
            is_new = True
        return is_new

    def missed(self, position: Position) -> tuple[list[JournalEvent], list[News]] | None:
        """Return what a viewer at an earlier position has missed; None if it is too much.

        Raises OSError, ProtocolError.
        """
        now = self.position
        if (position.feed_session, position.order_session) != (now.feed_session, now.order_session):
            return None
        records: list[JournalEvent] | None = []
        news: list[News] | None = []
        if self.journal is not None:
            records = self.journal.since(position.offset, MISSED_RECORDS_MAX)
        if self.feed is not None:
            news = self.feed.since(position.sequence, MISSED_RECORDS_MAX)
        return None if records is None or news is None else (records, news)

    def shown(self) -> dict[str, Any]:
        """Return orders, prices and news of the snapshot. Raises OSError."""
        feed, journal = self.feed, self.journal
        return {
            "orders": journal.tail(ORDERS_SHOWN) if journal else [],
            "prices": feed.shown(feed.prices) if feed else None,
            "news": feed.latest_news[-NEWS_SHOWN:] if feed else [],
        }

    def close(self) -> None:
        """Close the files."""
        self._close_feed()
        self._close_journal()

    def _event_time(self, session: str, sequence: int) -> int | None:
        if self.feed is None or self.feed.session_id != session:
            return None
        try:
            return self.feed.event_time(sequence)
        except (OSError, ProtocolError):
            return None

    def _close_feed(self) -> None:
        if self.feed is not None:
            self.feed.tape.close()
            self.feed = None

    def _close_journal(self) -> None:
        if self.journal is not None:
            self.journal.close()
            self.journal = None
