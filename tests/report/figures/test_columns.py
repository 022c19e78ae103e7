"""Sums beyond 64 bits, percentiles, chosen rows, and the tape by symbol."""

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.figures.feeds import Told, market, records_of
from tradestack.domain.clock import DAY_NS
from tradestack.domain.fixed_point import SCALE
from tradestack.report.figures.durations import percentiles_of
from tradestack.report.figures.exact import ExactSums, exact_sum, ratio
from tradestack.report.figures.profit.intervals import intervals_of
from tradestack.report.figures.tape.chosen_rows import chosen_rows, spread_rows
from tradestack.report.figures.tape.equity_path import equity_path, extremes
from tradestack.report.figures.tape.feed import feed_figures
from tradestack.report.figures.tape.publication import Publication
from tradestack.report.figures.traded import Fill

SECOND = 10**9
numbers = st.lists(st.integers(-(2**62), 2**62), max_size=20)


@given(numbers, numbers)
def test_sums_are_exact_beyond_64_bits(left: list[int], right: list[int]) -> None:
    """Of a column, of its products with another, between any rows."""
    count = min(len(left), len(right))
    columns = np.array(left[:count], np.int64), np.array(right[:count], np.int64)
    products = [a * b for a, b in zip(left[:count], right[:count], strict=True)]
    ends = np.arange(count + 1)

    assert exact_sum(np.array(left, np.int64)) == sum(left)
    assert ExactSums(columns[0]).between(0 * ends, ends) == [0, *accumulate(left[:count])]
    assert ExactSums(columns[0], by=columns[1]).between(0 * ends, ends) == [
        0,
        *accumulate(products),
    ]


def test_small_sums_are_made_by_numpy() -> None:
    """Whole shares at whole cents: what they are multiples of is taken out first."""
    sums = ExactSums(np.full(10, 10**12), by=np.full(10, 10**12))

    assert sums.between(np.array([2]), np.array([10])) == [8 * 10**24]


def test_a_ratio_of_nothing_is_none() -> None:
    """And not 0, which would be a number."""
    assert ratio(1, 0) is None
    assert ratio(1, 4) == pytest.approx(0.25)


@given(st.lists(st.integers(-5, 10**12), min_size=1, max_size=300))
def test_a_percentile_is_the_smallest_that_so_many_do_not_exceed(durations: list[int]) -> None:
    """Counted one by one; those below 0 count as 0."""
    found = percentiles_of(np.array(durations, np.int64))

    ordered = sorted(max(each, 0) for each in durations)
    assert found is not None
    for value, per_mille in ((found.p50_ns, 500), (found.p99_ns, 990), (found.p999_ns, 999)):
        within = [
            each for each in ordered if 1000 * _count_to(ordered, each) >= per_mille * len(ordered)
        ]
        assert value == within[0]
    assert (found.count, found.max_ns) == (len(ordered), ordered[-1])


def _count_to(ordered: list[int], value: int) -> int:
    return sum(each <= value for each in ordered)


def test_nothing_has_no_percentiles() -> None:
    """None means that nothing was recorded."""
    assert percentiles_of(np.zeros(0, np.int64)) is None


@given(st.lists(st.integers(-50, 50), max_size=200), st.integers(8, 40))
def test_chosen_rows_keep_the_extremes_of_every_part(values: list[int], rows_max: int) -> None:
    """They are few, in order, with both ends, the lowest and the highest."""
    column = np.array(values, np.int64)

    rows = chosen_rows(column, rows_max)

    assert len(rows) <= max(rows_max, 0)
    assert rows.tolist() == sorted({*rows.tolist()})
    if values:
        assert (rows[0], rows[-1]) == (0, len(values) - 1)
        assert column[rows].max() == max(values)
        assert column[rows].min() == min(values)
    if len(values) <= rows_max:
        assert len(rows) == len(values)


def test_spread_rows_are_even_and_have_both_ends() -> None:
    """All where there are few, none of none."""
    assert spread_rows(101, 5).tolist() == [0, 25, 50, 75, 100]
    assert spread_rows(3, 5).tolist() == [0, 1, 2]
    assert spread_rows(0, 5).tolist() == []


TAPE = [
    Told(0, "X", 100 * SCALE, 5 * SCALE),
    Told(SECOND, "Y", 50 * SCALE, 2 * SCALE),
    Told(SECOND, "X", 60 * SCALE, None),
    Told(2 * SECOND, "X", 102 * SCALE, 7 * SCALE),
    Told(5 * SECOND, "X", 90 * SCALE, 1 * SCALE),
]


def test_the_last_price_is_found_by_message_and_by_time() -> None:
    """News are no prices; before the first one there is none."""
    tape = market(TAPE)

    assert tape.prices_of("X").last(np.array([0, 1, 3, 4, 5])).tolist() == [
        price * SCALE for price in (0, 100, 100, 102, 90)
    ]
    assert tape.prices_of("Z").last(np.array([5])).tolist() == [0]
    assert tape.through(np.array([SECOND, 4 * SECOND])).tolist() == [3, 4]
    assert tape.before(np.array([SECOND, 9 * SECOND])).tolist() == [1, 5]
    assert tape.news_of("X").sentiments.tolist() == [60 * SCALE]
    assert tape.news_of("Y").numbers.tolist() == []


def test_volume_and_value_are_of_the_trades_between_two_messages() -> None:
    """Both included, of this symbol alone; nothing of an empty stretch."""
    volumes, values = market(TAPE).prices_of("X").traded(np.array([2, 1, 5]), np.array([4, 5, 3]))

    assert volumes == [7 * SCALE, 13 * SCALE, 0]
    assert values == [714 * SCALE**2, (500 + 714 + 90) * SCALE**2, 0]


def test_the_feed_is_counted_by_symbol() -> None:
    """The one with the most messages first, up to the number asked for."""
    publication = Publication()
    publication.add(records_of(TAPE))

    feed = feed_figures(market(TAPE), publication, None, symbols_max=1)

    assert (feed.ticks, feed.prices, feed.news, feed.gaps) == (5, 4, 1, 0)
    assert feed.ticks_per_second == pytest.approx(1.0)
    assert feed.busiest_second == 2
    assert (feed.first_event, feed.last_event) == (0, 5 * SECOND)
    assert feed.symbols_total == 2
    (symbol,) = feed.symbols
    assert (symbol.symbol, symbol.prices, symbol.news) == ("X", 3, 1)
    assert (symbol.first, symbol.last, symbol.low, symbol.high, symbol.volume) == tuple(
        number * SCALE for number in (100, 90, 90, 102, 13)
    )


def test_a_place_of_the_log_without_a_tick_is_a_gap() -> None:
    """A record of zeros, as a damaged file may have."""
    records = records_of(TAPE)
    records["type"][2] = 0
    publication = Publication()

    publication.add(records)

    assert publication.gaps == 1


def test_an_empty_feed_has_no_rate() -> None:
    """Nor times, nor symbols."""
    feed = feed_figures(market([]), Publication(), None, symbols_max=9)

    assert (feed.ticks, feed.ticks_per_second, feed.busiest_second) == (0, None, 0)
    assert (feed.first_event, feed.last_published, feed.symbols) == (None, None, ())


def test_intervals_are_those_with_messages() -> None:
    """Each ends at a multiple of its length; a year has 252 days like those of the tape."""
    times = np.array([0, SECOND, 60 * SECOND, 61 * SECOND, DAY_NS + 5 * SECOND])

    intervals = intervals_of(times, 60 * SECOND)

    assert intervals.ends_ns.tolist() == [60 * SECOND, 120 * SECOND, DAY_NS + 60 * SECOND]
    assert intervals.last_messages.tolist() == [2, 4, 5]
    assert intervals.per_year == pytest.approx(252 * 3 / 2)
    assert intervals_of(np.zeros(0, np.int64), SECOND).per_year == 0


def test_the_course_of_an_account_is_followed_through_every_message() -> None:
    """1 X bought at 100.5 for a fee of 0.1 when it was at 100; it rises to 102, and falls to 90."""
    fill = Fill(1, "u", "X", 1, SCALE, 100 * SCALE + SCALE // 2, SCALE // 10, 1, 0)

    path = equity_path(market(TAPE), [fill], {})

    assert path.tolist() == pytest.approx([-0.6, -0.6, -0.6, 1.4, -10.6])
    assert extremes(path, 8).tolist() == [1, 2, 3, 4, 5]


def test_what_was_held_before_counts_from_the_first_price_on() -> None:
    """2 Y and a short X from an earlier session: only changes of the price count."""
    path = equity_path(market(TAPE), [], {"X": -SCALE, "Y": 2 * SCALE})

    assert path.tolist() == pytest.approx([0, 0, 0, -2, 10])


def test_the_largest_fall_is_among_the_extremes() -> None:
    """A fall in the middle of a part, which the part's lowest value is not."""
    path = np.array([0.0, 10, 4, 9, 1, 20] + [19.5] * 5000 + [100, 50, 60, 40, 200])

    rows = extremes(path, 8) - 1

    falls = np.maximum.accumulate(path) - path
    assert falls.argmax() in rows
    assert extremes(np.zeros(0), 8).tolist() == []
