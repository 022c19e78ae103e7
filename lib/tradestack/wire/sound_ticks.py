"""What each reader of a feed relies on, checked in the ticks of another gateway.

No source gives anything else. A log with anything else could not be continued, or orders would meet
it in a past that was reported on.
"""

import numpy as np

from tradestack.domain.symbol import is_symbol
from tradestack.domain.tick import TickKind
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import (
    FEW_PACKETS,
    TickBatch,
    TickRecords,
    UnpackedTick,
    decode_symbol,
    encode_symbol,
    unpack_ticks,
)
from tradestack.wire.symbol_table import NO_SLOT, SymbolTable


def require_sound(batch: TickBatch, known: SymbolTable, clock_ns: int) -> None:
    """Raise ProtocolError unless each tick of a batch could be a source's.

    known: symbols that need no check. clock_ns: the event time of the message before, 0: none.
    """
    records = batch.records
    if len(records) > FEW_PACKETS and _are_sound(records, known, clock_ns):
        return
    for sequence, tick in enumerate(unpack_ticks(records.tobytes()), batch.first_sequence):
        _, field, event_time_ns, _, _, _ = tick
        if problem := _problem(tick, clock_ns, is_known=field in known):
            raise ProtocolError(f"message {sequence} has {problem}")
        clock_ns = event_time_ns


def _problem(tick: UnpackedTick, clock_ns: int, *, is_known: bool) -> str | None:
    kind, field, event_time_ns, publish_time_ns, value, size = tick
    if not is_known and not _is_symbol(field):
        return f"the symbol {field!r}"
    if event_time_ns < clock_ns:
        return f"the time {event_time_ns}, before that of the message ahead of it, {clock_ns}"
    if publish_time_ns < 0:
        return f"the publish time {publish_time_ns}"
    if size < 0:
        return f"the size {size}"
    if kind == TickKind.PRICE and value <= 0:
        return f"the price {value}"
    return None


def _is_symbol(field: bytes) -> bool:
    symbol = decode_symbol(field)
    return is_symbol(symbol) and encode_symbol(symbol) == field


def _are_sound(records: TickRecords, known: SymbolTable, clock_ns: int) -> bool:
    """Return whether many ticks are all sound and of known symbols, 50 times as fast."""
    times = records["event_time_ns"].astype(np.int64)
    news = records["kind"] == int(TickKind.NEWS)
    return bool(
        (known.find_all(records["symbol"]) != NO_SLOT).all()
        and times[0] >= clock_ns
        and (times[1:] >= times[:-1]).all()
        and (records["publish_time_ns"] >= 0).all()
        and (records["size"] >= 0).all()
        and ((records["value"] > 0) | news).all()
    )
