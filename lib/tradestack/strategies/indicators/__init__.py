"""Indicators: what strategies compute from prices, value by value.

    Mean  ExponentialMean  StandardDeviation  Highest  Lowest  Returns        .add(value)
    VolumeWeightedMean                                                        .add(price, size)
    AnchoredVolumeWeightedMean                                    .add(time_ns, price, size)
    TimeBars  CountBars                                           .add(time_ns, price, size) → Bar
    per_symbol                          one of them for each symbol: per_symbol(Mean, 20)

`.value` is None until there is enough data, never a number from less. Values, prices and sizes are
integers ×10⁻⁸, and so are results, rounded to the nearest, half to even. All arithmetic is done in
Python's integers: it is exact, cannot overflow and gives the same on every machine. An integer of
numpy is converted, a float raises TypeError. Each `add` takes the same time whatever the length, on
average; an indicator is for one symbol, and reads no clock.
"""

from tradestack.strategies.indicators.bars import Bar, CountBars, TimeBars
from tradestack.strategies.indicators.exponential_mean import ExponentialMean
from tradestack.strategies.indicators.extremes import Highest, Lowest
from tradestack.strategies.indicators.length import LENGTH_MAX
from tradestack.strategies.indicators.mean import Mean
from tradestack.strategies.indicators.per_symbol import per_symbol
from tradestack.strategies.indicators.period import PERIOD_NS_MAX
from tradestack.strategies.indicators.returns import Returns
from tradestack.strategies.indicators.standard_deviation import StandardDeviation
from tradestack.strategies.indicators.volume_weighted_mean import (
    AnchoredVolumeWeightedMean,
    VolumeWeightedMean,
)

__all__ = [
    "LENGTH_MAX",
    "PERIOD_NS_MAX",
    "AnchoredVolumeWeightedMean",
    "Bar",
    "CountBars",
    "ExponentialMean",
    "Highest",
    "Lowest",
    "Mean",
    "Returns",
    "StandardDeviation",
    "TimeBars",
    "VolumeWeightedMean",
    "per_symbol",
]
