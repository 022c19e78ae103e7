"""One indicator for each symbol."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies.indicators.naive import int64
from tradestack.strategies.indicators import Mean, StandardDeviation, per_symbol


def test_one_is_made_when_it_is_first_asked_for() -> None:
    """And the same one is there from then on."""
    means = per_symbol(Mean, 2)
    assert not means

    means["SPY"].add(1)
    means["SPY"].add(3)
    means["IBM"].add(9)

    assert {symbol: mean.value for symbol, mean in means.items()} == {"SPY": 2, "IBM": None}


def test_wrong_arguments_are_refused_before_there_is_a_symbol() -> None:
    """Where the strategy is made, not at its first tick."""
    with pytest.raises(ValueError, match="length is 0, allowed"):
        per_symbol(Mean, 0)


def test_arguments_may_have_names() -> None:
    """They go to the factory as they are."""
    means = per_symbol(Mean, length=1)

    means["SPY"].add(5)

    assert means["SPY"].value == 5


@given(st.lists(st.tuples(st.sampled_from(["SPY", "IBM", "QQQ"]), int64), max_size=40))
def test_symbols_do_not_meet(ticks: list[tuple[str, int]]) -> None:
    """However their ticks are mixed, each has what it would have alone."""
    deviations = per_symbol(StandardDeviation, 3)
    for symbol, price in ticks:
        deviations[symbol].add(price)

    for symbol, deviation in deviations.items():
        alone = StandardDeviation(3)
        for ticked, price in ticks:
            if ticked == symbol:
                alone.add(price)
        assert deviation.value == alone.value
