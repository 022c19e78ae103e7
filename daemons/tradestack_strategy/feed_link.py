"""address, credentials → head of the feed, and one connection to it at a time.

How a connection ended is what its follower has to know, so that is the result of following it.
"""

import asyncio
import enum
import logging
from collections.abc import Callable
from typing import NamedTuple

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.net.addresses import Address
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.feed_connection import FeedConnection, probe_head
from tradestack.net.client.login import Credentials, LoginRejected, SequenceHole
from tradestack.observe.events import SERVER_CONNECTED, SERVER_LOGIN_REJECTED, SERVER_LOST, emit
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import TickBatch
from tradestack.wire.soup import RejectReason

# A session that stays when it has ended is asked about that seldom: each look is a login.
NEXT_SESSION_DELAY_MAX_NS = 15 * NANOSECONDS_PER_SECOND

logger = logging.getLogger(__name__)


class Head(NamedTuple):
    """The gateway's session and the number of its newest message, 0 = none yet."""

    session: str
    sequence: int


class Ending(enum.Enum):
    """How following a session ended."""

    LOST = "the connection broke, or there was none"
    CHANGED = "the gateway serves that session no longer"
    COMPLETE = "the gateway ended the session"


class FeedLink:
    """The way to the gateway."""

    def __init__(self, *, address: Address, credentials: Credentials, clock: Clock) -> None:
        self._address = address
        self._credentials = credentials
        self._clock = clock
        self._connection: FeedConnection | None = None

    @property
    def is_connected(self) -> bool:
        """Whether a feed is being followed."""
        return self._connection is not None

    async def find_head(self) -> Head:
        """The head of the current session; tries until it is known."""
        return await self._find_head("", Backoff())

    async def find_next_session(self, ended: str) -> Head:
        """The same, but waits for another session than the one that has ended."""
        return await self._find_head(ended, Backoff(max_ns=NEXT_SESSION_DELAY_MAX_NS))

    async def follow(
        self,
        session: str,
        sequence: int,
        *,
        on_login: Callable[[], None],
        on_batch: Callable[[TickBatch], None],
    ) -> Ending:
        """Follows the session from that message on until it ends, or the connection does."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[Ending] = loop.create_future()
        try:
            self._connection = await FeedConnection.open(
                self._address,
                self._credentials,
                session,
                sequence,
                on_batch=on_batch,
                on_end_of_session=lambda: _settle(ended, Ending.COMPLETE),
                on_closed=lambda reason: self._closed(session, reason, ended),
                clock=self._clock,
            )
        except LoginRejected as rejection:
            if rejection.reason is RejectReason.SESSION_NOT_AVAILABLE:
                return Ending.CHANGED
            emit(logger, SERVER_LOGIN_REJECTED, address=self._address, reason=rejection)
            return Ending.LOST
        except SequenceHole as hole:  # nothing is decided on a feed with a gap
            logger.error("gateway has lost messages: %s", hole)
            return Ending.LOST
        except (OSError, ProtocolError) as error:
            logger.debug("no connection to %s: %s", self._address, error)
            return Ending.LOST
        emit(logger, SERVER_CONNECTED, address=self._address, session=session, next=sequence)
        try:
            on_login()
            return await ended
        finally:
            self.close()

    def pause_reading(self) -> None:
        """Takes no more from the gateway; what was received already still comes."""
        if self._connection is not None:
            self._connection.pause_reading()

    def resume_reading(self) -> None:
        """Goes on reading."""
        if self._connection is not None:
            self._connection.resume_reading()

    def close(self) -> None:
        """Logs out; no more batches come."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _find_head(self, unwanted: str, backoff: Backoff) -> Head:
        while True:
            try:
                head = Head(*await probe_head(self._address, self._credentials, clock=self._clock))
                if head.session != unwanted:
                    return head
            except LoginRejected as rejection:
                emit(logger, SERVER_LOGIN_REJECTED, address=self._address, reason=rejection)
            except (OSError, ProtocolError) as error:
                level = logging.DEBUG if backoff.failures else logging.INFO
                logger.log(level, "no connection to the feed at %s: %s", self._address, error)
            await asyncio.sleep(backoff.next_delay_ns() / NANOSECONDS_PER_SECOND)

    def _closed(self, session: str, reason: str, ended: "asyncio.Future[Ending]") -> None:
        self._connection = None
        if not ended.done():
            emit(logger, SERVER_LOST, address=self._address, session=session, reason=reason)
            ended.set_result(Ending.LOST)


def _settle(ended: "asyncio.Future[Ending]", ending: Ending) -> None:
    if not ended.done():
        ended.set_result(ending)
