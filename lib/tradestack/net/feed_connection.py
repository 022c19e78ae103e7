"""one connection to a gateway → batches of ticks as they arrive."""

from collections.abc import Callable
from typing import Self

from tradestack.domain.clock import Clock
from tradestack.net.addresses import Address
from tradestack.net.soup_client import (
    ConnectionLimits,
    Credentials,
    SoupConnection,
    check_offered,
)
from tradestack.wire import soup
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import FeedDecoder, TickBatch
from tradestack.wire.soup import PacketType


class FeedConnection:
    """One connection to a feed.

    on_batch(batch): called within the loop pass in which the ticks arrived; the batch may be kept.
    on_end_of_session(): the session is complete; on_closed follows.
    on_closed(reason): once, unless `close` was called before.
    """

    def __init__(
        self,
        on_batch: Callable[[TickBatch], None],
        on_end_of_session: Callable[[], None],
        on_closed: Callable[[str], None],
    ) -> None:
        self._on_batch = on_batch
        self._on_end_of_session = on_end_of_session
        self._on_closed = on_closed
        self._soup: SoupConnection
        self._decoder: FeedDecoder
        self._wanted = 0  # numbers below it were seen before
        self._remark = ""  # the last free text the server sent: often why it closes
        self._closed = False

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
        self = cls(on_batch, on_end_of_session, on_closed)
        login = soup.LoginRequest(
            user=credentials.user, password=credentials.password, session=session, sequence=sequence
        )
        self._soup = await SoupConnection.open(
            address,
            login,
            on_data=self._on_data,
            on_closed=self._on_lost,
            clock=clock,
            limits=limits,
        )
        check_offered(login, self._soup)
        self._decoder = FeedDecoder(self._soup.next_sequence)
        self._wanted = sequence
        return self

    @property
    def session(self) -> str:
        """The session that the server serves us."""
        return self._soup.session

    @property
    def next_sequence(self) -> int:
        """The number of the next tick that `on_batch` will get."""
        return max(self._decoder.next_sequence, self._wanted)

    def pause_reading(self) -> None:
        """Takes no more from the gateway; what was received already is still delivered."""
        self._soup.pause_reading()

    def resume_reading(self) -> None:
        """Goes on reading."""
        self._soup.resume_reading()

    def close(self) -> None:
        """Logs out; nothing is called back any more."""
        self._closed = True
        self._soup.close()

    def _on_data(self, data: memoryview) -> None:
        self._decoder.receive_data(data)
        while not self._closed:
            event = self._decoder.next_event()
            if event is None:
                return
            if isinstance(event, TickBatch):
                self._deliver(event)
            else:
                self._on_packet(event)

    def _deliver(self, batch: TickBatch) -> None:
        seen = self._wanted - batch.first_sequence
        if seen >= len(batch):
            return
        if seen > 0:
            batch = TickBatch(self._wanted, batch.records[seen:])
        self._on_batch(batch)

    def _on_packet(self, packet: soup.Packet) -> None:
        match packet.type:
            case PacketType.SERVER_HEARTBEAT | PacketType.UNSEQUENCED_DATA:
                pass
            case PacketType.DEBUG:
                self._remark = soup.decode_debug(packet.payload)
            case PacketType.END_OF_SESSION:
                self.close()
                self._on_end_of_session()
                self._on_closed("session ended")
            case _:
                raise ProtocolError(f"packet {chr(packet.type)!r} in a feed")

    def _on_lost(self, reason: str) -> None:
        self._closed = True
        self._on_closed(f"{reason} ({self._remark})" if self._remark else reason)


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
