"""Messages of the tape → the tables `ticks` and `news`."""

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.tick import Aggressor, TickKind
from tradestack.report.columns.declared import NEWS, TICKS, WORDS
from tradestack.report.columns.symbol_codes import SymbolCodes
from tradestack.report.columns.table import Column, Integers, Table
from tradestack.report.files.feed_file import MappedTape
from tradestack.wire.feed import TickRecords, decode_aggressor

# Byte on the wire → code.
_KINDS = np.zeros(256, np.int16)
_AGGRESSORS = np.zeros(256, np.int16)
for _code, _kind in enumerate(TickKind):
    _KINDS[_kind] = _code
for _byte in range(256):
    _AGGRESSORS[_byte] = list(Aggressor).index(decode_aggressor(_byte))


def tick_table(tape: TickRecords, symbols: SymbolCodes, first: int, end: int) -> Table:
    """Return the messages behind the first `first` ones, up to number `end`."""
    records = tape[first:end]
    columns: dict[str, Column] = {
        "feed_seq": np.arange(first + 1, first + 1 + len(records)),
        "event_time": _native(records["event_time_ns"]),
        "publish_time": _native(records["publish_time_ns"]),
        "kind": _KINDS[records["kind"]],
        "symbol": symbols.codes[first:end],
        "value": _native(records["value"]),
        "size": _native(records["size"]),
        "aggressor": _AGGRESSORS[records["side"]],
    }
    texts = {"symbol": symbols.symbols} | {name: WORDS[name] for name in ("kind", "aggressor")}
    return Table(TICKS, columns, texts)


def news_table(tape: MappedTape, symbols: SymbolCodes) -> Table:
    """Return the news."""
    numbers = symbols.news
    columns: dict[str, Column] = {
        "feed_seq": numbers,
        "event_time": tape.column("event_time_ns", numbers),
        "publish_time": tape.column("publish_time_ns", numbers),
        "symbol": symbols.codes[numbers - 1],
        "sentiment": tape.column("value", numbers),
    }
    return Table(NEWS, columns, {"symbol": symbols.symbols})


def _native(column: NDArray[np.int64]) -> Integers:
    """Return a big-endian column in the order of this machine."""
    return column.astype(np.int64)
