"""An account's profits, fills and round trips → its ratios, each with its definition."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tradestack.domain.units import NANOSECONDS_OF, format_quantity
from tradestack.report.figures.exact import Integers, ratio
from tradestack.report.figures.profit.intervals import DAYS_PER_YEAR, Intervals
from tradestack.report.figures.profit.profit_ratios import annual_sharpe, annual_sortino, calmar
from tradestack.report.figures.profit.trips import Trip, gross_profits
from tradestack.report.statistics.profit_sums import ProfitSums
from tradestack.report.statistics.sharpe import probabilistic, sharpe_ratio
from tradestack.report.values.ratios import Ratio, RatiosOf

_UNIT = re.compile("[a-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded:
    """What ratios are of.

    profits: of each interval, after fees, ×10⁻⁸. traded: Σ quantity·price of `fills`, ×10⁻⁸.
    """

    user: str | None
    profits: Integers
    capital: int
    traded: int
    fills: int
    trips: Sequence[Trip]


def ratios_of(traded: Traded, intervals: Intervals) -> RatiosOf:
    """Return the ratios of an account, or of all together."""
    return RatiosOf(
        user=traded.user,
        interval_ns=intervals.length_ns,
        capital=traded.capital,
        ratios=(
            *_of_profits(traded, intervals),
            _turnover(traded),
            _profit_factor(traded),
        ),
    )


def _of_profits(traded: Traded, intervals: Intervals) -> Sequence[Ratio]:
    profits, per_year, count = traded.profits, intervals.per_year, len(traded.profits)
    length = _UNIT.sub(r" \g<0>", format_quantity(intervals.length_ns, NANOSECONDS_OF))
    of = f"the profits, after fees, of each {length} of feed time with messages"
    year = f"√{per_year:,.6g} intervals a year ({DAYS_PER_YEAR} days as those of the tape)"
    own = sharpe_ratio(ProfitSums.of(profits))
    return (
        Ratio(
            key="sharpe",
            title="Sharpe ratio of an interval",
            value=None if own is None else own.value,
            samples=count,
            definition=f"mean ÷ standard deviation (ddof 1) of {of}; not annualised, no interest",
        ),
        Ratio(
            key="sharpe_annual",
            title="Sharpe ratio, annualised",
            value=annual_sharpe(profits, per_year),
            samples=count,
            definition=f"mean ÷ standard deviation (ddof 1) of {of}, times {year}; no interest",
        ),
        Ratio(
            key="sharpe_probability",
            title="Probability that the true Sharpe ratio is above 0",
            value=None if own is None else probabilistic(own),
            samples=count,
            definition="probabilistic Sharpe ratio (Bailey and López de Prado 2012), by skewness "
            f"and kurtosis of {of}",
        ),
        Ratio(
            key="sortino_annual",
            title="Sortino ratio, annualised",
            value=annual_sortino(profits, per_year),
            samples=count,
            definition=f"mean ÷ √(mean square of the losses, over all intervals) of {of}, times "
            f"{year}; target 0",
        ),
        Ratio(
            key="calmar",
            title="Calmar ratio",
            value=calmar(profits, per_year, traded.capital),
            samples=count,
            definition="annual return, compounded, ÷ largest fall as a share of the highest value "
            f"before, of the capital and {of}",
        ),
    )


def _turnover(traded: Traded) -> Ratio:
    return Ratio(
        key="turnover",
        title="Turnover",
        value=ratio(traded.traded, traded.capital),
        samples=traded.fills,
        definition="Σ quantity·price of all fills ÷ capital",
    )


def _profit_factor(traded: Traded) -> Ratio:
    closed = [trip for trip in traded.trips if trip.closed_ns is not None]
    gain, loss = gross_profits(closed)
    return Ratio(
        key="profit_factor",
        title="Profit factor",
        value=ratio(gain, loss),
        samples=len(closed),
        definition="Σ profits ÷ Σ losses of the closed round trips, after fees, at average cost",
    )
