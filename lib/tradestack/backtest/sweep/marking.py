"""Fills and the ticks that they are on → the equity behind every message that changes it, exactly.

A price of a symbol that is held changes equity by quantity × change of the price; a fill by what it
was better than the newest price, less its fee. Both are computed to ×10⁻¹⁶ and added up in two
parts, as 64 bits do not hold such sums; only the equity is rounded, to ×10⁻⁸, half to even.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.tick import TickKind
from tradestack.report.statistics.equity import EquitySeries, Integers
from tradestack.wire.feed import TickRecords, encode_symbol
from tradestack.wire.symbol_table import SymbolTable

_HALF = SCALE // 2
_LIMB = 10_000  # its square is SCALE
_NONE: Integers = np.zeros(0, np.int64)

# Records that are looked at together: some 100 MB, whatever the length of the tape.
BLOCK_RECORDS = 1 << 20


class TapeFill(NamedTuple):
    """One fill. sequence: of the message that made it, from 1; all else ×10⁻⁸.

    quantity: below 0 of what was sold.
    """

    sequence: int
    symbol: str
    quantity: int
    price: int
    fee: int


def equity_of(records: TickRecords, fills: Sequence[TapeFill]) -> EquitySeries:
    """Return the equity of an account that begins flat with the first record.

    fills: in the order of their sequences; each behind a price of its symbol, or at it.
    """
    book = _Book(fill.symbol for fill in fills)
    times, values = [_NONE], [_NONE]
    taken = 0
    for first in range(0, len(records), BLOCK_RECORDS):
        block = records[first : first + BLOCK_RECORDS]
        end = bisect_right(fills, first + len(block), taken, key=attrgetter("sequence"))
        places, equity = book.take(block, first, fills[taken:end])
        taken = end
        times.append(block["event_time_ns"][places].astype(np.int64))
        values.append(equity)
    return EquitySeries(np.concatenate(times), np.concatenate(values))


class _Changes(NamedTuple):
    """Changes of equity at places of a block: whole ×10⁻⁸, and the rest ×10⁻¹⁶, 0 to SCALE - 1."""

    places: Integers
    whole: Integers
    rest: Integers


class _Book:
    """What is held of each symbol, and the equity, behind the blocks so far."""

    def __init__(self, symbols: Iterable[str]) -> None:
        fields = {encode_symbol(symbol) for symbol in symbols}
        self._table = SymbolTable(max(1, len(fields)))
        self._holdings = [_Holding() for _ in fields]
        for field in fields:
            self._table.add(field)
        self._whole = self._rest = 0

    def take(
        self, block: TickRecords, first: int, fills: Sequence[TapeFill]
    ) -> tuple[Integers, Integers]:
        """Return at which places of the block equity changes, and what it is behind them.

        first: the number of records before the block. fills: those in it.
        """
        of_slot: dict[int, list[TapeFill]] = {}
        for fill in fills:
            of_slot.setdefault(self._table.find(encode_symbol(fill.symbol)), []).append(fill)
        changes = [_Changes(_NONE, _NONE, _NONE)]
        for slot, places in enumerate(self._price_places(block)):
            prices = block["value"][places].astype(np.int64)
            its_fills = of_slot.get(slot, ())
            changes += self._holdings[slot].changes(places, prices, its_fills, first)
        places, whole, rest = map(np.concatenate, zip(*changes, strict=True))
        order = np.argsort(places, kind="stable")
        places = places[order]
        whole_sums = self._whole + np.cumsum(whole[order])
        rest_sums = self._rest + np.cumsum(rest[order])
        if len(places):
            more, self._rest = divmod(int(rest_sums[-1]), SCALE)
            self._whole = int(whole_sums[-1]) + more
        is_last = np.append(places[1:], -1) != places  # of the changes at its message
        return places[is_last], _rounded(whole_sums, rest_sums)[is_last]

    def _price_places(self, block: TickRecords) -> Iterator[Integers]:
        """Yield where the prices of each symbol are, by slot."""
        places = np.flatnonzero(block["kind"] == int(TickKind.PRICE))
        slots = self._table.find_all(block["symbol"][places])
        order = np.argsort(slots, kind="stable")
        starts = np.searchsorted(slots[order], np.arange(len(self._holdings) + 1))
        for start, end in pairwise(starts.tolist()):
            yield places[order[start:end]]


class _Holding:
    """What is held of one symbol, and its newest price."""

    def __init__(self) -> None:
        self._held = self._price = 0

    def changes(
        self, places: Integers, prices: Integers, fills: Sequence[TapeFill], first: int
    ) -> list[_Changes]:
        """Take prices and fills; return the changes of equity by the ones and by the others."""
        at = np.array([fill.sequence - 1 - first for fill in fills], np.int64)
        traded = np.array([fill.quantity for fill in fills], np.int64)
        held = self._held + np.append([0], np.cumsum(traded))
        known = np.append([self._price], prices)
        self._held, self._price = int(held[-1]), int(known[-1])
        before = held[np.searchsorted(at, places, "left")]
        is_held = before != 0
        steps = _product(before[is_held], np.diff(known)[is_held])
        newest = known[np.searchsorted(places, at, "right")]
        better = newest - np.array([fill.price for fill in fills], np.int64)
        whole, rest = _product(traded, better)
        fees = np.array([fill.fee for fill in fills], np.int64)
        return [_Changes(places[is_held], *steps), _Changes(at, whole - fees, rest)]


def _product(left: Integers, right: Integers) -> tuple[Integers, Integers]:
    """Multiply numbers ×10⁻⁸ exactly; return the product rounded down, ×10⁻⁸, and the rest ×10⁻¹⁶.

    Nothing overflows that is within 64 bits ×10⁻⁸ in the end.
    """
    left_high, left_low = np.divmod(left, _LIMB)
    right_high, right_low = np.divmod(right, _LIMB)
    middle, carried = np.divmod(left_high * right_low + left_low * right_high, _LIMB)
    more, rest = np.divmod(carried * _LIMB + left_low * right_low, SCALE)
    return left_high * right_high + middle + more, rest


def _rounded(whole: Integers, rest: Integers) -> Integers:
    """Return sums of both parts ×10⁻⁸, half to even."""
    more, rest = np.divmod(rest, SCALE)
    floor = whole + more
    rounded: Integers = floor + ((rest > _HALF) | ((rest == _HALF) & (floor % 2 == 1)))
    return rounded
