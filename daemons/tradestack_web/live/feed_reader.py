"""The feed log of the newest session, read as it grows: the latest prices, and all news.

Nothing is asked of the gateway for it.
"""

from pathlib import Path
from typing import Any

import numpy as np

from tradestack.domain.clock import NANOSECONDS_PER_MILLISECOND
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.session_id import is_session_id
from tradestack.domain.tick import Tick, TickKind
from tradestack.domain.times import format_utc
from tradestack.store.feed_log import FEED_LOG_SUFFIX
from tradestack.store.feed_tape import FeedTape
from tradestack.wire.feed import TickBatch, decode_symbol

# Messages of one look: a million a second. Of more than that the newest are shown.
LOOK_MESSAGES_MAX = 262_144
# Messages before the present in which the latest prices and news are looked for at first.
BEGIN_MESSAGES_MAX = 65_536
SYMBOLS_SHOWN_MAX = 256
NEWS_SHOWN_MAX = 200  # of one look

Price = tuple[str, float, int]  # value, event time in ms, sequence
News = dict[str, Any]


class FeedReader:
    """One session, read up to message `sequence`.

    prices: the latest of each symbol shown. latest_news: the newest, the oldest first.
    """

    def __init__(self, path: Path) -> None:
        """Open the log, and read the latest prices. Raises OSError, ProtocolError."""
        self.session_id = path.stem
        self.prices: dict[str, Price] = {}
        self.tape = FeedTape(path)
        self._symbols: set[bytes] = set()  # of all prices that were read
        self._fresh: set[str] = set()
        self.sequence = max(0, self.tape.head - BEGIN_MESSAGES_MAX)
        self.latest_news: list[News] = []
        self.read()
        self._fresh.clear()

    def read(self) -> tuple[list[News], int]:
        """Read what is new; return the news in it, and how many are left out.

        Raises OSError, ProtocolError.
        """
        head = self.tape.look()
        self.sequence = max(self.sequence, head - LOOK_MESSAGES_MAX)
        begin = self.sequence
        while self.sequence < head:
            records = self.tape.records(self.sequence + 1, head - self.sequence)
            batch = TickBatch(self.sequence + 1, records)
            self._take_prices(batch)
            self.sequence = batch.last_sequence
        news = self._news_since(begin)
        self.latest_news = (self.latest_news + news)[-NEWS_SHOWN_MAX:]
        return news[-NEWS_SHOWN_MAX:], max(0, len(news) - NEWS_SHOWN_MAX)

    def since(self, sequence: int, count_max: int) -> list[News] | None:
        """Return the news after a message, up to what was read; None if that is too much.

        Raises OSError, ProtocolError.
        """
        if not 0 <= self.sequence - sequence <= LOOK_MESSAGES_MAX:
            return None
        news = self._news_since(sequence)
        return None if len(news) > count_max else news

    def take_fresh(self) -> dict[str, Price]:
        """Return the prices that are new since the last call."""
        fresh = {symbol: self.prices[symbol] for symbol in self._fresh}
        self._fresh.clear()
        return fresh

    def shown(self, prices: dict[str, Price]) -> dict[str, Any]:
        """Return the data of the event `prices`."""
        return {
            "session": self.session_id,
            "head": self.sequence,
            "symbols_left_out": max(0, len(self._symbols) - SYMBOLS_SHOWN_MAX),
            "prices": prices,
        }

    def event_time(self, sequence: int) -> int | None:
        """Return the event time of a message; None if the log does not have it."""
        if not 0 < sequence <= self.tape.look():
            return None
        return int(self.tape.records(sequence, 1)["event_time_ns"][0])

    def _news_since(self, sequence: int) -> list[News]:
        news: list[News] = []
        while sequence < self.sequence:
            records = self.tape.records(sequence + 1, self.sequence - sequence)
            batch = TickBatch(sequence + 1, records)
            places = np.flatnonzero(records["kind"] == int(TickKind.NEWS))
            news += [_news(batch, int(place)) for place in places]
            sequence = batch.last_sequence
        return news

    def _take_prices(self, batch: TickBatch) -> None:
        records = batch.records
        places = np.flatnonzero(records["kind"] == int(TickKind.PRICE))
        symbols = records["symbol"][places].tolist()
        for field, place in dict(zip(symbols, places.tolist(), strict=True)).items():  # the last
            if field not in self._symbols:
                self._symbols.add(field)
            symbol = decode_symbol(field)
            if symbol not in self.prices and len(self.prices) == SYMBOLS_SHOWN_MAX:
                continue
            record = records[place]
            self.prices[symbol] = (
                format_fixed(int(record["value"])),
                milliseconds(int(record["event_time_ns"])),
                batch.first_sequence + place,
            )
            self._fresh.add(symbol)


def newest_feed_log(directory: Path) -> Path | None:
    """Return the log of the newest session; None if there is none."""
    logs = [path for path in directory.glob(f"*{FEED_LOG_SUFFIX}") if is_session_id(path.stem)]
    return max(logs, key=lambda path: path.stem, default=None)


def milliseconds(time_ns: int) -> float:
    """Return a time as charts have it."""
    return time_ns / NANOSECONDS_PER_MILLISECOND


def _news(batch: TickBatch, place: int) -> News:
    one = TickBatch(batch.first_sequence + place, batch.records[place : place + 1])
    return news_object(next(one.ticks()))


def news_object(tick: Tick) -> News:
    """Return a NEWS of API.md."""
    return {
        "sequence": tick.sequence,
        "symbol": tick.symbol,
        "event_time": format_utc(tick.event_time_ns),
        "value": format_fixed(tick.value),
    }
