"""The next message of the tape that means something to an account.

Most messages mean nothing to it: they are of other symbols, or at prices that reach none of its
orders. They are passed over by whole columns.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tradestack.domain.tick import TickKind
from tradestack.trading.account.account_state import UnderWay
from tradestack.trading.execution.price_bounds import PriceBounds
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.trading.tape import FEW_RECORDS
from tradestack.wire.feed import TickRecords, encode_symbol, is_of_symbol

_PRICE = int(TickKind.PRICE)


@dataclass(frozen=True, slots=True)
class Interest:
    """What an account waits for.

    next_under_way: the request that arrives first. window_end_ns: feed time after which an order's
    window is over. bounds: by padded symbol, prices that reach an order of it; None: all do. Of two
    of a symbol the last one is the wider.
    """

    next_under_way: UnderWay | None
    window_end_ns: int | None
    bounds: Sequence[tuple[bytes, PriceBounds | None]]

    @classmethod
    def of(
        cls,
        under_way: Sequence[UnderWay],
        orders: Iterable[WorkingOrder],
        bounds: Iterable[tuple[str, PriceBounds | None]],
    ) -> "Interest":
        """Return what matters to an account with these requests and orders."""
        ends = [order.window_end_ns for order in orders if order.window_end_ns is not None]
        return cls(
            under_way[0] if under_way else None,
            min(ends, default=None),
            [(encode_symbol(symbol), bound) for symbol, bound in bounds],
        )

    def next_row(self, first: int, records: TickRecords) -> int:
        """Return the row of the first message that matters; their count if none does.

        first: number of the first of the records.
        """
        rows = len(records)
        times = records["event_time_ns"]
        if self.next_under_way is not None:
            arrived = bisect_left(times, self.next_under_way.arrival_ns)
            rows = min(rows, max(arrived, self.next_under_way.cause + 1 - first))
        if self.window_end_ns is not None:
            rows = min(rows, bisect_right(times, self.window_end_ns))
        if not self.bounds:
            return rows
        if rows <= FEW_RECORDS:
            return _first_of_few(records[:rows], dict(self.bounds))
        for symbol, bounds in self.bounds:
            rows = _first_within(records[:rows], symbol, bounds)
        return rows


def _first_of_few(records: TickRecords, bounds_of: Mapping[bytes, PriceBounds | None]) -> int:
    """Return the row of the first trade that reaches an order; their count if none."""
    columns = (records[name].tolist() for name in ("kind", "symbol", "value"))
    for row, (kind, symbol, price) in enumerate(zip(*columns, strict=True)):
        if kind == _PRICE and symbol in bounds_of:
            bounds = bounds_of[symbol]
            if bounds is None or price <= bounds.low or price >= bounds.high:
                return row
    return len(records)


def _first_within(records: TickRecords, symbol: bytes, bounds: PriceBounds | None) -> int:
    """Return the row of the symbol's first trade that reaches an order; their count if none."""
    matters = is_of_symbol(records, symbol) & (records["kind"] == _PRICE)
    if bounds is not None:
        prices = records["value"]
        matters &= (prices <= bounds.low) | (prices >= bounds.high)
    if not matters.size:
        return 0
    row = int(matters.argmax())
    return row if matters[row] else len(records)
