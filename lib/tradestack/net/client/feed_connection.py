"""one connection to a gateway → batches of ticks as they arrive."""

from collections.abc import Callable
from typing import Self

from tradestack.domain.clock import Clock
from tradestack.net.addresses import Address
from tradestack.net.client.connection import ConnectionLimits
from tradestack.net.client.login import Credentials
from tradestack.net.client.soup_session import SoupSession
from tradestack.wire.feed import FeedDecoder, TickBatch
from tradestack.wire.soup import PacketType


class FeedConnection:
    """One connection to a feed.

    on_batch(batch): called within the loop pass in which the ticks arrived; the batch may be kept.
    on_end_of_session(): the session is complete; on_closed follows.
    on_closed(reason): once, unless `close` was called before.
    """

    def __init__(self, on_batch: Callable[[TickBatch], None], sequence: int) -> None:
        self._on_batch = on_batch
        self._wanted = sequence  # numbers below it were seen before
        self._soup: SoupSession
        self._decoder: FeedDecoder

    @classmethod
    async def open(
        cls,
        address: Address,
        credentials: Credentials,
        session: str,
        sequence: int,
        *,
        on_batch: Callable[[TickBatch], None],
        on_end_of_session: Callable[[], None],
        on_closed: Callable[[str], None],
        clock: Clock,
        limits: ConnectionLimits | None = None,
    ) -> Self:
        """Logs in; session "" = the current one, sequence 0 = only what comes from now on.

        Nothing is called back before this has returned. Raises LoginRejected, SequenceHole,
        ProtocolError, TimeoutError, or another OSError.
        """
        self = cls(on_batch, sequence)
        self._soup = await SoupSession.open(
            address,
            credentials,
            session,
            sequence,
            on_data=self._on_data,
            on_end_of_session=on_end_of_session,
            on_closed=on_closed,
            clock=clock,
            limits=limits,
        )
        self._decoder = FeedDecoder(self._soup.connection.next_sequence)
        return self

    @property
    def session(self) -> str:
        """The session that the server serves us."""
        return self._soup.connection.session

    @property
    def next_sequence(self) -> int:
        """The number of the next tick that `on_batch` will get."""
        return max(self._decoder.next_sequence, self._wanted)

    def pause_reading(self) -> None:
        """Takes no more from the gateway; what was received already is still delivered."""
        self._soup.connection.pause_reading()

    def resume_reading(self) -> None:
        """Goes on reading."""
        self._soup.connection.resume_reading()

    def close(self) -> None:
        """Logs out; nothing is called back any more."""
        self._soup.connection.close()

    def _on_data(self, data: memoryview) -> None:
        self._decoder.receive_data(data)
        while self._soup.connection.is_open:
            event = self._decoder.next_event()
            if event is None:
                return
            if isinstance(event, TickBatch):
                self._deliver(event)
            elif event.type is not PacketType.UNSEQUENCED_DATA:  # means nothing in a feed
                self._soup.packet_received(event)

    def _deliver(self, batch: TickBatch) -> None:
        seen = self._wanted - batch.first_sequence
        if seen >= len(batch):
            return
        if seen > 0:
            batch = TickBatch(self._wanted, batch.records[seen:])
        self._on_batch(batch)


async def probe_head(
    address: Address,
    credentials: Credentials,
    *,
    clock: Clock,
    limits: ConnectionLimits | None = None,
) -> tuple[str, int]:
    """The current session and the number of its newest message, 0 = none yet.

    Raises what `FeedConnection.open` raises.
    """
    connection = await FeedConnection.open(
        address,
        credentials,
        "",
        0,
        on_batch=lambda _: None,
        on_end_of_session=lambda: None,
        on_closed=lambda _: None,
        clock=clock,
        limits=limits,
    )
    connection.close()
    return connection.session, connection.next_sequence - 1
