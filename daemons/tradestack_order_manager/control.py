"""control socket → io.tradestack.OrderManager: who is there, what came in, a new session."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.times import format_utc
from tradestack.net.control.server import Interface, Method, Peer
from tradestack.net.server.connection import Connection
from tradestack.wire.order_journal import OrderRecord
from tradestack.wire.varlink import VarlinkError, invalid_parameter

NAME = "io.tradestack.OrderManager"

# One reply holds them all; each order has about 300 bytes in it.
ORDERS_LISTED_MAX = 1_000
ORDERS_LISTED_DEFAULT = 20

DESCRIPTION = """\
# The order manager: orders in, reports out.
interface io.tradestack.OrderManager

# A connection that is logged in. next: the number of the report to be sent next; lag: how many
# reports of its session wait to be sent; joined: when it logged in, UTC.
type Connection (
  user: string, peer: string, session: string, next: int, lag: int, bytes_sent: int, joined: string
)

# A user who has sent something in this order session, and the reports it came to.
type User (user: string, reports: int)

# A numbered order. price: the live price the strategy saw, else the limit, or null; reason: why it
# was rejected, or null.
type Order (
  order_id: int, received: string, user: string, cl_ord_id: string, symbol: string, side: string,
  order_qty: string, ord_type: string, price: ?string, ord_status: string, reason: ?string
)

# Who is logged in, in the order of joining.
method ListClients() -> (clients: []Connection)

# Who has reports in this order session.
method ListUsers() -> (users: []User)

# The newest orders of this order session, count of them (1 to 1000, default 20), oldest first.
method ListOrders(count: ?int) -> (orders: []Order)

# Ends the order session and begins another: clients are given their last reports and the end of
# session; order numbers go on, known ClOrdIDs and report numbers begin anew.
method NewSession() -> (session: string)

# The journal or the order log cannot be written now; the present session goes on.
error NotAvailable (reason: string)
"""


class Orders(Protocol):
    """What the interface asks of the order manager."""

    def clients(self) -> Sequence[Connection]: ...
    def users(self) -> Iterable[tuple[str, int]]: ...
    def last_orders(self, count: int) -> Sequence[OrderRecord]: ...
    def new_session(self) -> str: ...


def order_manager_interface(orders: Orders) -> Interface:
    """The Varlink interface of an order manager."""

    def list_clients(_parameters: Mapping[str, object], _peer: Peer) -> dict[str, object]:
        return {"clients": [_describe_client(client) for client in orders.clients()]}

    def list_users(_parameters: Mapping[str, object], _peer: Peer) -> dict[str, object]:
        return {"users": [{"user": user, "reports": count} for user, count in orders.users()]}

    def list_orders(parameters: Mapping[str, object], _peer: Peer) -> dict[str, object]:
        count = _count(parameters)
        return {"orders": [_describe_order(record) for record in orders.last_orders(count)]}

    def new_session(_parameters: Mapping[str, object], _peer: Peer) -> dict[str, object]:
        try:
            return {"session": orders.new_session()}
        except OSError as error:
            reason = error.strerror or str(error)
            raise VarlinkError(f"{NAME}.NotAvailable", {"reason": reason}) from error

    return Interface(
        name=NAME,
        description=DESCRIPTION,
        methods={
            "ListClients": Method(list_clients, changes=False),
            "ListUsers": Method(list_users, changes=False),
            "ListOrders": Method(list_orders, changes=False),
            "NewSession": Method(new_session, changes=True),
        },
    )


def _count(parameters: Mapping[str, object]) -> int:
    count = parameters.get("count")
    if count is None:
        return ORDERS_LISTED_DEFAULT
    if isinstance(count, bool) or not isinstance(count, int):
        raise invalid_parameter("count")
    if not 1 <= count <= ORDERS_LISTED_MAX:
        raise invalid_parameter("count")
    return count


def _describe_client(client: Connection) -> dict[str, object]:
    return {
        "user": client.user,
        "peer": client.peer,
        "session": client.session,
        "next": client.cursor,
        "lag": client.lag,
        "bytes_sent": client.bytes_sent,
        "joined": format_utc(client.joined_time_ns),
    }


def _describe_order(record: OrderRecord) -> dict[str, object]:
    order = record.order
    report = record.report
    price = order.reference_price or order.price
    return {
        "order_id": report.order_id,
        "received": format_utc(record.time_ns),
        "user": record.user,
        "cl_ord_id": order.cl_ord_id,
        "symbol": order.symbol,
        "side": order.side,
        "order_qty": format_fixed(order.quantity),
        "ord_type": order.ord_type,
        "price": None if price is None else format_fixed(price),
        "ord_status": report.ord_status,
        "reason": report.reject_reason,
    }
