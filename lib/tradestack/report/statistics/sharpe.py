"""Sharpe ratios of profits, and how much of one is luck.

    Sharpe ratio                mean ÷ standard deviation of the profits of equal intervals
    probabilistic Sharpe ratio  probability that the true ratio is above a benchmark
    deflated Sharpe ratio       the same, above what the best of N tries without skill has

The deviation is the sample's (ddof 1). The ratio is that of one interval: it is not annualised, and
no interest is taken off. For profits in money it is the ratio that returns on any constant capital
have. Sources: Bailey and López de Prado, "The Sharpe ratio efficient frontier", Journal of Risk
15(2), 2012, for the probabilistic one; the same, "The deflated Sharpe ratio", Journal of Portfolio
Management 40(5), 2014, for the other.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

from tradestack.report.statistics.profit_sums import ProfitSums

EULER_GAMMA = 0.577_215_664_901_532_9
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class SharpeRatio:
    """A Sharpe ratio, and the form of the profits that it is of.

    count: of intervals. skewness, kurtosis: moments of the sample, those of a normal distribution
    are 0 and 3.
    """

    value: float
    count: int
    skewness: float
    kurtosis: float


def sharpe_ratio(sums: ProfitSums) -> SharpeRatio | None:
    """Return the Sharpe ratio; None where all profits are equal, as of a run that never traded."""
    if sums.count < 2 or sums.variance == 0:
        return None
    variance = sums.variance
    deviation = math.sqrt(variance * sums.count / (sums.count - 1))
    return SharpeRatio(
        value=float(sums.mean) / deviation,
        count=sums.count,
        skewness=float(sums.third_moment) / float(variance) ** 1.5,
        kurtosis=float(sums.fourth_moment / variance**2),
    )


def probabilistic(sharpe: SharpeRatio, benchmark: float = 0.0) -> float:
    """Return the probability that the true Sharpe ratio is above the benchmark.

    It holds for profits of any distribution that are independent of each other.
    """
    ratio = sharpe.value
    spread = 1 - sharpe.skewness * ratio + (sharpe.kurtosis - 1) / 4 * ratio**2
    excess = (ratio - benchmark) * math.sqrt(sharpe.count - 1)
    if spread <= 0:  # of profits that have only two values, where the estimate is exact
        return 0.5 if excess == 0 else float(excess > 0)
    return _NORMAL.cdf(excess / math.sqrt(spread))


def expected_maximum(tries: int, variance: float) -> float:
    """Return which Sharpe ratio the best of some independent tries without skill has, on average.

    variance: of the Sharpe ratios of the tries. Tries that resemble each other count less than
    independent ones, so that for a grid this is too high rather than too low.
    """
    if tries < 2:
        return 0.0
    expected = (1 - EULER_GAMMA) * _NORMAL.inv_cdf(1 - 1 / tries)
    expected += EULER_GAMMA * _NORMAL.inv_cdf(1 - 1 / (tries * math.e))
    return math.sqrt(variance) * expected


def deflated(sharpe: SharpeRatio, tries: int, variance: float) -> float:
    """Return the probability that the true Sharpe ratio is above the luck of so many tries.

    variance: of the Sharpe ratios of the tries.
    """
    return probabilistic(sharpe, expected_maximum(tries, variance))
