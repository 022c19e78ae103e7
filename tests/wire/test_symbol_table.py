"""Many symbols at once find the slots that a dict would give."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.wire import symbol_table as symbol_index
from tradestack.wire.feed import encode_symbol
from tradestack.wire.symbol_table import SymbolIndex

symbols = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)


@given(known=st.lists(symbols, unique=True, max_size=30), asked=st.lists(symbols, max_size=30))
@pytest.mark.parametrize("places", [64, 32_768])
def test_symbols_find_their_slots(places: int, known: list[str], asked: list[str]) -> None:
    """Known symbols have the slot of their turn, others -1; collisions make no difference."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(symbol_index, "_PLACES", places)
        patch.setattr(symbol_index, "_PLACE_SHIFT", np.uint64(65 - places.bit_length()))
        index = SymbolIndex(30)
        expected = {symbol: index.add(encode_symbol(symbol)) for symbol in known}
        fields = np.array([encode_symbol(symbol) for symbol in known + asked], "S12")

        slots = index.find_all(fields).tolist()

    assert slots == [expected.get(symbol, -1) for symbol in known + asked]
    assert list(expected.values()) == list(range(len(known)))


def test_a_full_index_still_answers() -> None:
    """With as many symbols as there is room for, each is found, and no other."""
    fields = np.array([encode_symbol(f"S{number}") for number in range(4097)], "S12")
    index = SymbolIndex(4096)
    for field in fields[:4096]:
        index.add(bytes(field))

    assert index.find_all(fields).tolist() == [*range(4096), -1]
