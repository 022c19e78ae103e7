"""The users that a control method can mean."""

import msgspec

from tradestack.net.server.session_server import SessionServer
from tradestack.net.server.users import canonical_user
from tradestack.wire.varlink import declared_error
from tradestack_order_manager.control.not_available import NAME
from tradestack_order_manager.sessions.order_sessions import OrderSessions

USERS_NAMED_MAX = 20  # in the error about a user that is not known


class UnknownUser(msgspec.Struct, frozen=True):
    """Nobody of this name may enter orders, or has an account.

    known: those who do, unless they are more than 20.
    """

    user: str
    known: list[str]


class KnownUsers:
    """Finds users by their names, which are compared as those of logins are.

    The users file is not read for it: those of it whom the server accepts are in memory, so that a
    file which has become unreadable keeps nobody from halting a user.
    """

    def __init__(self, server: SessionServer, sessions: OrderSessions) -> None:
        self._server = server
        self._sessions = sessions

    def trader(self, name: str) -> str:
        """Return the canonical name of somebody who can trade, or has traded.

        Raises VarlinkError.
        """
        return self._found(name, self._traders())

    def anybody(self, name: str | None) -> str | None:
        """Return the canonical name of a trader, or of who has a trading state; None for None.

        Raises VarlinkError.
        """
        if name is None:
            return None
        return self._found(name, self._traders() | set(self._sessions.current.state.trading.users))

    def _found(self, name: str, users: set[str]) -> str:
        user = canonical_user(name)
        if user not in users:
            known = sorted(self._traders())
            unknown = UnknownUser(user, known if len(known) <= USERS_NAMED_MAX else [])
            raise declared_error(NAME, unknown)
        return user

    def _traders(self) -> set[str]:
        """Return who may log in, who is logged in, and who has an account or reports."""
        state = self._sessions.current.state
        return {
            *self._server.users.hashes,
            *(connection.user for connection in self._server.connections),
            *(user for user, _ in state.accounts),
            *state.reports,
        }
