"""The base of strategies that read their reports, their positions and their working orders.

Before a message comes to `on_tick`, the reports that are visible by then come to `on_report`, one
by one in the order of the stream; the view is of those that came so far. What is decided in either
is caused by that message. The same feed and the same visible reports give the same decisions, so
both hooks depend on state and arguments alone.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from tradestack.domain.execution_report import Report
from tradestack.domain.order import OrdType, Side, TimeInForce
from tradestack.domain.tick import Tick
from tradestack.strategies.strategy import BaseStrategy, StateT


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """Send an order; quantity and prices ×10⁻⁸.

    quantity: None for the configured one. price: of a LIMIT order. value: what was decided on, for
    people; None for the symbol's last price.
    """

    symbol: str
    side: Side
    quantity: int | None = None
    ord_type: OrdType = OrdType.MARKET
    price: int | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel what the order of this ClOrdID has left."""

    cl_ord_id: str


@dataclass(frozen=True, slots=True)
class Replace:
    """Give the order of this ClOrdID another quantity, what is filled included, and price."""

    cl_ord_id: str
    quantity: int
    price: int | None = None


Decision = NewOrder | Cancel | Replace


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnOrder:
    """A working order, as far as the visible reports tell; quantities and price ×10⁻⁸.

    cl_ord_id: the newest one that was accepted. price: None without a limit, or if the order began
    before what is known. is_accepted: its report is visible. changed_by: ClOrdID of the newest
    cancel or replace that is not answered yet, None if there is none.
    """

    cl_ord_id: str
    symbol: str
    side: Side
    quantity: int
    price: int | None
    leaves_quantity: int
    cum_quantity: int = 0
    is_accepted: bool = False
    changed_by: str | None = None


class View(Protocol):
    """What an interactive strategy may know of its account."""

    def position(self, symbol: str) -> int:
        """Return the quantity held, ×10⁻⁸, below 0 if sold short."""
        ...

    @property
    def working(self) -> Mapping[str, OwnOrder]:
        """The orders that are sent and not done, by ClOrdID, oldest first."""
        ...


@dataclass(frozen=True, kw_only=True)
class InteractiveStrategy(BaseStrategy[StateT]):
    """A strategy that sees what became of its orders; the feed waits until it can."""

    interactive: ClassVar[bool] = True

    @abstractmethod
    def on_tick(self, state: StateT, tick: Tick, view: View) -> Sequence[Decision]:
        """Take the next message of the feed; return what is to be sent, in order."""

    def on_report(self, state: StateT, report: Report, view: View) -> Sequence[Decision]:  # noqa: ARG002 (for subclasses)
        """Take a report that the view has taken; return what is to be sent, in order."""
        return ()
