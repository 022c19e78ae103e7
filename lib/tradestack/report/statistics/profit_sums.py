"""The sums of the powers of profits: all that Sharpe ratios need of them, exact in any number.

The sums of two stretches add up to those of both, so that no profits have to be kept.
"""

from dataclasses import dataclass
from fractions import Fraction

from tradestack.report.statistics.equity import Integers


@dataclass(frozen=True, slots=True)
class ProfitSums:
    """Of `count` profits p: Σp, Σp², Σp³, Σp⁴; integers of any size."""

    count: int = 0
    first: int = 0
    second: int = 0
    third: int = 0
    fourth: int = 0

    @classmethod
    def of(cls, profits: Integers) -> "ProfitSums":
        """Sum the powers of profits."""
        values: list[int] = profits.tolist()
        squares = [value * value for value in values]
        return cls(
            count=len(values),
            first=sum(values),
            second=sum(squares),
            third=sum(map(int.__mul__, squares, values)),
            fourth=sum(map(int.__mul__, squares, squares)),
        )

    def plus(self, other: "ProfitSums") -> "ProfitSums":
        """Return the sums of all profits of both."""
        return ProfitSums(
            self.count + other.count,
            self.first + other.first,
            self.second + other.second,
            self.third + other.third,
            self.fourth + other.fourth,
        )

    @property
    def mean(self) -> Fraction:
        """The mean; there has to be a profit."""
        return Fraction(self.first, self.count)

    @property
    def variance(self) -> Fraction:
        """The mean square of the deviations from the mean (ddof 0)."""
        return Fraction(self.second, self.count) - self.mean**2

    @property
    def third_moment(self) -> Fraction:
        """The mean of their third powers."""
        mean = self.mean
        return (self.third - 3 * mean * self.second) / self.count + 2 * mean**3

    @property
    def fourth_moment(self) -> Fraction:
        """The mean of their fourth powers."""
        mean = self.mean
        raw = self.fourth - 4 * mean * self.third + 6 * mean**2 * self.second
        return raw / self.count - 3 * mean**4
