"""Ticks that no source gives are found, one by one and in columns."""

import pytest

from tradestack.domain.fixed_point import FIXED_MAX, SCALE
from tradestack.domain.symbol import SYMBOL_LENGTH_MAX
from tradestack.domain.tick import TickKind
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import FEW_PACKETS, TickBatch, encode_symbol, new_records
from tradestack.wire.sound_ticks import require_sound
from tradestack.wire.symbol_table import SymbolTable

CLOCK_NS = 1_000
FIRST = 501
UNSOUND: dict[str, dict[str, object]] = {
    "the symbol b'": {"symbol": b"\0" * SYMBOL_LENGTH_MAX},
    "the symbol b'  ": {"symbol": b" " * SYMBOL_LENGTH_MAX},
    "the symbol b'A\\x00": {"symbol": b"A"},
    "the symbol b'A B": {"symbol": encode_symbol("A B")},
    "the symbol b' A": {"symbol": encode_symbol(" A")},
    "the symbol b'A\\nB": {"symbol": encode_symbol("A\nB")},
    "the symbol b'\\xff": {"symbol": b"\xff".ljust(SYMBOL_LENGTH_MAX)},
    "the time 999, before": {"event_time_ns": CLOCK_NS - 1},
    "the time -1, before": {"event_time_ns": -1},
    "the publish time -1": {"publish_time_ns": -1},
    "the size -1": {"size": -1},
    "the price 0": {"value": 0},
    "the price -1": {"value": -1},
}
SOUND: dict[str, dict[str, object]] = {
    "at the same time": {"event_time_ns": CLOCK_NS},
    "at the end of time": {"event_time_ns": FIXED_MAX, "publish_time_ns": 0},
    "the largest values": {"value": FIXED_MAX, "size": FIXED_MAX},
    "news of zero": {"kind": int(TickKind.NEWS), "value": 0},
    "another symbol": {"symbol": encode_symbol("~" * SYMBOL_LENGTH_MAX)},
}
COUNTS = {"one": 1, "few": FEW_PACKETS, "many": FEW_PACKETS + 1}


def a_batch(count: int, last: dict[str, object]) -> TickBatch:
    """Return so many prices of one symbol, the last one with these fields."""
    records = new_records(count)
    records["kind"] = int(TickKind.PRICE)
    records["symbol"] = encode_symbol("A")
    records["event_time_ns"] = CLOCK_NS
    records["value"] = SCALE
    for name, value in last.items():
        records[name][-1] = value
    return TickBatch(FIRST, records)


@pytest.fixture
def known() -> SymbolTable:
    """Provide a table with the symbol of the batches."""
    table = SymbolTable(8)
    table.add(encode_symbol("A"))
    return table


@pytest.mark.parametrize("count", COUNTS.values(), ids=COUNTS)
@pytest.mark.parametrize(("problem", "fields"), UNSOUND.items(), ids=UNSOUND)
def test_what_no_source_gives_is_refused(
    known: SymbolTable, count: int, problem: str, fields: dict[str, object]
) -> None:
    """The error has the number of the message, and what it has."""
    with pytest.raises(ProtocolError) as raised:
        require_sound(a_batch(count, fields), known, CLOCK_NS)

    assert str(raised.value).startswith(f"message {FIRST + count - 1} has {problem}")


@pytest.mark.parametrize("count", COUNTS.values(), ids=COUNTS)
@pytest.mark.parametrize("fields", SOUND.values(), ids=SOUND)
def test_what_a_source_gives_is_taken(
    known: SymbolTable, count: int, fields: dict[str, object]
) -> None:
    """Also where columns leave the decision to a look at each tick."""
    require_sound(a_batch(count, fields), known, CLOCK_NS)


def test_the_first_message_has_no_time_before_it(known: SymbolTable) -> None:
    """It may be of 1970."""
    require_sound(a_batch(1, {"event_time_ns": 0}), known, 0)
