"""An interactive strategy for tests: it quotes both sides of each symbol's last price."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from tradestack.domain.execution_report import ExecutionReport, Report
from tradestack.domain.order import ExecType, OrdType, Side, TimeInForce
from tradestack.domain.tick import Tick, TickKind
from tradestack.strategies.interactive import (
    Cancel,
    Decision,
    InteractiveStrategy,
    NewOrder,
    OwnOrder,
    Replace,
    View,
)
from tradestack.strategies.parameter import whole_number


@dataclass(slots=True)
class QuoterState:
    """What the strategy has seen: each report with the number of the message before which."""

    sequence: int = 0
    seen: list[tuple[int, Report]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Quoter(InteractiveStrategy[QuoterState]):
    """Quotes around the last price, lower when it is long and higher when it is short.

    It replaces a quote that is off, cancels one in three of them instead, and trades out of a
    position beyond the limit as soon as it sees the fill.
    """

    name: ClassVar[str] = "quoter"
    version: ClassVar[int] = 1
    value_label: ClassVar[str] = "price"

    spread: int = whole_number(2, minimum=1, maximum=10**8, doc="From the price to a quote, ×10⁻⁸.")
    position_max: int = whole_number(30, minimum=1, maximum=10**12, doc="Position, ×10⁻⁸.")

    def initial_state(self) -> QuoterState:
        """Return a state that has seen nothing."""
        return QuoterState()

    def on_tick(self, state: QuoterState, tick: Tick, view: View) -> Sequence[Decision]:
        """Put the quotes of the symbol where they belong."""
        state.sequence = tick.sequence
        if tick.kind is not TickKind.PRICE:
            return [Cancel(order.cl_ord_id) for order in view.working.values()]
        middle = tick.value - view.position(tick.symbol) // 10
        decisions: list[Decision] = []
        for side, price in ((Side.BUY, middle - self.spread), (Side.SELL, middle + self.spread)):
            quotes = [
                order
                for order in view.working.values()
                if (order.symbol, order.side) == (tick.symbol, side) and order.price is not None
            ]
            if not quotes:
                decisions.append(self._quote(tick.symbol, side, price))
            decisions += [
                self._change(tick, quote, price)
                for quote in quotes
                if quote.price != price and quote.changed_by is None
            ]
        return decisions

    def on_report(self, state: QuoterState, report: Report, view: View) -> Sequence[Decision]:
        """Trade out of a position beyond the limit."""
        state.seen.append((state.sequence + 1, report))
        if not isinstance(report, ExecutionReport) or report.exec_type is not ExecType.TRADE:
            return ()
        assert report.symbol is not None
        position = view.position(report.symbol)
        if abs(position) <= self.position_max:
            return ()
        side = Side.SELL if position > 0 else Side.BUY
        return [
            NewOrder(
                symbol=report.symbol,
                side=side,
                quantity=abs(position),
                time_in_force=TimeInForce.IOC,
            )
        ]

    def _quote(self, symbol: str, side: Side, price: int) -> NewOrder:
        return NewOrder(symbol=symbol, side=side, ord_type=OrdType.LIMIT, price=price)

    def _change(self, tick: Tick, quote: OwnOrder, price: int) -> Decision:
        if tick.sequence % 3 == 0:
            return Cancel(quote.cl_ord_id)
        return Replace(quote.cl_ord_id, quote.quantity, price)
