"""Grids: which combinations are tried, in which order, and what is refused."""

from functools import partial

import pytest

from tradestack.backtest.sweep.grid import RUNS_MAX, Axis, Grid, build_grid, parse_axis
from tradestack.strategies.parameter import parameters_of, parse_parameters
from tradestack.strategies.registry import find_strategy


def grid_of(strategy: str, axes: list[Axis], fixed: dict[str, str]) -> Grid:
    """All combinations of a strategy that is shipped."""
    declared = parameters_of(find_strategy(strategy).strategy)
    return build_grid(declared, partial(parse_parameters, declared), axes, fixed)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("short_ticks=10:50:10", ["10", "20", "30", "40", "50"]),
        ("short_ticks=10:45:10", ["10", "20", "30", "40"]),  # no step leads to the end
        ("short_ticks=7:7:1", ["7"]),
        ("short_ticks=200,100", ["200", "100"]),  # as written
        ("short_ticks=5", ["5"]),
        ("buy_above=59.5:60.5:0.25", ["59.5", "59.75", "60", "60.25", "60.5"]),
        ("x=0.1:0.3:0.1", ["0.1", "0.2", "0.3"]),  # which sums of floats miss
        ("x=-1:1:1", ["-1", "0", "1"]),
        ("x=10.00,1:3:1,020", ["10", "1", "2", "3", "20"]),  # ranges among values
    ],
)
def test_values_are_written_as_ranges_or_one_by_one(text: str, values: list[str]) -> None:
    """The end of a range is one of its values if a step leads to it; nothing is rounded."""
    name, _, _ = text.partition("=")

    assert parse_axis(text) == Axis(name, tuple(values))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is not NAME=START:STOP:STEP or NAME=VALUE,VALUE"),
        ("short_ticks", "is not NAME="),
        ("=1,2", "is not NAME="),
        ("x=", "is not NAME="),
        ("x=1,", "is not NAME="),
        ("x=1:2", "is not NAME="),
        ("x=1:2:3:4", "is not NAME="),
        ("x=one", "'one' is not a decimal number"),
        ("x=0.000000001", "more than 8 decimals"),
        ("x=50:10:10", "START is at most STOP, and STEP is above 0"),
        ("x=10:50:0", "START is at most STOP, and STEP is above 0"),
        ("x=10:50:-10", "START is at most STOP, and STEP is above 0"),
        ("x=10,10.0", "has 10 twice"),
        ("x=0:1:0.00000001", "has more than 10,000 values"),
    ],
)
def test_what_is_not_a_list_of_values_is_refused(text: str, problem: str) -> None:
    """The error quotes it and says what is allowed; a huge range is never made."""
    with pytest.raises(ValueError, match=problem) as error:
        parse_axis(text)

    assert repr(text) in str(error.value)


def test_combinations_are_made_as_by_nested_loops() -> None:
    """The first parameter is the outermost loop; what is fixed is in each of them."""
    axes = [parse_axis("buy_above=70,60"), parse_axis("sell_below=20:30:10")]
    grid = grid_of("news", axes, {})

    assert [tuple(combination.values()) for combination in grid.combinations] == [
        ("70", "20"),
        ("70", "30"),
        ("60", "20"),
        ("60", "30"),
    ]
    assert grid.skipped == 0

    fixed = grid_of("news", [axes[0]], {"sell_below": "10"})
    assert fixed.combinations == [
        {"sell_below": "10", "buy_above": "70"},
        {"sell_below": "10", "buy_above": "60"},
    ]


def test_without_parameters_there_is_one_combination() -> None:
    """It has the defaults."""
    assert grid_of("crossover", [], {}).combinations == [{}]


def test_what_the_strategy_forbids_is_skipped_and_counted() -> None:
    """A short average that is not below the long one is no error in a grid."""
    axes = [parse_axis("short_ticks=10:50:10"), parse_axis("long_ticks=20,30")]
    grid = grid_of("crossover", axes, {})

    assert [tuple(combination.values()) for combination in grid.combinations] == [
        ("10", "20"),
        ("10", "30"),
        ("20", "30"),
    ]
    assert grid.skipped == 7
    assert grid.why_skipped == "short_ticks is 20, and has to be below long_ticks, which is 20"


@pytest.mark.parametrize(
    ("texts", "fixed", "problem"),
    [
        (["pace=1,2"], {}, "there is no parameter 'pace', known are short_ticks, long_ticks"),
        ([], {"pace": "1"}, "there is no parameter 'pace'"),
        (["short_ticks=0:10:1"], {}, "short_ticks is 0, allowed is a whole number from 1 to 10000"),
        (["short_ticks=1.5,2"], {}, "short_ticks is 1.5, allowed is a whole number"),
        ([], {"long_ticks": "many"}, "long_ticks 'many' is not a decimal number"),
        (["short_ticks=1", "short_ticks=2"], {}, "short_ticks is given twice"),
        (["short_ticks=1"], {"short_ticks": "2"}, "short_ticks is given twice"),
        (["short_ticks=100,200"], {}, "none of the 2 combinations is allowed: short_ticks is 100"),
    ],
)
def test_a_grid_that_cannot_be_tried_is_refused(
    texts: list[str], fixed: dict[str, str], problem: str
) -> None:
    """The error names the parameter, and what is allowed."""
    with pytest.raises(ValueError, match=problem):
        grid_of("crossover", list(map(parse_axis, texts)), fixed)


def test_there_is_a_largest_grid() -> None:
    """One combination more is refused before any of them is made."""
    largest = Axis("short_ticks", tuple(str(number) for number in range(1, RUNS_MAX + 1)))

    assert grid_of("crossover", [largest], {}).skipped == RUNS_MAX - 99
    with pytest.raises(ValueError, match="20,000 combinations are more than 10,000"):
        grid_of("crossover", [largest, parse_axis("long_ticks=100,200")], {})
