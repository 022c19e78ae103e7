"""Login after login, at one server or several, with a growing delay after each failure.

Reconnector         the logins
ReconnectingClient  what the clients of both ports share: logins, and a connection at a time
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.net.addresses import Address
from tradestack.net.client.alternatives import Alternatives
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.connection import ConnectionLimits, SoupConnection
from tradestack.net.client.listener_owner import ServerNotTrusted
from tradestack.net.client.login import (
    Credentials,
    LoggedIn,
    LoginRejected,
    NotReached,
    WrongPort,
    log_in,
)
from tradestack.observe.events import (
    SERVER_CONNECTED,
    SERVER_LOGIN_REJECTED,
    SERVER_LOST,
    SERVER_NOT_TRUSTED,
    emit,
)
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.errors import ProtocolError
from tradestack.wire.service import Service
from tradestack.wire.soup import RejectReason

NO_ANSWER = "the server did not answer the login in time"

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Position:
    """The next message wanted of a session; session_id: "" for the current one.

    ended: the session that is complete, which is not to be followed again.
    """

    session_id: str = ""
    sequence: int = 1
    ended: str = ""

    def leave(self) -> str:
        """Go on with the first message of the next session; return the id of the one left."""
        left, self.session_id, self.sequence = self.session_id, "", 1
        return left


class Reconnector:
    """The logins of one client at the servers of `service`, tried in turn.

    first_login_timeout_s: how long to try until the first success; None: forever, as afterwards.
    """

    def __init__(
        self,
        service: Service,
        addresses: Address | Sequence[Address],
        credentials: Credentials,
        *,
        limits: ConnectionLimits,
        backoff: Backoff,
        first_login_timeout_s: float | None,
    ) -> None:
        self.backoff = backoff
        self._service = service
        self._servers = Alternatives(addresses)
        self._credentials = credentials
        self._limits = limits
        self._first_login_timeout_s = first_login_timeout_s
        self._began_s: float | None = None  # loop time of the first attempt
        self._problem = ""  # of the last attempt
        self._waits = True  # before the next attempt, if one was made before

    async def next_login(self, position: Position, on_gone: Callable[[], None]) -> LoggedIn:
        """Log in at the position; retry until that succeeds.

        on_gone is called when no server serves the session any more; it has to leave the session.
        Raises LoginRejected for wrong credentials, WrongPort, SequenceHole, NotReached.
        """
        loop = asyncio.get_running_loop()
        while True:
            if self._began_s is None:
                self._began_s = loop.time()
            elif self._waits:
                await asyncio.sleep(self.backoff.next_delay_ns() / NANOSECONDS_PER_SECOND)
            logged_in = await self._try_log_in(position, on_gone)
            if logged_in is not None and self._servers.may_follow(
                position.ended, logged_in.session_id
            ):
                self._connected(logged_in, position)
                return logged_in
            if logged_in is not None:
                logged_in.log_out()  # the server has not begun another session yet
            else:
                self._check_timeout(loop.time() - self._began_s)
            self._waits = self._servers.failed()

    def lost(self, session_id: str, close: Close) -> None:
        """Log the loss of a connection; after silence, begin with the next server."""
        emit(logger, SERVER_LOST, address=self._servers.current, session=session_id, reason=close)
        if close.reason is CloseReason.SERVER_SILENT:  # connecting there would take long again
            self._servers.failed()

    def _check_timeout(self, elapsed_s: float) -> None:
        timeout_s = self._first_login_timeout_s
        if timeout_s is not None and elapsed_s >= timeout_s:
            raise NotReached(self._service.words, str(self._servers), timeout_s, self._problem)

    async def _try_log_in(self, position: Position, on_gone: Callable[[], None]) -> LoggedIn | None:
        address = self._servers.current
        try:
            return await log_in(
                address,
                self._credentials,
                position.session_id,
                position.sequence,
                service=self._service,
                deadline_ns=self._limits.login_deadline_ns,
            )
        except WrongPort as wrong:
            emit(logger, SERVER_LOGIN_REJECTED, address=address, reason=wrong)
            raise
        except LoginRejected as rejection:
            if (
                rejection.reason is RejectReason.SESSION_NOT_AVAILABLE
                and position.session_id
                and await self._serves_another(position.session_id)
            ):
                if self._servers.denied():
                    on_gone()
                return None
            emit(logger, SERVER_LOGIN_REJECTED, address=address, reason=rejection)
            if rejection.reason is RejectReason.NOT_AUTHORIZED:
                raise
            self._problem = str(rejection)
        except ServerNotTrusted as error:
            emit(logger, SERVER_NOT_TRUSTED, address=address, reason=error)
            self._problem = str(error)
        except (OSError, ProtocolError) as error:
            level = logging.DEBUG if self.backoff.failures else logging.INFO
            self._problem = str(error) or NO_ANSWER
            logger.log(
                level, "no connection to %s at %s: %s", self._service.words, address, self._problem
            )
        return None

    async def _serves_another(self, session_id: str) -> bool:
        """Return whether the server's session is another one: it does not serve this one.

        A server that has no room for more clients may refuse them by the same code.
        """
        try:
            logged_in = await log_in(
                self._servers.current,
                self._credentials,
                sequence=0,
                service=self._service,
                deadline_ns=self._limits.login_deadline_ns,
            )
        except (LoginRejected, OSError, ProtocolError):
            return False  # the next attempt will show
        logged_in.log_out()
        return logged_in.session_id != session_id

    def _connected(self, logged_in: LoggedIn, position: Position) -> None:
        self._first_login_timeout_s = None
        self._waits = True
        self._servers.accepted()
        position.session_id = logged_in.session_id
        position.sequence = max(position.sequence, logged_in.next_sequence)
        emit(
            logger,
            SERVER_CONNECTED,
            address=self._servers.current,
            session=position.session_id,
            next=position.sequence,
        )


class ReconnectingClient:
    """A client of one session after the other, with at most one connection.

    session_id, sequence: where to begin; session_id "" for the current session.
    """

    def __init__(
        self,
        service: Service,
        addresses: Address | Sequence[Address],
        credentials: Credentials,
        *,
        clock: Clock,
        session_id: str,
        sequence: int,
        limits: ConnectionLimits | None,
        backoff: Backoff | None,
        first_login_timeout_s: float | None,
    ) -> None:
        self._clock = clock
        self._limits = limits or ConnectionLimits()
        self._reconnector = Reconnector(
            service,
            addresses,
            credentials,
            limits=self._limits,
            backoff=backoff or Backoff(),
            first_login_timeout_s=first_login_timeout_s,
        )
        self._position = Position(session_id, sequence)
        self._connection: SoupConnection | None = None
        self._is_paused = False

    @property
    def is_connected(self) -> bool:
        """Whether the client is logged in."""
        return self._connection is not None and self._connection.is_open

    def pause_reading(self) -> None:
        """Read nothing more from the server, over disconnects, until `resume_reading`.

        What was received before is still delivered.
        """
        self._is_paused = True
        if self._connection is not None:
            self._connection.pause_reading()

    def resume_reading(self) -> None:
        """Read from the server again."""
        self._is_paused = False
        if self._connection is not None:
            self._connection.resume_reading()

    def _use(self, connection: SoupConnection) -> None:
        """Use a new connection from now on, paused if the client is."""
        self._connection = connection
        if self._is_paused:
            connection.pause_reading()

    def _disconnect(self) -> None:
        """Log out; nothing more is received from the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
