"""The table of symbols that the feed has priced."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tradestack.strategies.priced_symbols import PricedSymbols
from tradestack.wire.feed import TICK_PACKET, encode_symbol


def column(names: list[str]) -> np.ndarray:
    """Names → a symbol column of the feed."""
    return np.array([encode_symbol(name) for name in names], dtype=TICK_PACKET["symbol"])


def test_the_first_place_of_a_symbol_is_returned_once() -> None:
    """A symbol is new the first time only, at its first place."""
    priced = PricedSymbols()

    first = priced.absorb(column(["SPY", "IBM", "SPY"]))
    second = priced.absorb(column(["IBM", "BAC", "SPY"]))

    assert first == {encode_symbol("SPY"): 0, encode_symbol("IBM"): 1}
    assert second == {encode_symbol("BAC"): 1}
    assert encode_symbol("SPY") in priced
    assert len(priced) == 3


def test_more_symbols_than_slots_are_all_known() -> None:
    """Symbols that share a slot replace each other in it and are known nevertheless."""
    names = [f"S{number}" for number in range(40_000)]
    priced = PricedSymbols()

    priced.absorb(column(names))

    assert priced.absorb(column(names)) == {}
    assert len(priced) == len(names)
    assert priced.absorb(column(["T1"])) == {column(["T1"])[0].item(): 0}


@given(st.lists(st.lists(st.text("AB", min_size=1, max_size=24), max_size=12), max_size=6))
def test_it_agrees_with_a_set(batches) -> None:
    """Nothing is new twice and nothing new is missed."""
    priced, seen = PricedSymbols(), set()

    for names in batches:
        fresh = priced.absorb(column(names)) if names else {}

        expected = {name: names.index(name) for name in names if name not in seen}
        assert {name.decode().rstrip(): place for name, place in fresh.items()} == expected
        seen.update(names)
