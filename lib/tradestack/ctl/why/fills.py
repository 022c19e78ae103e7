"""The fills of an order, each with the trade that made it."""

from collections.abc import Iterator
from dataclasses import dataclass

from tradestack.ctl.why.order_trace import OrderTrace, report_on
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, Side
from tradestack.domain.trade import Trade

BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class ExplainedFill:
    """A fill; size: of the trade, as the execution model takes it."""

    report: ExecutionReport
    trade: Trade
    size: int
    side: Side

    @property
    def quantity(self) -> int:
        """What was filled, ×10⁻⁸."""
        return self.report.last_quantity or 0

    @property
    def price(self) -> int:
        """The price of the fill, ×10⁻⁸."""
        return self.report.last_price or 0

    @property
    def share_bp(self) -> int:
        """The part of the trade's size that it took, in basis points, rounded down."""
        return self.quantity * BASIS_POINTS // self.size if self.size else 0

    @property
    def slippage(self) -> int:
        """By how much its price is worse for the order than that of the trade, ×10⁻⁸."""
        worse = self.price - self.trade.price
        return worse if self.side is Side.BUY else -worse


def explained_fills(trace: OrderTrace) -> Iterator[ExplainedFill]:
    """Yield the fills that are journalled, in order; their trades are those of the fold."""
    reports = (report_on(event, trace.order_id) for event in trace.events)
    traded = (
        report
        for report in reports
        if isinstance(report, ExecutionReport) and report.exec_type is ExecType.TRADE
    )
    fills = (fill for seen in trace.seen for fill in seen.fills)
    assert trace.model is not None, "only an order that is executed has fills"
    for report, fill in zip(traded, fills, strict=False):
        trade = trace.trades[fill.sequence]
        size = trace.model.size_of(trade.size)
        yield ExplainedFill(report, trade, size, trace.record.order.side)
