"""io.tradestack.OrderManager: the order manager's interface on its control socket."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Protocol

import msgspec

from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.times import format_utc
from tradestack.net.control.interface import Interface, Method
from tradestack.net.server.clients import Client, Clients
from tradestack.wire.order_journal import OrderRecord
from tradestack.wire.varlink import declared_error
from tradestack_order_manager.sessions.order_sessions import NewSessionFailed
from tradestack_order_manager.trading_methods import (
    NAME,
    HaltFileExists,
    NotAvailable,
    Trading,
    trading_methods,
)

ORDERS_LISTED_MAX = 1_000  # in one reply, of about 300 bytes each
ORDERS_LISTED_DEFAULT = 20


class User(msgspec.Struct, frozen=True):
    """A user who has reports in this order session, and their number."""

    user: str
    reports: int


class Users(msgspec.Struct, frozen=True):
    """Users by name."""

    users: list[User]


class ListOrders(msgspec.Struct, frozen=True):
    """Number of orders to list."""

    count: Annotated[int, msgspec.Meta(ge=1, le=ORDERS_LISTED_MAX)] | None = None


class Order(msgspec.Struct, frozen=True):
    """A numbered order.

    price: the price that the strategy saw, else the limit, or null; reason: why it was rejected,
    or null.
    """

    order_id: int
    received: str
    user: str
    cl_ord_id: str
    symbol: str
    side: str
    order_qty: str
    ord_type: str
    price: str | None
    ord_status: str
    reason: str | None


class OrderList(msgspec.Struct, frozen=True):
    """Orders in the order of their numbers."""

    orders: list[Order]


class NewOrderSession(msgspec.Struct, frozen=True):
    """Id of the order session that began."""

    session: str


class ControlledOrderManager(Trading, Protocol):
    """Order manager, as its control interface uses it."""

    def clients(self) -> list[Client]: ...
    def users(self) -> Iterable[tuple[str, int]]: ...
    def last_orders(self, count: int) -> Sequence[OrderRecord]:
        """Return the newest orders; raise OSError."""
        ...

    def new_session(self) -> str:
        """Begin another order session; raise NewSessionFailed."""
        ...


def order_manager_interface(manager: ControlledOrderManager) -> Interface:
    """Declare the Varlink interface of an order manager."""

    def list_clients() -> Clients:
        """List the clients that are logged in, in the order of their logins."""
        return Clients(manager.clients())

    def list_users() -> Users:
        """List the users who have reports in this order session."""
        return Users([User(user, reports) for user, reports in manager.users()])

    def list_orders(parameters: ListOrders) -> OrderList:
        """List the newest orders of this order session, oldest first: 1 to 1000, default 20."""
        count = parameters.count or ORDERS_LISTED_DEFAULT
        try:
            return OrderList([_order(record) for record in manager.last_orders(count)])
        except OSError as error:
            raise declared_error(NAME, NotAvailable(error.strerror or str(error))) from error

    def new_session() -> NewOrderSession:
        """End the order session and begin another.

        Clients get their last reports and the end of the session. Order numbers go on; known
        ClOrdIDs and report numbers begin anew.
        """
        try:
            return NewOrderSession(manager.new_session())
        except NewSessionFailed as error:
            raise declared_error(NAME, NotAvailable(str(error))) from error

    return Interface(
        NAME,
        "The order manager: orders in, reports out.",
        [
            Method.of(list_clients),
            Method.of(list_users),
            Method.of(list_orders),
            Method.of(new_session, changes=True),
            *trading_methods(manager),
        ],
        (NotAvailable, HaltFileExists),
    )


def _order(record: OrderRecord) -> Order:
    order, report = record.order, record.report
    assert report.order_id is not None  # only orders that got a number are recorded
    price = order.shown_price
    return Order(
        order_id=report.order_id,
        received=format_utc(record.time_ns),
        user=record.user,
        cl_ord_id=order.cl_ord_id,
        symbol=order.symbol,
        side=order.side,
        order_qty=format_fixed(order.quantity),
        ord_type=order.ord_type,
        price=None if price is None else format_fixed(price),
        ord_status=report.ord_status,
        reason=report.reject_reason,
    )
