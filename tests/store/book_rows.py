"""The rows of a book as plain values."""

from tradestack.store.shared_memory.book_reader import BookReader

Row = tuple[str, int, int, int, int, int]


def all_rows(book: BookReader) -> list[Row]:
    """Return the rows of read_all as plain values."""
    symbols, records = book.read_all()
    fields = ("value", "size", "event_time_ns", "publish_time_ns", "sequence")
    columns = [records[field].tolist() for field in fields]
    return list(zip(symbols, *columns, strict=True))


def each_row(book: BookReader) -> list[Row]:
    """Return the same rows, read one by one."""
    entries = [book.entry(symbol) for symbol in book.symbols]
    return [
        (e.symbol, e.value, e.size, e.event_time_ns, e.publish_time_ns, e.sequence)
        for e in entries
        if e is not None
    ]
