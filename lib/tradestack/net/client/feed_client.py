"""a gateway's feed → batches of ticks, each number once and in order, over any disconnects."""

import asyncio
import enum
import logging
from collections import deque
from dataclasses import dataclass
from typing import Self

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.net.addresses import Address
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.connection import ConnectionLimits
from tradestack.net.client.feed_connection import FeedConnection
from tradestack.net.client.login import Credentials, LoginRejected
from tradestack.observe.events import (
    SERVER_CONNECTED,
    SERVER_LOGIN_REJECTED,
    SERVER_LOST,
    emit,
)
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import TickBatch
from tradestack.wire.soup import RejectReason

# Batches that wait for a slow consumer; each is a part of one receive, so this is some 8 MiB.
BATCHES_WAITING_MAX = 64

logger = logging.getLogger(__name__)


class EndReason(enum.Enum):
    """How it is known that a session is over."""

    COMPLETE = "the gateway ended it, every message was delivered"
    NOT_AVAILABLE = "the gateway serves it no longer; messages may have been missed"


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """What follows belongs to this session, from this number on."""

    session: str
    sequence: int


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """Nothing more comes of this session; last_sequence is the last number delivered."""

    session: str
    last_sequence: int
    reason: EndReason


FeedEvent = TickBatch | SessionStarted | SessionEnded


class FeedClient:
    """A feed as an asynchronous iterator that survives disconnects and restarts of the gateway.

    It reconnects by itself and goes on at the next number; when the gateway has begun another
    session it says so and follows from that session's first message. A slow consumer is waited
    for: the gateway keeps what it has not taken.

        async with FeedClient(address, Credentials("news", "secret"), clock=SystemClock()) as feed:
            async for event in feed:
                match event:
                    case SessionStarted():
                        print("session", event.session, "from", event.sequence)
                    case TickBatch():
                        for tick in event.ticks():
                            print(tick.sequence, tick.symbol, format_fixed(tick.value))
                    case SessionEnded():
                        break

    session "" = the current one. sequence = the first message wanted; 0 = only what comes from now
    on. To go on where an earlier run stopped, give both as it last saw them.

    Iterating raises LoginRejected for wrong credentials and SequenceHole when messages between are
    lost; a gateway that is not there is waited for.
    """

    def __init__(
        self,
        address: Address,
        credentials: Credentials,
        *,
        clock: Clock,
        session: str = "",
        sequence: int = 1,
        limits: ConnectionLimits | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self._address = address
        self._credentials = credentials
        self._clock = clock
        self._limits = limits
        self._backoff = backoff or Backoff()
        self._session = session
        self._sequence = sequence
        self._announced = ""  # the session whose start was told
        self._ended = ""  # the session that is over: not to be followed again
        self._connection: FeedConnection | None = None
        self._events: deque[FeedEvent] = deque()
        self._arrived = asyncio.Event()
        self._paused = False
        self._is_reconnect = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Logs out."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> FeedEvent:
        while not self._events:
            if self._connection is None:
                await self._connect()
            else:
                self._arrived.clear()
                await self._arrived.wait()
        event = self._events.popleft()
        if self._paused and len(self._events) <= BATCHES_WAITING_MAX // 2:
            self._paused = False
            if self._connection is not None:
                self._connection.resume_reading()
        return event

    async def _connect(self) -> None:
        """One attempt, at once the first time, later after a wait."""
        if self._is_reconnect:
            await asyncio.sleep(self._backoff.next_delay_ns() / NANOSECONDS_PER_SECOND)
        self._is_reconnect = True
        try:
            connection = await self._open()
        except LoginRejected as rejection:
            emit(logger, SERVER_LOGIN_REJECTED, address=self._address, reason=rejection)
            if rejection.reason is RejectReason.NOT_AUTHORIZED:
                raise
            if self._session:
                self._finish(EndReason.NOT_AVAILABLE)
        except (OSError, ProtocolError) as error:
            logger.debug("no connection to %s: %s", self._address, error)
        else:
            if connection.session == self._ended:
                connection.close()  # the gateway has not begun another yet
            else:
                self._follow(connection)

    async def _open(self) -> FeedConnection:
        return await FeedConnection.open(
            self._address,
            self._credentials,
            self._session,
            self._sequence,
            on_batch=self._on_batch,
            on_end_of_session=lambda: self._finish(EndReason.COMPLETE),
            on_closed=self._on_closed,
            clock=self._clock,
            limits=self._limits,
        )

    def _follow(self, connection: FeedConnection) -> None:
        self._connection = connection
        self._paused = False
        self._session = connection.session
        self._sequence = connection.next_sequence
        emit(
            logger,
            SERVER_CONNECTED,
            address=self._address,
            session=self._session,
            next=self._sequence,
        )
        if self._announced != self._session:
            self._announced = self._session
            self._put(SessionStarted(self._session, self._sequence))

    def _on_batch(self, batch: TickBatch) -> None:
        assert batch.first_sequence == self._sequence, "a number is missing or came twice"
        self._backoff.reset()  # not before: a gateway that only lets us log in is no better
        self._sequence = batch.last_sequence + 1
        self._put(batch)
        if len(self._events) >= BATCHES_WAITING_MAX and self._connection is not None:
            self._paused = True
            self._connection.pause_reading()

    def _on_closed(self, reason: str) -> None:
        if self._session:  # else it was the end of the session, which is told as an event
            emit(logger, SERVER_LOST, address=self._address, session=self._session, reason=reason)
        self._connection = None
        self._arrived.set()

    def _finish(self, reason: EndReason) -> None:
        self._put(SessionEnded(self._session, self._sequence - 1, reason))
        self._ended = self._session if reason is EndReason.COMPLETE else self._ended
        self._session = ""
        self._sequence = 1

    def _put(self, event: FeedEvent) -> None:
        self._events.append(event)
        self._arrived.set()
