"""What holds for every indicator."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies.indicators.naive import INT64_MAX, INT64_MIN, Indicator, int64
from tradestack.domain.fixed_point import SCALE
from tradestack.strategies import indicators
from tradestack.strategies.indicators import (
    LENGTH_MAX,
    CountBars,
    ExponentialMean,
    Highest,
    Lowest,
    Mean,
    Returns,
    StandardDeviation,
    TimeBars,
    VolumeWeightedMean,
)

OF_LAST_VALUES: list[Callable[[int], Indicator]] = [
    Mean,
    StandardDeviation,
    Highest,
    Lowest,
    Returns,
]
OF_VALUES: list[Callable[[int], Indicator]] = [*OF_LAST_VALUES, ExponentialMean]
OF_LENGTH: list[Callable[[Any], object]] = [*OF_VALUES, VolumeWeightedMean, CountBars]


@pytest.mark.parametrize("make", OF_LENGTH)
@pytest.mark.parametrize("length", [0, -1, LENGTH_MAX + 1, 2.0, "3", None])
def test_other_lengths_are_refused(make: Callable[[Any], object], length: Any) -> None:
    """The error has what is allowed."""
    name = "count" if make is CountBars else "length"
    least = 2 if make is StandardDeviation else 1

    with pytest.raises(ValueError, match=f"{name} is .*, allowed .* from {least} to 10,000$"):
        make(length)


@pytest.mark.parametrize("make", OF_VALUES)
def test_the_largest_length_works(make: Callable[[int], Indicator]) -> None:
    """And it says nothing one value earlier."""
    indicator = make(LENGTH_MAX)
    missing = LENGTH_MAX + (make is Returns)
    for _ in range(missing - 1):
        indicator.add(SCALE)
    assert indicator.value is None

    indicator.add(SCALE)

    assert indicator.value == (0 if make in (StandardDeviation, Returns) else SCALE)


@pytest.mark.parametrize("make", OF_LAST_VALUES)
@given(length=st.integers(2, 6), values=st.lists(int64, min_size=7, max_size=20))
def test_older_values_do_not_matter(
    make: Callable[[int], Indicator], length: int, values: list[int]
) -> None:
    """What began later says the same, once it has its values; being asked changes nothing."""
    early, late = make(length), make(length)
    for value in values:
        early.add(value)
        assert early.value == early.value

    for value in values[-length - 1 :]:
        late.add(value)

    assert early.value == late.value


@pytest.mark.parametrize("make", OF_VALUES)
def test_integers_of_numpy_do_not_overflow(make: Callable[[int], Indicator]) -> None:
    """A column of a batch gives what Python's integers give, as an integer of Python."""
    values = [INT64_MAX, INT64_MIN, INT64_MAX, INT64_MAX, INT64_MIN]
    plain, of_numpy = make(2), make(2)

    for value in values:
        plain.add(value)
        of_numpy.add(np.int64(value))  # type: ignore[arg-type]
        assert of_numpy.value == plain.value
        assert type(of_numpy.value) is type(plain.value)


def test_sizes_and_times_of_numpy_do_not_overflow() -> None:
    """Nor do prices times sizes, and the ends of periods."""
    price, size, time_ns = np.int64(INT64_MAX), np.int64(INT64_MAX), np.int64(INT64_MAX)
    weighted, bars = VolumeWeightedMean(1), TimeBars("365d")

    weighted.add(price, size)  # type: ignore[arg-type]
    bars.add(np.int64(0), price, size)  # type: ignore[arg-type]
    bar = bars.add(time_ns, price, size)  # type: ignore[arg-type]

    assert weighted.value == INT64_MAX
    assert bar is not None
    assert {type(getattr(bar, field)) for field in bar.__slots__} == {int}


@pytest.mark.parametrize("make", OF_VALUES)
def test_floats_are_refused(make: Callable[[int], Indicator]) -> None:
    """A price is an integer: 168.23 is a mistake, not a small price."""
    with pytest.raises(TypeError):
        make(2).add(168.23)  # type: ignore[arg-type]


def test_every_public_name_is_in_the_overview() -> None:
    """The package's docstring names what it exports."""
    overview = indicators.__doc__ or ""

    for name in indicators.__all__:
        assert hasattr(indicators, name)
        assert name.endswith("_MAX") or name in overview
