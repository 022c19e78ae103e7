"""The methods of io.tradestack.OrderManager that answer questions about the order session."""

from typing import Annotated, TypeVar

import msgspec

from tradestack.net.control.interface import Method
from tradestack.trading.replies.accounts import Account, Position, UnavailableAccount
from tradestack.trading.replies.orders import Fill, OpenOrder, Order
from tradestack.wire.varlink import VarlinkError, declared_error
from tradestack_order_manager.control.inquiry import Inquiry
from tradestack_order_manager.control.not_available import NAME, NotAvailable

ORDERS_LISTED_MAX = 1_000  # in one reply, of about 300 bytes each
ORDERS_LISTED_DEFAULT = 20
POSITIONS_LISTED_MAX = 10_000  # in one reply, of about 250 bytes each

Reply = TypeVar("Reply")
ListedCount = Annotated[int, msgspec.Meta(ge=1, le=ORDERS_LISTED_MAX)]


class User(msgspec.Struct, frozen=True):
    """A user who has reports in this order session, and their number."""

    user: str
    reports: int


class Users(msgspec.Struct, frozen=True):
    """Users by name."""

    users: list[User]


class ListOrders(msgspec.Struct, frozen=True):
    """Number of orders to list."""

    count: ListedCount | None = None


class OrderList(msgspec.Struct, frozen=True):
    """Orders in the order of their numbers."""

    orders: list[Order]


class ListAccounts(msgspec.Struct, frozen=True):
    """Whose account to list, null = everybody's."""

    user: str | None = None


class AccountList(msgspec.Struct, frozen=True):
    """Accounts by user; unavailable: those that cannot be used now."""

    accounts: list[Account]
    unavailable: list[UnavailableAccount]


class ListPositions(msgspec.Struct, frozen=True):
    """Whose positions to list, null = everybody's."""

    user: str | None = None


class PositionList(msgspec.Struct, frozen=True):
    """Accounts by user, and their positions by user and symbol; total: how many there are."""

    accounts: list[Account]
    positions: list[Position]
    total: int
    unavailable: list[UnavailableAccount]


class ListOpenOrders(msgspec.Struct, frozen=True):
    """Number of working orders to list."""

    count: ListedCount | None = None


class OpenOrderList(msgspec.Struct, frozen=True):
    """Working orders in the order of their numbers; total: how many there are."""

    orders: list[OpenOrder]
    total: int


class ListFills(msgspec.Struct, frozen=True):
    """Number of fills to list."""

    count: ListedCount | None = None


class FillList(msgspec.Struct, frozen=True):
    """Fills in the order in which they were journalled."""

    fills: list[Fill]


def order_methods(inquiry: Inquiry) -> list[Method]:
    """Declare the methods about users and orders."""

    async def list_users() -> Users:
        """List the users who have reports in this order session."""
        users = Users([User(user, reports) for user, reports in inquiry.users()])
        return await _told(inquiry, users)

    async def list_orders(parameters: ListOrders) -> OrderList:
        """List the newest orders of this order session, oldest first: 1 to 1000, default 20.

        Each is as it is now: a replaced one has the quantity, price and ClOrdID of its replacement.
        """
        count = parameters.count or ORDERS_LISTED_DEFAULT
        try:
            orders = inquiry.last_orders(count)
        except OSError as error:
            raise _not_available(error) from error
        return await _told(inquiry, OrderList(orders))

    return [Method.of(list_users), Method.of(list_orders)]


def account_methods(inquiry: Inquiry) -> list[Method]:
    """Declare the methods about what becomes of orders."""

    async def list_open_orders(parameters: ListOpenOrders) -> OpenOrderList:
        """List the newest orders that are accepted and not done: 1 to 1000, default 20."""
        orders = inquiry.open_orders()
        listed = orders[-(parameters.count or ORDERS_LISTED_DEFAULT) :]
        return await _told(inquiry, OpenOrderList(listed, len(orders)))

    async def list_fills(parameters: ListFills) -> FillList:
        """List the newest fills of this order session, oldest first: 1 to 1000, default 20."""
        try:
            fills = inquiry.last_fills(parameters.count or ORDERS_LISTED_DEFAULT)
        except OSError as error:
            raise _not_available(error) from error
        return await _told(inquiry, FillList(fills))

    async def list_accounts(parameters: ListAccounts) -> AccountList:
        """List the account of each user in the newest feed session that the user traded in.

        Prices, quantities and money are decimal texts; money has at most 8 decimals.
        """
        user = inquiry.known_users.anybody(parameters.user)
        return await _told(inquiry, AccountList(*inquiry.accounts(user)))

    async def list_positions(parameters: ListPositions) -> PositionList:
        """List the same accounts with their positions, also closed ones: at most 10000."""
        user = inquiry.known_users.anybody(parameters.user)
        accounts, positions, unavailable = inquiry.positions(user)
        listed = positions[:POSITIONS_LISTED_MAX]
        reply = PositionList(accounts, listed, len(positions), unavailable)
        return await _told(inquiry, reply)

    return [
        Method.of(list_open_orders),
        Method.of(list_fills),
        Method.of(list_accounts),
        Method.of(list_positions),
    ]


async def _told(inquiry: Inquiry, reply: Reply) -> Reply:
    """Return a reply when all that it is made from is stored. Raises VarlinkError."""
    try:
        await inquiry.kept()
    except OSError as error:
        raise _not_available(error) from error
    return reply


def _not_available(error: OSError) -> VarlinkError:
    return declared_error(NAME, NotAvailable(error.strerror or str(error)))
