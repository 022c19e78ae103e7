"""VolumeWeightedMean and AnchoredVolumeWeightedMean."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies.indicators.naive import (
    INT64_MAX,
    INT64_MIN,
    int64,
    lengths,
    of_windows,
    sizes,
)
from tradestack.domain.clock import DAY_NS
from tradestack.strategies.indicators import AnchoredVolumeWeightedMean, VolumeWeightedMean

Trade = tuple[int, int]  # price and size

trades = st.lists(st.tuples(int64, sizes), max_size=30)


def results(indicator: VolumeWeightedMean, of: Sequence[Trade]) -> list[int | None]:
    """What it says after each trade."""
    said = []
    for price, size in of:
        indicator.add(price, size)
        said.append(indicator.value)
    return said


@pytest.mark.parametrize(
    ("length", "of", "expected"),
    [
        (1, [(5, 1), (7, 2)], [5, 7]),
        (2, [(10, 1), (20, 3), (30, 1)], [None, 18, 22]),  # 17.5, 22.5: to the even one
        (2, [(10, 1), (20, 0), (30, 0), (40, 1)], [None, 10, None, 40]),
        (3, [(1, 0), (2, 0), (3, 0)], [None, None, None]),
        (2, [(-10, 1), (10, 3)], [None, 5]),
        (2, [(INT64_MAX, INT64_MAX)] * 2, [None, INT64_MAX]),
        (2, [(INT64_MIN, INT64_MAX), (INT64_MAX, INT64_MAX)], [None, 0]),  # −0.5
    ],
)
def test_values(length: int, of: list[Trade], expected: list[int | None]) -> None:
    """Worked out by hand; trades without a size count as trades, but weigh nothing."""
    assert results(VolumeWeightedMean(length), of) == expected


def weighted_mean(of: Sequence[Trade]) -> int | None:
    """The definition, in fractions."""
    volume = sum(size for _, size in of)
    return round(Fraction(sum(price * size for price, size in of), volume)) if volume else None


@given(lengths, trades)
def test_the_value_is_the_mean_of_the_last_trades(length: int, of: list[Trade]) -> None:
    """Of any 64-bit prices and sizes, rounded to the nearest, half to even."""
    expected = of_windows(weighted_mean, of, length)

    assert results(VolumeWeightedMean(length), of) == list(expected)


def test_an_anchored_mean_begins_anew_at_midnight() -> None:
    """Worked out by hand: a size of 0 weighs nothing, and a new day has no mean at first."""
    indicator, last_ns = AnchoredVolumeWeightedMean(), DAY_NS - 1
    said = [indicator.value]

    for time_ns, price, size in [
        (0, 10, 0),
        (0, 10, 1),
        (last_ns, 20, 3),
        (DAY_NS, 50, 0),
        (DAY_NS, 30, 2),
    ]:
        indicator.add(time_ns, price, size)
        said.append(indicator.value)

    assert said == [None, None, 10, 18, None, 30]


@given(
    trades,
    st.lists(st.integers(0, 40), min_size=30, max_size=30),
    st.integers(1, 50),
    st.integers(INT64_MIN, INT64_MAX - 1_200),
)
def test_an_anchored_mean_is_that_of_its_period(
    of: list[Trade], waits_ns: list[int], period_ns: int, start_ns: int
) -> None:
    """After each trade: of those with the same multiple of the period."""
    indicator, time_ns, seen = AnchoredVolumeWeightedMean(period_ns), start_ns, []

    for (price, size), wait_ns in zip(of, waits_ns, strict=False):
        time_ns += wait_ns
        seen.append((time_ns // period_ns, price, size))
        indicator.add(time_ns, price, size)

        now = [trade for number, *trade in seen if number == time_ns // period_ns]
        assert indicator.value == weighted_mean([(price, size) for price, size in now])


def test_wrong_trades_are_refused_and_change_nothing() -> None:
    """A size below 0, and a time before the period; the error says what is allowed."""
    rolling, anchored = VolumeWeightedMean(1), AnchoredVolumeWeightedMean("1s")
    rolling.add(5, 1)
    anchored.add(2_500_000_000, 5, 1)

    with pytest.raises(ValueError, match=r"size is -1, allowed is 0 .* or more"):
        rolling.add(7, -1)
    with pytest.raises(ValueError, match=r"size is -1, allowed is 0 .* or more"):
        anchored.add(3_000_000_000, 7, -1)
    with pytest.raises(ValueError, match=r"time 1999999999 is before the start .* 2000000000: add"):
        anchored.add(1_999_999_999, 7, 1)

    assert (rolling.value, anchored.value) == (5, 5)
