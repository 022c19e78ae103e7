"""The table of symbols that the feed has priced."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.symbol import SYMBOL_LENGTH_MAX
from tradestack.strategies.priced_symbols import PricedSymbols


def column(names: list[str]) -> np.ndarray:
    """The names as the feed's symbol column has them."""
    return np.array(
        [name.encode().ljust(SYMBOL_LENGTH_MAX) for name in names], dtype=f"S{SYMBOL_LENGTH_MAX}"
    )


def test_first_places_are_told_once():
    """A symbol is new the first time only, at the place where it stood first."""
    priced = PricedSymbols()

    first = priced.absorb(column(["SPY", "IBM", "SPY"]))
    second = priced.absorb(column(["IBM", "BAC", "SPY"]))

    assert first == {b"SPY".ljust(24): 0, b"IBM".ljust(24): 1}
    assert second == {b"BAC".ljust(24): 1}
    assert b"SPY".ljust(24) in priced
    assert len(priced) == 3


def test_more_symbols_than_slots_are_all_known():
    """Symbols that share a slot push each other out of it, and are known nevertheless."""
    names = [f"S{number}" for number in range(40_000)]
    priced = PricedSymbols()

    priced.absorb(column(names))

    assert priced.absorb(column(names)) == {}
    assert len(priced) == len(names)
    assert priced.absorb(column(["T1"])) == {column(["T1"])[0].item(): 0}


@given(st.lists(st.lists(st.text("AB", min_size=1, max_size=24), max_size=12), max_size=6))
def test_it_agrees_with_a_set(batches):
    """Nothing is new twice and nothing new is missed."""
    priced, seen = PricedSymbols(), set()

    for names in batches:
        fresh = priced.absorb(column(names)) if names else {}

        expected = {name: names.index(name) for name in names if name not in seen}
        assert {name.decode().rstrip(): place for name, place in fresh.items()} == expected
        seen.update(names)
