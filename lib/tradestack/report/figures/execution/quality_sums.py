"""The sums that the execution quality of a group of orders is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np

from tradestack.domain.fixed_point import SCALE
from tradestack.report.figures.durations import percentiles_of
from tradestack.report.figures.exact import ratio, rounded_money
from tradestack.report.figures.execution.executed_orders import ExecutedOrder
from tradestack.report.figures.execution.markouts import BASIS_POINTS, HORIZONS_NS, MarkoutSums
from tradestack.report.figures.traded import Fill
from tradestack.report.values.execution_quality import ExecutionQuality, Shortfall


@dataclass(slots=True)
class QualitySums:
    """Of a group of orders; money ×10⁻¹⁶, quantities ×10⁻⁸.

    …_filled: of what was filled; at_vwap, traded_filled, volume: of the orders during which the
    tape has a volume.
    """

    orders: int = 0
    orders_without_price: int = 0
    orders_filled: int = 0
    fills: int = 0
    decided: int = 0
    decided_filled: int = 0
    delay: int = 0
    execution: int = 0
    opportunity: int = 0
    fees: int = 0
    arrived_filled: int = 0
    traded_filled: int = 0
    volume: int = 0
    above_vwap: float = 0.0
    at_vwap: float = 0.0
    times_to_fill: list[int] = field(default_factory=list)
    markouts: list[MarkoutSums] = field(
        default_factory=lambda: [MarkoutSums() for _ in HORIZONS_NS]
    )

    def add_order(self, executed: ExecutedOrder) -> None:
        """Add an order."""
        if not executed.decided:
            self.orders_without_price += 1
            return
        sign, filled = executed.order.sign, executed.filled
        self.orders += 1
        self.decided += executed.order.quantity * executed.decided
        missing = max(executed.order.quantity - filled, 0)
        self.opportunity += sign * missing * (executed.ended - executed.decided)
        if not filled:
            return
        self.orders_filled += filled >= executed.order.quantity
        self.fills += executed.fills
        self.decided_filled += filled * executed.decided
        self.delay += sign * filled * (executed.arrived - executed.decided)
        self.execution += sign * (executed.paid - filled * executed.arrived)
        self.arrived_filled += filled * executed.arrived
        self.fees += executed.fees * SCALE
        assert executed.time_to_fill_ns is not None
        self.times_to_fill.append(executed.time_to_fill_ns)
        if executed.volume:
            at_vwap = filled * executed.value / executed.volume
            self.at_vwap += at_vwap
            self.above_vwap += sign * (executed.paid - at_vwap)
            self.traded_filled += filled
            self.volume += executed.volume

    def add_fill(self, fill: Fill, later: Sequence[int | None]) -> None:
        """Add a fill and the prices at the horizons."""
        for sums, price in zip(self.markouts, later, strict=True):
            if price is not None:
                sums.add(fill, price)

    def plus(self, other: "QualitySums") -> "QualitySums":
        """Return the sums of both groups."""
        both = {name: getattr(self, name) + getattr(other, name) for name in _ADDED}
        markouts = map(MarkoutSums.plus, self.markouts, other.markouts)
        return QualitySums(**both, markouts=list(markouts))

    def quality(self, user: str | None, symbol: str | None) -> ExecutionQuality:
        """Return the figures."""
        return ExecutionQuality(
            user=user,
            symbol=symbol,
            orders=self.orders,
            orders_without_price=self.orders_without_price,
            orders_filled=self.orders_filled,
            fills=self.fills,
            fill_ratio=ratio(self.decided_filled, self.decided),
            arrival_slippage_bp=_basis_points(self.execution, self.arrived_filled),
            vwap_slippage_bp=(
                self.above_vwap / self.at_vwap * BASIS_POINTS if self.at_vwap else None
            ),
            participation=ratio(self.traded_filled, self.volume),
            time_to_fill=percentiles_of(np.array(self.times_to_fill, np.int64)),
            shortfall=self._shortfall(),
            markouts=tuple(map(MarkoutSums.markout, self.markouts, HORIZONS_NS)),
        )

    def _shortfall(self) -> Shortfall:
        total = self.delay + self.execution + self.opportunity + self.fees
        return Shortfall(
            delay=rounded_money(self.delay),
            execution=rounded_money(self.execution),
            opportunity=rounded_money(self.opportunity),
            fees=rounded_money(self.fees),
            total=rounded_money(total),
            decided=rounded_money(self.decided),
            total_bp=_basis_points(total, self.decided),
        )


# Fields that are added up as they are, lists one after the other.
_ADDED = [each.name for each in fields(QualitySums) if each.name != "markouts"]


def _basis_points(part: int, whole: int) -> float | None:
    share = ratio(part, whole)
    return None if share is None else share * BASIS_POINTS
