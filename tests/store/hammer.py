"""a segment's name → a writer that stores as fast as it can until it is killed.

Every field of every record is a function of symbol and sequence (`expected_fields`), so that a
reader can tell a whole record from a mixture of two.

    python hammer.py SEGMENT SYMBOLS one|batch
"""

import sys

import numpy as np
import numpy.typing as npt

from tradestack.domain.tick import TickKind
from tradestack.store.shared_memory.books import SharedPriceBook
from tradestack.wire.feed import encode_symbol, new_records
from tradestack.wire.symbol_table import SymbolTable

Column = npt.NDArray[np.int64]


def expected_fields(sequence: Column) -> tuple[Column, Column, Column, Column]:
    """Value, size, event time and publish time of the message with this number."""
    return sequence * 1_000_003, -sequence, sequence << 20, sequence ^ 0x5555_5555_5555


def store_one_by_one(book: SharedPriceBook, symbols: list[str]) -> None:
    """Each symbol in turn, forever."""
    sequence = book.sequence
    while True:
        for symbol in symbols:
            sequence += 1
            fields = sequence * 1_000_003, -sequence, sequence << 20, sequence ^ 0x5555_5555_5555
            book.store(symbol, *fields, sequence)


def store_batches(book: SharedPriceBook, symbols: list[str]) -> None:
    """All symbols at once, forever."""
    records = new_records(len(symbols))
    records["kind"] = TickKind.PRICE
    records["symbol"] = [encode_symbol(symbol) for symbol in symbols]
    table = SymbolTable(len(symbols))
    slots = table.add_all(records["symbol"])
    book.use_table(table)
    while True:
        first = book.sequence + 1
        fields = expected_fields(np.arange(first, first + len(symbols)))
        for name, column in zip(
            ("value", "size", "event_time_ns", "publish_time_ns"), fields, strict=True
        ):
            records[name] = column
        book.update_batch(records, slots, first)


def main() -> None:
    """Says ready once the book is open."""
    name, count, way = sys.argv[1:]
    symbols = [f"S{number}" for number in range(int(count))]
    book = SharedPriceBook(symbols, name)
    print("ready", flush=True)
    {"one": store_one_by_one, "batch": store_batches}[way](book, symbols)


if __name__ == "__main__":
    main()
