"""Requests of a strategy that no message of the feed has caused: those of work beside the feed.

They name no message, so they arrive when they are received, as a person's do. They are not made
again after a restart, and their names say nothing.
"""

from collections.abc import Coroutine
from contextvars import ContextVar
from typing import Any, Protocol

from tradestack.domain.order import Order, OrdType, Side, TimeInForce
from tradestack.domain.requests import OrderCancelReplaceRequest, OrderCancelRequest
from tradestack.trading.desk.epoch import Epoch, on_the_wire
from tradestack.trading.desk.request_values import (
    cl_ord_id_of,
    integer,
    price_of,
    quantity_of,
    symbol_of,
    time_in_force_of,
)

IN_BACKGROUND: ContextVar[bool] = ContextVar("IN_BACKGROUND", default=False)

OwnRequest = Order | OrderCancelRequest | OrderCancelReplaceRequest


class Background(Protocol):
    """What runs beside the feed, and sends its requests."""

    def run(self, work: Coroutine[Any, Any, None], sequence: int | None) -> None:
        """Run a coroutine, with `IN_BACKGROUND` set.

        sequence: of the message that has led to it, None if none has. One from before the process
        began is of the past: its work is closed.
        """
        ...

    def new_name(self) -> str:
        """Return a ClOrdID that no request has had."""
        ...

    def wall_ns(self) -> int:
        """Return the time of day."""
        ...

    def enter(self, request: OwnRequest) -> None:
        """Send a request."""
        ...


class BackgroundRequests:
    """Makes and sends the requests of one strategy in one feed session."""

    def __init__(self, epoch: Epoch, background: Background) -> None:
        self._epoch = epoch
        self._background = background

    def order(
        self,
        symbol: str,
        side: Side,
        quantity: int,
        *,
        price: int | None,
        time_in_force: TimeInForce | None,
        value: int | None,
    ) -> str:
        """Send an order; return its ClOrdID."""
        name = self._background.new_name()
        self._background.enter(
            Order(
                cl_ord_id=name,
                symbol=symbol_of(symbol),
                side=side,
                quantity=quantity_of(quantity),
                ord_type=OrdType.MARKET if price is None else OrdType.LIMIT,
                time_in_force=time_in_force_of(time_in_force, price),
                price=None if price is None else price_of(price),
                transact_time_ns=self._background.wall_ns(),
                signal_name=self._epoch.signal_name,
                signal_label=self._epoch.signal_label,
                signal_value=None if value is None else on_the_wire(integer("value", value)),
            )
        )
        return name

    def cancel(self, cl_ord_id: str) -> None:
        """Cancel what an order has left."""
        self._background.enter(
            OrderCancelRequest(
                cl_ord_id=self._background.new_name(),
                orig_cl_ord_id=cl_ord_id_of(cl_ord_id),
                transact_time_ns=self._background.wall_ns(),
            )
        )

    def replace(self, cl_ord_id: str, quantity: int, price: int | None) -> str:
        """Give an order another quantity and price; return the ClOrdID that it will have."""
        name = self._background.new_name()
        self._background.enter(
            OrderCancelReplaceRequest(
                cl_ord_id=name,
                orig_cl_ord_id=cl_ord_id_of(cl_ord_id),
                quantity=quantity_of(quantity),
                price=None if price is None else price_of(price),
                transact_time_ns=self._background.wall_ns(),
            )
        )
        return name
