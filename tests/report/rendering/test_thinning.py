"""Fewer points, and every extreme still there."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from tradestack.report.rendering.thinning import spread, thinned

VALUES = st.lists(st.one_of(st.none(), st.integers(-1_000, 1_000)), min_size=1, max_size=400)


@given(VALUES, st.integers(4, 50))
def test_few_points_with_both_ends_and_all_extremes(
    values: list[int | None], points_max: int
) -> None:
    """At most so many, in order, with the first, the last, the lowest and the highest."""
    kept = thinned([values], len(values), points_max)
    known = [value for value in values if value is not None]
    left = [value for index in kept if (value := values[index]) is not None]

    assert len(kept) <= max(points_max, 4)
    assert kept == sorted(set(kept))
    assert {kept[0], kept[-1]} == {0, len(values) - 1}
    if known:
        assert (min(left), max(left)) == (min(known), max(known))


def test_a_short_column_is_whole() -> None:
    """Nothing is left out of what is short enough."""
    assert thinned([[3, 1, 2]], 3, 3) == [0, 1, 2]


@given(st.integers(0, 500), st.integers(2, 50))
def test_spread_is_even(length: int, points_max: int) -> None:
    """The distances differ by one at most; both ends are there."""
    kept = spread(length, points_max)
    steps = {second - first for first, second in itertools.pairwise(kept)}

    assert len(kept) == min(length, points_max)
    assert not steps or max(steps) - min(steps) <= 1
    assert not kept or (kept[0], kept[-1]) == (0, length - 1)
