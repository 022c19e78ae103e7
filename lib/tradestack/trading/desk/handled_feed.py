"""The feed up to the message that a strategy is handling: times and last prices.

BatchFeed     of a strategy that is given whole batches
MessageFeed   of one that is given a message at a time
"""

from tradestack.domain.tick import Tick, TickKind
from tradestack.strategies.last_prices import LastPrices
from tradestack.wire.feed import (
    TickBatch,
    UnpackedTick,
    encode_symbol,
    new_records,
    unpack_ticks,
)


class BatchFeed:
    """A batch, and the prices of those before it.

    Prices are taken in when one is asked for, as columns up to the row that asks.
    """

    def __init__(self) -> None:
        self._prices = LastPrices()
        self._batch = TickBatch(1, new_records(0))
        self._rows_taken = 0

    def enter(self, batch: TickBatch) -> None:
        """Begin with the next batch."""
        self._take_through(len(self._batch))
        self._batch, self._rows_taken = batch, 0

    def times_of(self, sequence: int) -> tuple[int, int]:
        """Return the event time and the publish time of a message of the batch."""
        _, _, event_time_ns, publish_time_ns, _, _ = self._message(sequence)
        return event_time_ns, publish_time_ns

    def last_price(self, symbol: str, sequence: int | None) -> int | None:
        """Return the symbol's newest price up to that message, None = up to the newest.

        Later calls name no earlier one.
        """
        row = len(self._batch) - 1 if sequence is None else sequence - self._batch.first_sequence
        field = encode_symbol(symbol)
        if row >= 0:
            kind, traded, _, _, price, _ = self._message(self._batch.first_sequence + row)
            if kind == TickKind.PRICE and traded == field:
                return price  # as for nearly all orders
        self._take_through(row + 1)
        return self._prices.of(field)

    def _message(self, sequence: int) -> UnpackedTick:
        row = sequence - self._batch.first_sequence
        (message,) = unpack_ticks(self._batch.records[row : row + 1].tobytes())
        return message

    def _take_through(self, rows: int) -> None:
        if rows > self._rows_taken:
            self._prices.take(self._batch.records[self._rows_taken : rows])
            self._rows_taken = rows


class MessageFeed:
    """The message that is handled, and the prices up to it."""

    def __init__(self) -> None:
        self._tick: Tick | None = None
        self._prices: dict[str, int] = {}

    def enter(self, tick: Tick) -> None:
        """Go on to the next message."""
        self._tick = tick
        if tick.kind is TickKind.PRICE:
            self._prices[tick.symbol] = tick.value

    def times_of(self, sequence: int) -> tuple[int, int]:
        """Return the event time and the publish time of the message."""
        assert self._tick is not None, "requests are caused by a message"
        assert self._tick.sequence == sequence, "a message at a time"
        return self._tick.event_time_ns, self._tick.publish_time_ns

    def last_price(self, symbol: str, sequence: int | None) -> int | None:  # noqa: ARG002 (it is the last)
        """Return the symbol's newest price."""
        return self._prices.get(symbol)
