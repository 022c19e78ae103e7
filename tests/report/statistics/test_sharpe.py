"""Sharpe ratios: published numbers, and a reference that shares nothing with the code."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from tradestack.report.statistics.profit_sums import ProfitSums
from tradestack.report.statistics.sharpe import (
    SharpeRatio,
    deflated,
    expected_maximum,
    probabilistic,
    sharpe_ratio,
)

TRADING_DAYS = 252
SKEWED = [3, -1, 4, 1, -5, 9, 2, -6, 5, 3, 5, -8]


def profits(*values: float) -> ProfitSums:
    """Sums of values with up to four decimals, ×10⁴: no ratio depends on the unit."""
    return ProfitSums.of(np.array([round(value * 10_000) for value in values], np.int64))


def normal_cdf(deviations: float) -> float:
    """The normal distribution, from the error function."""
    return math.erfc(-deviations / math.sqrt(2)) / 2


def normal_quantile(probability: float) -> float:
    """Its inverse, by bisection."""
    low, high = -40.0, 40.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if normal_cdf(middle) < probability else (low, middle)
    return low


@pytest.mark.parametrize(
    ("values", "annualised"),
    [
        # empyrical-reloaded, tests of sharpe_ratio: mixed and negative returns
        ((1, 10, -4, 2, 3, 2, 1, -10), 1.7238613961706866),
        ((0, -6, -7, -1, -9, -2, -6, -8, -5), -24.406808633910085),
        # nautilus_trader, tests of SharpeRatio
        ((0.01, -0.02, 0.015, -0.005, 0.025), 4.48998886412873),
    ],
)
def test_the_ratio_is_that_of_other_packages(values: list[float], annualised: float) -> None:
    """They annualise by the square root of 252 days; the deviation is of ddof 1 as there."""
    sharpe = sharpe_ratio(profits(*values))

    assert sharpe is not None
    assert sharpe.value * math.sqrt(TRADING_DAYS) == pytest.approx(annualised, rel=1e-12)
    assert sharpe.count == len(values)


def test_moments_are_those_of_exact_arithmetic() -> None:
    """Ratio, skewness and kurtosis agree with sums of fractions."""
    count = len(SKEWED)
    mean = Fraction(sum(SKEWED), count)
    second, third, fourth = (
        sum((value - mean) ** power for value in SKEWED) / count for power in (2, 3, 4)
    )

    sharpe = sharpe_ratio(profits(*SKEWED))

    assert sharpe is not None
    assert sharpe.value == pytest.approx(float(mean) / math.sqrt(second * count / (count - 1)))
    assert sharpe.skewness == pytest.approx(float(third) / float(second) ** 1.5)
    assert sharpe.kurtosis == pytest.approx(float(fourth / second**2))


@pytest.mark.parametrize("values", [(), (5,), (0, 0, 0), (7, 7)])
def test_profits_that_never_differ_have_no_ratio(values: list[float]) -> None:
    """Nothing, one profit, or always the same: the deviation is 0 or not defined."""
    assert sharpe_ratio(profits(*values)) is None


@pytest.mark.parametrize(
    ("skewness", "kurtosis", "expected"), [(0, 3, 0.982), (-2.448, 10.164, 0.913)]
)
def test_the_probabilistic_ratio_is_that_of_its_paper(
    skewness: float, kurtosis: float, expected: float
) -> None:
    """Bailey and López de Prado 2012: 0.458 a month for two years, if normal and as it was."""
    sharpe = SharpeRatio(0.458, 24, skewness, kurtosis)

    assert probabilistic(sharpe) == pytest.approx(expected, abs=0.0005)


@pytest.mark.parametrize(
    ("tries", "skewness", "kurtosis", "expected"),
    [(100, -3, 10, 0.9004), (46, -3, 10, 0.9505), (88, 0, 3, 0.9505)],
)
def test_the_deflated_ratio_is_that_of_its_paper(
    tries: int, skewness: float, kurtosis: float, expected: float
) -> None:
    """Bailey and López de Prado 2014: 2.5 a year over five years of 250 days, variance ½ a year."""
    sharpe = SharpeRatio(2.5 / math.sqrt(250), 1250, skewness, kurtosis)

    assert deflated(sharpe, tries, 0.5 / 250) == pytest.approx(expected, abs=0.00005)


def test_the_expected_maximum_is_that_of_the_paper() -> None:
    """Its example has 0.1132 a day for a hundred tries."""
    assert expected_maximum(100, 0.5 / 250) == pytest.approx(0.1132, abs=0.00005)


@pytest.mark.parametrize("tries", [2, 3, 10, 1_000, 10_000])
def test_the_expected_maximum_agrees_with_the_reference(tries: int) -> None:
    """The quantiles of the normal distribution are those of a bisection."""
    gamma = 0.5772156649015329
    expected = (1 - gamma) * normal_quantile(1 - 1 / tries)
    expected += gamma * normal_quantile(1 - 1 / (tries * math.e))

    assert expected_maximum(tries, 0.25) == pytest.approx(expected / 2, rel=1e-7)


@pytest.mark.parametrize("tries", [2, 10, 100])
def test_the_expected_maximum_is_about_what_chance_has(tries: int) -> None:
    """The mean of the best of so many normal numbers, drawn often, is near it."""
    drawn = np.random.default_rng(1).standard_normal((20_000, tries)).max(axis=1).mean()

    assert expected_maximum(tries, 1.0) == pytest.approx(drawn, abs=0.06)


def test_large_profits_lose_nothing() -> None:
    """Profits near the ends of 64 bits differ by one, and the ratio tells it exactly."""
    largest = 2**62
    sums = ProfitSums.of(np.array([largest, largest + 2, largest + 1], np.int64))

    sharpe = sharpe_ratio(sums)

    assert sharpe is not None
    assert sharpe.value == float(largest + 1)
    assert sharpe.skewness == 0
    assert sharpe.kurtosis == 1.5


def test_sums_of_stretches_are_those_of_the_whole() -> None:
    """Adding is as summing everything at once."""
    whole = np.array(SKEWED, np.int64)

    assert ProfitSums.of(whole[:5]).plus(ProfitSums.of(whole[5:])) == ProfitSums.of(whole)
    assert ProfitSums().plus(ProfitSums.of(whole)) == ProfitSums.of(whole)


def test_one_try_is_not_deflated() -> None:
    """Nothing was chosen, so there is no luck of choosing."""
    sharpe = sharpe_ratio(profits(*SKEWED))
    assert sharpe is not None

    assert deflated(sharpe, 1, 0.5) == probabilistic(sharpe)
    assert deflated(sharpe, 2, 0.5) < deflated(sharpe, 1, 0.5)


def test_more_tries_deflate_more() -> None:
    """Each of the tries is a chance more to be lucky."""
    sharpe = SharpeRatio(0.2, 400, -1.0, 6.0)

    results = [deflated(sharpe, tries, 0.01) for tries in range(1, 50)]

    assert all(later < earlier for earlier, later in itertools.pairwise(results))


@pytest.mark.parametrize(("benchmark", "expected"), [(0.9, 1.0), (1.0, 0.5), (1.1, 0.0)])
def test_an_exact_estimate_is_above_the_benchmark_or_not(benchmark: float, expected: float) -> None:
    """Where skewness and kurtosis leave no spread, the probability is that of a fact."""
    assert probabilistic(SharpeRatio(1.0, 10, 2.0, 5.0), benchmark) == expected
