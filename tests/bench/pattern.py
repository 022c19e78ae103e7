"""Tick records that contain their own numbers, and the check that all were received.

The number of message n is in its size field, for the stack as for every peer. A receiver checks
each record, so that a message lost, repeated or out of order is noticed where it happens.
"""

import numpy as np

from tests.bench.faults import CountWrong
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.tick import TickKind
from tradestack.wire.feed import TICK_PACKET_LENGTH, TickRecords, encode_symbol, new_records

SYMBOLS = ("AIG", "BAC", "IBM", "SPY", "KO", "XOM", "GOOG", "MSFT", "TSLA", "AMZN")
BATCH_64_KIB = 64 * 1024 // TICK_PACKET_LENGTH  # ticks
EVENT_TIME_NS = 1_768_487_400_000_000_000
INTERVAL_NS = 1_000_000


def new_block(count: int, symbol_count: int = len(SYMBOLS)) -> TickRecords:
    """Make prices of `symbols` symbols in turn; `number` fills in what differs between blocks."""
    records = new_records(count)
    places = np.arange(count)
    names = [*SYMBOLS, *(f"S{number}" for number in range(symbol_count))][:symbol_count]
    symbols = np.array([encode_symbol(name) for name in names])
    records["kind"] = int(TickKind.PRICE)
    records["symbol"] = symbols[places % symbol_count]
    records["value"] = (100 + places % 7) * SCALE
    return records


def number(records: TickRecords, first: int) -> None:
    """Make the block the one that begins with message `first`."""
    numbers = np.arange(first, first + len(records))
    records["size"] = numbers
    records["event_time_ns"] = EVENT_TIME_NS + numbers * INTERVAL_NS


class Check:
    """Checks what one consumer receives. step: the difference of successive sizes."""

    def __init__(self, step: int = 1) -> None:
        self.count = 0
        self._step = step

    def take(self, records: TickRecords) -> None:
        """Check the next messages. Raises CountWrong."""
        first = self.count + 1
        self.count += len(records)
        step = self._step
        if not np.array_equal(
            records["size"], np.arange(first * step, (self.count + 1) * step, step)
        ):
            raise CountWrong(f"messages {first} to {self.count} are not those that were sent")
