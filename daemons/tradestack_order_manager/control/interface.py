"""io.tradestack.OrderManager: the order manager's interface on its control socket."""

from typing import Protocol

import msgspec

from tradestack.net.control.interface import Interface, Method
from tradestack.net.server.clients import Client, Clients
from tradestack.wire.varlink import declared_error
from tradestack_order_manager.control.inquiry import Inquiry
from tradestack_order_manager.control.inquiry_methods import account_methods, order_methods
from tradestack_order_manager.control.known_users import UnknownUser
from tradestack_order_manager.control.not_available import NAME, NotAvailable
from tradestack_order_manager.control.trading_methods import (
    HaltFileExists,
    Trading,
    trading_methods,
)
from tradestack_order_manager.sessions.order_sessions import NewSessionFailed


class NewOrderSession(msgspec.Struct, frozen=True):
    """Id of the order session that began."""

    session: str


class ControlledOrderManager(Trading, Protocol):
    """Order manager, as its control interface uses it."""

    def clients(self) -> list[Client]: ...
    async def new_session(self) -> str:
        """Begin another order session; raise NewSessionFailed."""
        ...


def order_manager_interface(manager: ControlledOrderManager, inquiry: Inquiry) -> Interface:
    """Declare the Varlink interface of an order manager."""

    def list_clients() -> Clients:
        """List the clients that are logged in, in the order of their logins."""
        return Clients(manager.clients())

    async def new_session() -> NewOrderSession:
        """End the order session and begin another.

        Clients get their last reports and the end of the session. Order numbers go on; known
        ClOrdIDs and report numbers begin again.
        """
        try:
            return NewOrderSession(await manager.new_session())
        except NewSessionFailed as error:
            raise declared_error(NAME, NotAvailable(str(error))) from error

    return Interface(
        NAME,
        "The order manager: orders in, reports out.",
        [
            Method.of(list_clients),
            *order_methods(inquiry),
            *account_methods(inquiry),
            Method.of(new_session, changes=True),
            *trading_methods(manager, inquiry),
        ],
        (NotAvailable, HaltFileExists, UnknownUser),
    )
