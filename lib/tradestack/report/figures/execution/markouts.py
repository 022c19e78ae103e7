"""Markouts: where the price went after a fill, by the clock of the feed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.report.figures.exact import ratio
from tradestack.report.figures.tape.market import Market
from tradestack.report.figures.traded import Fill
from tradestack.report.values.execution_quality import Markout

HORIZONS_NS = tuple(seconds * NANOSECONDS_PER_SECOND for seconds in (0, 1, 10, 60, 300))
BASIS_POINTS = 10_000


@dataclass(slots=True)
class MarkoutSums:
    """Of one horizon, over the fills that count: how many, how many are below 0, gain and value.

    gain: Σ s·q·(P(t+τ) − P_f), value: Σ q·P_f, ×10⁻¹⁶.
    """

    fills: int = 0
    adverse: int = 0
    gain: int = 0
    value: int = 0

    def add(self, fill: Fill, later: int) -> None:
        """Add a fill and the price so much later."""
        gain = fill.sign * fill.quantity * (later - fill.price)
        self.fills += 1
        self.adverse += gain < 0
        self.gain += gain
        self.value += fill.quantity * fill.price

    def plus(self, other: "MarkoutSums") -> "MarkoutSums":
        """Return the sums of both."""
        return MarkoutSums(
            self.fills + other.fills,
            self.adverse + other.adverse,
            self.gain + other.gain,
            self.value + other.value,
        )

    def markout(self, horizon_ns: int) -> Markout:
        """Return the markout of these fills."""
        share = ratio(self.gain, self.value)
        return Markout(
            horizon_ns=horizon_ns,
            fills=self.fills,
            basis_points=None if share is None else share * BASIS_POINTS,
            adverse=ratio(self.adverse, self.fills),
        )


def later_prices(
    market: Market, fills: Iterable[Fill]
) -> Iterator[tuple[Fill, Sequence[int | None]]]:
    """Yield each fill with the last price at each horizon; None where the tape has ended before.

    At the very end of the tape nobody knows what the price would have been later.
    """
    by_symbol: dict[str, list[Fill]] = {}
    for fill in fills:
        by_symbol.setdefault(fill.symbol, []).append(fill)
    end_ns = int(market.times[-1]) if len(market.times) else 0
    for symbol, of_symbol in by_symbol.items():
        prices = market.prices_of(symbol)
        times = np.array([fill.time_ns for fill in of_symbol], np.int64)
        columns = []
        for horizon_ns in HORIZONS_NS:
            later = times + horizon_ns
            at = prices.last(market.through(later)).tolist()
            known = (later <= end_ns).tolist()
            columns.append(
                [price if is_known else None for price, is_known in zip(at, known, strict=True)]
            )
        yield from zip(of_symbol, zip(*columns, strict=True), strict=True)
