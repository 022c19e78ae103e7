"""TimeBars and CountBars: which ticks a bar has, and when it comes."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies.indicators.naive import INT64_MAX, INT64_MIN, int64, lengths, sizes
from tradestack.strategies.indicators import Bar, CountBars, TimeBars

Trade = tuple[int, int, int]  # time, price, size

SECOND = 1_000_000_000
START_NS = 1_700_000_000 * SECOND  # 22:13:20 UTC


def added(bars: TimeBars | CountBars, ticks: Sequence[Trade]) -> list[Bar | None]:
    """What each tick gave."""
    return [bars.add(*tick) for tick in ticks]


def test_a_bar_comes_with_the_first_tick_of_a_later_minute() -> None:
    """Worked out by hand: 22:13 has four ticks, 22:14 none, 22:15 one."""
    minute = 60 * SECOND
    ticks = [
        (START_NS, 100, 3),
        (START_NS + 1, 104, 0),
        (START_NS + 2, 99, 1),
        (START_NS + 40 * SECOND - 1, 101, 2),
        (START_NS + 100 * SECOND, 105, 7),
        (START_NS + 160 * SECOND, 90, 1),
    ]

    given_bars = added(TimeBars("1min"), ticks)

    start = START_NS - 20 * SECOND
    first = Bar(
        start_time_ns=start,
        end_time_ns=start + minute,
        open=100,
        high=104,
        low=99,
        close=101,
        volume=6,
        count=4,
    )
    second = Bar(
        start_time_ns=start + 2 * minute,
        end_time_ns=start + 3 * minute,
        open=105,
        high=105,
        low=105,
        close=105,
        volume=7,
        count=1,
    )
    assert given_bars == [None, None, None, None, first, second]


def test_a_bar_of_counted_ticks_comes_with_its_last_one() -> None:
    """Worked out by hand; times may be equal."""
    ticks = [(5, 10, 1), (5, 12, 0), (9, 11, 2), (9, 8, 1)]

    given_bars = added(CountBars(3), ticks)

    bar = Bar(
        start_time_ns=5,
        end_time_ns=9,
        open=10,
        high=12,
        low=10,
        close=11,
        volume=3,
        count=3,
    )
    assert given_bars == [None, None, bar, None]


def bar_of(ticks: Sequence[Trade], start_time_ns: int, end_time_ns: int) -> Bar:
    """The definition."""
    prices = [price for _, price, _ in ticks]
    return Bar(
        start_time_ns=start_time_ns,
        end_time_ns=end_time_ns,
        open=prices[0],
        high=max(prices),
        low=min(prices),
        close=prices[-1],
        volume=sum(size for _, _, size in ticks),
        count=len(ticks),
    )


@st.composite
def ticks_in_order(draw: st.DrawFn) -> list[Trade]:
    """Ticks whose times do not fall."""
    rows = draw(st.lists(st.tuples(st.integers(0, 40), int64, sizes), max_size=40))
    start_ns = draw(st.integers(INT64_MIN, INT64_MAX) | st.integers(-50, 0))
    times = itertools.accumulate((wait_ns for wait_ns, *_ in rows), initial=start_ns)
    return [
        (min(time_ns, INT64_MAX), price, size)
        for time_ns, (_, price, size) in zip(times, rows, strict=False)
    ]


@given(ticks_in_order(), st.integers(1, 50))
def test_time_bars_are_the_ticks_by_period(ticks: list[Trade], period_ns: int) -> None:
    """Every period with ticks but the last, in order, with all its ticks; before 1970, too."""
    groups = [list(group) for _, group in itertools.groupby(ticks, lambda t: t[0] // period_ns)]
    expected = []
    for group in groups[:-1]:
        start_ns = group[0][0] // period_ns * period_ns
        expected.append(bar_of(group, start_ns, start_ns + period_ns))
    firsts = list(itertools.accumulate(len(group) for group in groups[:-1]))

    given_bars = added(TimeBars(period_ns), ticks)

    assert [bar for bar in given_bars if bar is not None] == expected
    assert [place for place, bar in enumerate(given_bars) if bar is not None] == firsts


@given(ticks_in_order(), lengths)
def test_count_bars_are_the_ticks_by_number(ticks: list[Trade], count: int) -> None:
    """Every so many ticks; those that are left make no bar."""
    groups = [ticks[start : start + count] for start in range(0, len(ticks), count)]
    complete = [group for group in groups if len(group) == count]
    expected = [bar_of(group, group[0][0], group[-1][0]) for group in complete]

    given_bars = added(CountBars(count), ticks)

    assert [bar for bar in given_bars[count - 1 :: count] if bar is not None] == expected
    assert len([bar for bar in given_bars if bar is not None]) == len(expected)


def test_wrong_ticks_are_refused_and_change_nothing() -> None:
    """A size below 0, and a time before the period; the error says what is allowed."""
    by_time, by_count = TimeBars("1s"), CountBars(2)
    by_time.add(2 * SECOND, 5, 1)
    by_count.add(2 * SECOND, 5, 1)

    with pytest.raises(ValueError, match=r"size is -1, allowed is 0 .* or more"):
        by_time.add(3 * SECOND, 6, -1)
    with pytest.raises(ValueError, match=r"size is -1, allowed is 0 .* or more"):
        by_count.add(3 * SECOND, 6, -1)
    with pytest.raises(ValueError, match=r"time 1999999999 is before the start .* 2000000000: add"):
        by_time.add(2 * SECOND - 1, 6, 1)

    tick = (3 * SECOND, 6, 1)
    assert by_time.add(*tick) == bar_of([(2 * SECOND, 5, 1)], 2 * SECOND, 3 * SECOND)
    assert by_count.add(*tick) == bar_of([(2 * SECOND, 5, 1), tick], 2 * SECOND, 3 * SECOND)
