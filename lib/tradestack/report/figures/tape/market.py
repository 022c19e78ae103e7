"""The tape by symbol: the last price up to a message, or up to a time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.tick import TickKind
from tradestack.report.figures.exact import ExactSums, Integers
from tradestack.wire.feed import TickRecords, decode_symbol
from tradestack.wire.symbol_table import SymbolTable

# More symbols than any feed has; those beyond have no place in a report.
SYMBOLS_MAX = 65_535
Numbers = NDArray[np.int64]  # of messages, from 1; 0: none


@dataclass(frozen=True, slots=True, eq=False)
class SymbolPrices:
    """The prices of one symbol in the order of the tape; columns of equal length.

    numbers: of the messages. Prices and sizes are ×10⁻⁸.
    """

    numbers: Integers
    prices: Integers
    sizes: Integers

    def __len__(self) -> int:
        return len(self.numbers)

    def through(self, numbers: Numbers) -> Integers:
        """Return how many prices there are up to each of these messages."""
        counts: Integers = np.searchsorted(self.numbers, numbers, "right")
        return counts

    def last(self, numbers: Numbers) -> Integers:
        """Return the last price up to each of these messages; 0 where there is none."""
        prices: Integers = np.concatenate((np.zeros(1, np.int64), self.prices))[
            self.through(numbers)
        ]
        return prices

    def traded(self, firsts: Numbers, lasts: Numbers) -> tuple[list[int], list[int]]:
        """Return volumes ×10⁻⁸ and values ×10⁻¹⁶ of the trades from each `first` to each `last`."""
        begins = self.through(firsts - 1)
        ends = np.maximum(begins, self.through(lasts))
        volumes = ExactSums(self.sizes).between(begins, ends)
        return volumes, ExactSums(self.sizes, by=self.prices).between(begins, ends)


@dataclass(frozen=True, slots=True, eq=False)
class SymbolNews:
    """The news about one symbol; sentiments are ×10⁻⁸."""

    numbers: Integers
    sentiments: Integers


NO_PRICES = SymbolPrices(*(np.zeros(0, np.int64) for _ in range(3)))
NO_NEWS = SymbolNews(*(np.zeros(0, np.int64) for _ in range(2)))


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """All messages of a feed session, by symbol.

    times: the event time of message n at n - 1; they never fall.
    """

    times: Integers
    prices: Mapping[str, SymbolPrices]
    news: Mapping[str, SymbolNews]

    def prices_of(self, symbol: str) -> SymbolPrices:
        """Return the prices of a symbol."""
        return self.prices.get(symbol, NO_PRICES)

    def news_of(self, symbol: str) -> SymbolNews:
        """Return the news about a symbol."""
        return self.news.get(symbol, NO_NEWS)

    def through(self, times: Integers) -> Numbers:
        """Return the last message up to each of these feed times."""
        numbers: Numbers = np.searchsorted(self.times, times, "right")
        return numbers

    def before(self, times: Integers) -> Numbers:
        """Return the last message before each of these feed times."""
        numbers: Numbers = np.searchsorted(self.times, times, "left")
        return numbers


def market_of(blocks: Iterable[TickRecords]) -> Market:
    """Consecutive messages of a feed session, from the first on → the same by symbol."""
    parts = _Parts()
    for records in blocks:
        parts.add(records)
    return Market(
        times=_joined(parts.times),
        prices={
            symbol: SymbolPrices(*columns) for symbol, columns in _by_symbol(parts, _PRICE).items()
        },
        news={
            symbol: SymbolNews(numbers, values)
            for symbol, (numbers, values, _) in _by_symbol(parts, _NEWS).items()
        },
    )


_PRICE, _NEWS = int(TickKind.PRICE), int(TickKind.NEWS)
_Columns = tuple[Integers, Integers, Integers]  # numbers, values, sizes


@dataclass(slots=True)
class _Parts:
    """What is found so far: of each kind and symbol a list of columns."""

    table: SymbolTable = field(default_factory=lambda: SymbolTable(SYMBOLS_MAX))
    times: list[Integers] = field(default_factory=list)
    columns: dict[int, dict[int, list[_Columns]]] = field(
        default_factory=lambda: {_PRICE: {}, _NEWS: {}}
    )
    count: int = 0

    def add(self, records: TickRecords) -> None:
        """Add the next messages."""
        self.times.append(records["event_time_ns"].astype(np.int64))
        slots = self.table.add_all(np.ascontiguousarray(records["symbol"])).astype(np.uint16)
        for kind, columns in self.columns.items():
            rows = np.flatnonzero(records["kind"] == kind)
            for slot, of_slot in _groups(slots, rows):
                found = columns.setdefault(slot, [])
                values, sizes = (records[name][of_slot].astype(np.int64) for name in _FIELDS)
                found.append((of_slot + (self.count + 1), values, sizes))
        self.count += len(records)


_FIELDS = ("value", "size")


def _groups(slots: NDArray[np.uint16], rows: Integers) -> Iterator[tuple[int, Integers]]:
    """Yield the rows of each slot, ascending."""
    of_rows = slots[rows]
    order = np.argsort(of_rows, kind="stable")
    present, begins = np.unique(of_rows[order], return_index=True)
    parts = np.split(rows[order], begins)[1:]
    for slot, part in zip(present.tolist(), parts, strict=True):
        if slot != SYMBOLS_MAX:  # NO_SLOT, in 16 bits
            yield slot, part


def _by_symbol(parts: _Parts, kind: int) -> dict[str, _Columns]:
    """Join the columns of each symbol, in the order in which the symbols came."""
    fields = list(parts.table.fields())
    columns = parts.columns[kind]
    joined: dict[str, _Columns] = {}
    for slot in sorted(columns):
        numbers, values, sizes = zip(*columns.pop(slot), strict=True)
        joined[decode_symbol(fields[slot])] = _joined(numbers), _joined(values), _joined(sizes)
    return joined


def _joined(arrays: Iterable[Integers]) -> Integers:
    arrays = list(arrays)
    return np.concatenate(arrays) if arrays else np.zeros(0, np.int64)
