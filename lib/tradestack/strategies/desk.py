"""The desk of a strategy: the requests that it can make and the facts that it can read."""

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tradestack.domain.order import Side, TimeInForce


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


class Desk(Protocol):
    """The requests of a strategy and what it may know; strategy.py explains them."""

    def order(
        self,
        symbol: str,
        side: Side,
        quantity: int,
        *,
        price: int | None,
        time_in_force: TimeInForce | None,
        value: int | None,
        cause: int | None,
    ) -> str:
        """Send an order; return its ClOrdID."""
        ...

    def cancel(self, cl_ord_id: str, *, cause: int | None) -> None:
        """Cancel what an order has left."""
        ...

    def replace(
        self, cl_ord_id: str, quantity: int, price: int | None, *, cause: int | None
    ) -> str:
        """Give an order another quantity and price; return the ClOrdID that it will have."""
        ...

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine while the feed goes on."""
        ...

    def position(self, symbol: str) -> int:
        """Return the quantity held."""
        ...

    @property
    def working(self) -> Mapping[str, OwnOrder]:
        """The working orders by ClOrdID."""
        ...

    @property
    def equity(self) -> int:
        """What the account has won or lost."""
        ...

    def last_price(self, symbol: str) -> int | None:
        """Return the newest price of a symbol."""
        ...
