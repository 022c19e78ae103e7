"""Columns of symbols get the slots that a dict would give."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.wire import symbol_table
from tradestack.wire.feed import SYMBOL_FIELD, encode_symbol
from tradestack.wire.symbol_table import NO_SLOT, SymbolFields, SymbolTable

symbols = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=24)


def fields_of(names: list[str]) -> SymbolFields:
    """The names as a column of a feed's records has them."""
    return np.array([encode_symbol(name) for name in names], SYMBOL_FIELD)


@given(known=st.lists(symbols, unique=True, max_size=30), asked=st.lists(symbols, max_size=30))
@pytest.mark.parametrize("places_per_symbol", [2, 8])
def test_symbols_find_their_slots(
    places_per_symbol: int, known: list[str], asked: list[str]
) -> None:
    """Known symbols have the slot of their turn, others none; collisions make no difference."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(symbol_table, "_PLACES_PER_SYMBOL", places_per_symbol)
        table = SymbolTable(30)
        expected = {symbol: table.add(encode_symbol(symbol)) for symbol in known}

        slots = table.find_all(fields_of(known + asked)).tolist()

    assert slots == [expected.get(symbol, NO_SLOT) for symbol in known + asked]
    assert list(expected.values()) == list(range(len(known)))
    assert [table.find(encode_symbol(symbol)) for symbol in known + asked] == slots


@given(st.lists(st.lists(symbols, max_size=10), max_size=6))
def test_new_symbols_of_a_column_get_the_next_slots(columns: list[list[str]]) -> None:
    """In the order of their first appearance, once each, whatever the column is a part of."""
    table = SymbolTable(100)
    expected: dict[str, int] = {}

    for column in columns:
        for symbol in column:
            expected.setdefault(symbol, len(expected))
        records = np.zeros(len(column), [("before", "u1"), ("symbol", SYMBOL_FIELD)])
        records["symbol"] = fields_of(column)
        slots = table.add_all(records["symbol"])
        assert slots.tolist() == [expected[symbol] for symbol in column]

    assert len(table) == len(expected)
    assert all(encode_symbol(symbol) in table for symbol in expected)


def test_full_table_gives_no_slot() -> None:
    """With as many symbols as there is room for, each is found, and others are refused."""
    fields = fields_of([f"S{number}" for number in range(4_097)])
    table = SymbolTable(4_096)

    assert table.add_all(fields).tolist() == [*range(4_096), NO_SLOT]
    assert table.find_all(fields).tolist() == [*range(4_096), NO_SLOT]
    assert table.add(bytes(fields[-1])) == NO_SLOT
