"""address, credentials → the user's reports, each once, over any disconnects of the order manager.

It remembers the order session and the next report's number, and asks for just that after a
disconnect. A server that no longer serves that session has begun another: the one before is told to
be lost, and the new one is followed from its first report.
"""

import asyncio
import logging
from collections.abc import Callable

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.net.addresses import Address
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.login import Credentials, LoginRejected, SequenceHole
from tradestack.net.client.order_connection import OrderConnection
from tradestack.observe.events import SERVER_CONNECTED, SERVER_LOGIN_REJECTED, SERVER_LOST, emit
from tradestack.wire.errors import ProtocolError
from tradestack.wire.orders import ClientMessage, ServerMessage
from tradestack.wire.soup import RejectReason

# What OrderConnection says when the server closed because the session is complete.
SESSION_ENDED = "session ended"
# What the order manager says to the older of two connections of one user.
LOGGED_IN_AGAIN = "the user has logged in again"

logger = logging.getLogger(__name__)


class OrderLink:
    """The way to the order manager.

    on_message: within the loop pass in which it came. on_room: after OutgoingFull, there is room.
    on_lost: the connection broke. on_session_lost(session): nobody serves that session any more.
    """

    def __init__(
        self,
        *,
        address: Address,
        credentials: Credentials,
        clock: Clock,
        on_message: Callable[[ServerMessage], None],
        on_room: Callable[[], None],
        on_lost: Callable[[], None],
        on_session_lost: Callable[[str], None],
    ) -> None:
        self.session = ""  # the order session, "" = none yet
        self._address = address
        self._credentials = credentials
        self._clock = clock
        self._on_message = on_message
        self._on_room = on_room
        self._on_lost = on_lost
        self._on_session_lost = on_session_lost
        self._next_report = 1
        self._backoff = Backoff()
        self._is_contested = False  # another program logs in as the same user
        self._connection: OrderConnection | None = None

    @property
    def is_connected(self) -> bool:
        """Whether somebody listens."""
        return self._connection is not None

    async def connect(self) -> None:
        """Returns when logged in; tries until then, more and more seldom."""
        while not await self._try_connect():
            await asyncio.sleep(self.next_delay_s())

    def next_delay_s(self) -> float:
        """How long to wait after one more failure, or loss of a connection."""
        return self._backoff.next_delay_ns() / NANOSECONDS_PER_SECOND

    def succeeded(self) -> None:
        """The connection was of use: after its loss the next one is tried soon.

        Not so while two programs take the user from each other: each login costs the order manager
        a record.
        """
        if not self._is_contested:
            self._backoff.reset()

    def send(self, message: ClientMessage) -> None:
        """Sends at once. Raises OutgoingFull when the order manager does not keep up."""
        if self._connection is not None:
            self._connection.send(message)

    def close(self) -> None:
        """Logs out."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _try_connect(self) -> bool:
        try:
            self._connection = await OrderConnection.open(
                self._address,
                self._credentials,
                self.session,
                self._next_report,
                on_message=self._received,
                on_closed=self._closed,
                on_room=self._on_room,
                clock=self._clock,
            )
        except LoginRejected as rejection:
            if rejection.reason is RejectReason.SESSION_NOT_AVAILABLE and self.session:
                self._forget_session()
            else:
                emit(logger, SERVER_LOGIN_REJECTED, address=self._address, reason=rejection)
            return False
        except SequenceHole as hole:
            logger.error("order manager has lost reports: %s", hole)
            self._forget_session()
            return False
        except (OSError, ProtocolError) as error:
            level = logging.DEBUG if self._backoff.failures else logging.INFO
            logger.log(level, "no connection to orders at %s: %s", self._address, error)
            return False
        self.session = self._connection.session
        emit(
            logger,
            SERVER_CONNECTED,
            address=self._address,
            session=self.session,
            next=self._connection.next_sequence,
        )
        return True

    def _forget_session(self) -> None:
        lost, self.session, self._next_report = self.session, "", 1
        self._on_session_lost(lost)

    def _received(self, sequence: int, message: ServerMessage) -> None:
        if sequence:  # 0: outside the stream
            self._next_report = sequence + 1
        self._on_message(message)

    def _closed(self, reason: str) -> None:
        emit(logger, SERVER_LOST, address=self._address, session=self.session, reason=reason)
        self._connection = None
        self._is_contested = LOGGED_IN_AGAIN in reason
        if self._is_contested:
            logger.error(
                "another program logs in as user %s: give each strategy a user of its own",
                self._credentials.user,
            )
        self._on_lost()
        if reason == SESSION_ENDED:
            self._forget_session()
