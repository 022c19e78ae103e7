"""The feed log of one feed session, read at any number while its gateway writes it.

The tape takes no lock and keeps no copy of the log: accounts read it where each of them is, and the
kernel's page cache serves all of them. Nothing is read of it unless somebody asks.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import msgspec
import numpy as np

from tradestack.domain.tick import TickKind
from tradestack.domain.trade import Trade
from tradestack.store.feed_log import FEED_LOG_SUFFIX, SIDECAR_SUFFIX
from tradestack.store.named_file import open_named_file
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import (
    TICK_PACKET,
    TICK_PACKET_LENGTH,
    TickRecords,
    encode_symbol,
    is_of_symbol,
    is_tick_packets,
)

# Messages of one read at most, 1 MiB.
READ_MESSAGES_MAX = 16_384
# A read of few messages takes this many, so that the next one finds its own in memory.
READ_MESSAGES_MIN = 1_024
# Messages of the first step of a search back; each further step takes eight times as many.
SEARCH_MESSAGES_MIN = 64
SEARCH_GROWTH = 8
_PRICE = int(TickKind.PRICE)
_EMPTY: TickRecords = np.zeros(0, TICK_PACKET)


class _Found(msgspec.Struct):
    """What is known of a symbol: its newest trade up to message `through`."""

    through: int
    trade: Trade | None


class _End(msgspec.Struct):
    """The fields of the gateway's sidecar that say whether the session has ended."""

    ended: bool = False
    ended_head: int | None = None
    incomplete: bool = False  # a relay has given it up: no message follows the ones that are there


class FeedTape:
    """The tape of one session; implements `trading.tape.Tape`.

    head: the newest message when `look` was called; it never moves by itself, so that everything
    in one pass of the loop sees the same tape.
    """

    def __init__(self, path: Path) -> None:
        """Open the log. Raises FileNotFoundError, OSError."""
        self.session_id = path.stem
        self.head = 0
        self._path = path
        self._file = open_named_file(path)
        self._first = 1  # number of the first record in memory
        self._records = _EMPTY
        self._found: dict[str, _Found] = {}
        self._end = _End()
        self._end_version: tuple[int, int] | None = None  # of the sidecar: inode, time of change
        self.look()

    @classmethod
    def open(cls, directory: Path, session_id: str) -> Self:
        """Open the log of a session in a gateway's directory. Raises OSError."""
        return cls(directory / f"{session_id}{FEED_LOG_SUFFIX}")

    def look(self) -> int:
        """Return the number of the newest message, and let `head` be it. Raises OSError."""
        self.head = self.written()
        return self.head

    def written(self) -> int:
        """Return the number of the newest message, and leave `head` as it is. Raises OSError."""
        return os.fstat(self._file.fileno()).st_size // TICK_PACKET_LENGTH

    def ended_head(self) -> int | None:
        """Return the number of the last message if the session has ended; None if it goes on.

        One that a relay has given up has ended with what the relay has of it. Raises OSError,
        ValueError for a sidecar that is not one.
        """
        sidecar = self._path.with_suffix(SIDECAR_SUFFIX)
        status = sidecar.stat()
        version = status.st_ino, status.st_mtime_ns
        if version != self._end_version:
            with open_named_file(sidecar) as file:
                self._end = msgspec.json.decode(file.read(), type=_End)
            self._end_version = version  # of that content or an earlier one, which is read again
        if not (self._end.ended or self._end.incomplete):
            return None
        return self.look() if self._end.ended_head is None else self._end.ended_head

    def hold(self, first: int, records: TickRecords) -> None:
        """Have messages in memory that the caller has read or written: they are not read again."""
        self._first, self._records = first, records

    def records(self, first: int, count_max: int) -> TickRecords:
        """Return consecutive messages from `first` on: at least one if `first` ≤ head.

        Raises OSError, ProtocolError.
        """
        count = min(count_max, self.head - first + 1, READ_MESSAGES_MAX)
        if count <= 0:
            return _EMPTY
        offset = first - self._first
        if 0 <= offset < len(self._records):
            return self._records[offset : offset + count]
        self._first, self._records = first, self._read(first, max(count, READ_MESSAGES_MIN))
        return self._records[:count]

    def last_trade(self, symbol: str, through: int) -> Trade | None:
        """Return the newest trade of the symbol with a number of at most `through`.

        Messages that were searched once for a symbol are not searched again.
        """
        found = self._found.get(symbol)
        if found is None:
            found = self._found[symbol] = _Found(0, None)
        if through > found.through:
            newer = self._search(symbol, found.through + 1, through, 1)
            found.trade = newer[0] if newer else found.trade
            found.through = through
        elif found.trade is not None and found.trade.sequence > through:
            older = self._search(symbol, 1, through, 1)
            return older[0] if older else None
        return found.trade

    def recent_trades(self, symbol: str, through: int, count: int) -> Sequence[Trade]:
        """Return the newest `count` such trades, or as many as there are, the oldest first."""
        return self._search(symbol, 1, through, count)

    def close(self) -> None:
        """Close the log."""
        self._file.close()

    def _search(self, symbol: str, first: int, last: int, count: int) -> list[Trade]:
        """Return the newest `count` trades of the symbol between two numbers, the oldest first."""
        field = encode_symbol(symbol)
        trades: list[Trade] = []
        step = SEARCH_MESSAGES_MIN
        last = min(last, self.head)
        while last >= first and len(trades) < count:
            begin = max(first, last - step + 1)
            records = self._read(begin, last - begin + 1)
            is_trade = is_of_symbol(records, field) & (records["kind"] == _PRICE)
            places = np.flatnonzero(is_trade)[len(trades) - count :]
            trades = [_trade(symbol, begin + place, records[place]) for place in places] + trades
            last = begin - 1
            step = min(step * SEARCH_GROWTH, READ_MESSAGES_MAX)
        return trades

    def _read(self, first: int, count: int) -> TickRecords:
        offset = first - self._first
        if offset >= 0 and offset + count <= len(self._records):
            return self._records[offset : offset + count]
        count = min(count, self.head - first + 1)
        packets = os.pread(
            self._file.fileno(), count * TICK_PACKET_LENGTH, (first - 1) * TICK_PACKET_LENGTH
        )
        records: TickRecords = np.frombuffer(packets, TICK_PACKET)
        is_tick = is_tick_packets(records)
        if not is_tick.all() or len(records) < count:
            number = first + (int(is_tick.argmin()) if not is_tick.all() else len(records))
            raise ProtocolError(f"{self._path}: message {number} is not a tick")
        return records


def _trade(symbol: str, sequence: int, record: np.void) -> Trade:
    return Trade(
        int(sequence),
        symbol,
        int(record["event_time_ns"]),
        int(record["value"]),
        int(record["size"]),
    )
