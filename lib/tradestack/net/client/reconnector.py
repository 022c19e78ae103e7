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
from tradestack.net.client.contact import Contact
from tradestack.net.client.listener_owner import ServerNotTrusted
from tradestack.net.client.login import (
    Credentials,
    LoggedIn,
    LoginRejected,
    NotReached,
    StandingBy,
    log_in,
)
from tradestack.net.client.refusals import Refusals
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
REFUSED_DELAY_MAX_NS = 30 * NANOSECONDS_PER_SECOND  # a person has to correct the user or password

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

    contact: with whichever of them answers.
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
        contact: Contact,
        first_login_timeout_s: float | None,
    ) -> None:
        self.backoff = backoff
        self.contact = contact
        self._service = service
        self._servers = Alternatives(addresses)
        self._credentials = credentials
        self._limits = limits
        self._first_login_timeout_s = first_login_timeout_s
        self._began_s: float | None = None  # loop time of the first attempt
        self._refusals = Refusals(self._servers.count)
        self._refused_backoff = Backoff(
            backoff.first_ns, max(backoff.max_ns, REFUSED_DELAY_MAX_NS), backoff.chance
        )
        self._delay: Backoff | None = backoff  # before a further attempt; None: at once

    async def next_login(self, position: Position, on_gone: Callable[[], None]) -> LoggedIn:
        """Log in at the position; retry until that succeeds.

        on_gone is called when no server serves the session any more; it has to leave the session.
        Raises LoginRejected when every server has refused the login, SequenceHole, NotReached.
        """
        loop = asyncio.get_running_loop()
        while True:
            if self._began_s is None:
                self._began_s = loop.time()
            elif self._delay is not None:
                await asyncio.sleep(self._delay.next_delay_ns() / NANOSECONDS_PER_SECOND)
            logged_in = await self._try_log_in(position, on_gone)
            if logged_in is not None:
                if self._servers.may_follow(position.ended, logged_in.session_id):
                    self._connected(logged_in, position)
                    return logged_in
                logged_in.log_out()  # the server has not begun another session yet
            self._turn()
            if logged_in is None:
                self._check(loop.time() - self._began_s)

    def leave(self, problem: str) -> Address:
        """Begin with the next server at the next login; return the one that cannot be used."""
        left = self._servers.current
        self.contact.failed(left, problem)
        self._turn()
        return left

    def lost(self, session_id: str, close: Close) -> None:
        """Log the loss of a connection; after silence, begin with the next server."""
        emit(logger, SERVER_LOST, address=self._servers.current, session=session_id, reason=close)
        self.contact.failed(self._servers.current, str(close))
        if close.reason is CloseReason.SERVER_SILENT:  # connecting there would take long again
            self._servers.failed()

    def _turn(self) -> None:
        """Turn to the next server, with a delay before it when all were tried."""
        self._delay = self.backoff if self._servers.failed() else None

    def _check(self, elapsed_s: float) -> None:
        """Raise why no login will succeed, or why none has in time."""
        timeout_s = self._first_login_timeout_s
        is_round_over = self._delay is not None
        is_late = is_round_over and timeout_s is not None and elapsed_s >= timeout_s
        if refusal := self._refusals.together(are_all_needed=not is_late):
            self._delay = self._refused_backoff
            raise refusal
        if is_late:
            assert timeout_s is not None
            problem, words = self.contact.problem or "", self._service.words
            raise NotReached(words, str(self._servers), timeout_s, problem)

    async def _try_log_in(self, position: Position, on_gone: Callable[[], None]) -> LoggedIn | None:
        address = self._servers.current
        self._refusals.clear(address)
        try:
            logged_in = await log_in(
                address,
                self._credentials,
                position.session_id,
                position.sequence,
                service=self._service,
                deadline_ns=self._limits.login_deadline_ns,
            )
        except LoginRejected as rejection:
            await self._rejected(rejection, position, on_gone)
        except ServerNotTrusted as error:
            if self.contact.failed(address, str(error)):
                emit(logger, SERVER_NOT_TRUSTED, address=address, reason=error)
        except (OSError, ProtocolError) as error:
            if isinstance(error, StandingBy):
                self._refusals.stands_by(address)
            level = logging.DEBUG if self.backoff.failures else logging.INFO
            problem = str(error) or NO_ANSWER
            self.contact.failed(address, problem)
            words = self._service.words
            logger.log(level, "no connection to %s at %s: %s", words, address, problem)
        else:
            self.contact.made(address)
            return logged_in
        return None

    async def _rejected(
        self, rejection: LoginRejected, position: Position, on_gone: Callable[[], None]
    ) -> None:
        """Note what it means; log it unless this server's last answer was the same."""
        address = self._servers.current
        if rejection.is_final:
            self._refusals.refused(address, rejection)
        elif (
            rejection.reason is RejectReason.SESSION_NOT_AVAILABLE
            and position.session_id
            and await self._serves_another(position.session_id)
        ):
            self.contact.failed(address, f"serves another session than {position.session_id}")
            if self._servers.denied():
                on_gone()
            return
        if self.contact.failed(address, str(rejection)):
            emit(logger, SERVER_LOGIN_REJECTED, address=address, reason=rejection)

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
        self._delay = self.backoff
        self._refused_backoff.reset()
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
            contact=Contact(clock),
            first_login_timeout_s=first_login_timeout_s,
        )
        self._position = Position(session_id, sequence)
        self._connection: SoupConnection | None = None
        self._is_paused = False

    @property
    def is_connected(self) -> bool:
        """Whether the client is logged in."""
        return self._connection is not None and self._connection.is_open

    @property
    def contact(self) -> Contact:
        """Whether a server answers; a client in contact may wait for the next session."""
        return self._reconnector.contact

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
