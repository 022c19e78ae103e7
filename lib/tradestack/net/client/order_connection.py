"""one connection to an order manager: orders out, reports in as they arrive."""

from collections.abc import Callable
from typing import Self

from tradestack.domain.clock import Clock
from tradestack.net.addresses import Address
from tradestack.net.client.connection import ConnectionLimits
from tradestack.net.client.login import Credentials
from tradestack.net.client.soup_session import SoupSession
from tradestack.wire import soup
from tradestack.wire.orders import (
    ClientMessage,
    ServerMessage,
    decode_server_message,
    encode_message,
)
from tradestack.wire.soup import PacketType


class OrderConnection:
    """One connection to an order manager.

    on_message(sequence, message): within the loop pass in which it came. Reports are numbered from
    1 in the user's stream of the order session; a message outside it (BusinessMessageReject) has
    the sequence 0.
    on_end_of_session(): no more reports come in this session; on_closed follows.
    on_closed(reason): once, unless `close` was called before.
    on_room(): after OutgoingFull, there is room again.
    """

    def __init__(self, on_message: Callable[[int, ServerMessage], None], sequence: int) -> None:
        self._on_message = on_message
        self._wanted = sequence  # numbers below it were seen before
        self._next_sequence = 0
        self._decoder = soup.PacketDecoder()
        self._soup: SoupSession

    @classmethod
    async def open(
        cls,
        address: Address,
        credentials: Credentials,
        session: str,
        sequence: int,
        *,
        on_message: Callable[[int, ServerMessage], None],
        on_closed: Callable[[str], None],
        on_end_of_session: Callable[[], None] = lambda: None,
        on_room: Callable[[], None] = lambda: None,
        clock: Clock,
        limits: ConnectionLimits | None = None,
    ) -> Self:
        """Logs in; session "" = the current one, sequence = the first report wanted.

        Nothing is called back before this has returned. Raises LoginRejected, SequenceHole,
        ProtocolError, TimeoutError, or another OSError.
        """
        self = cls(on_message, sequence)
        self._soup = await SoupSession.open(
            address,
            credentials,
            session,
            sequence,
            on_data=self._on_data,
            on_end_of_session=on_end_of_session,
            on_closed=on_closed,
            on_room=on_room,
            clock=clock,
            limits=limits,
        )
        self._next_sequence = self._soup.connection.next_sequence
        return self

    @property
    def session(self) -> str:
        """The order session that the server serves us."""
        return self._soup.connection.session

    @property
    def next_sequence(self) -> int:
        """The number of the next report that `on_message` will get."""
        return max(self._next_sequence, self._wanted)

    def send(self, message: ClientMessage) -> None:
        """Sends at once. Raises OutgoingFull when the server does not keep up."""
        self._soup.connection.send_unsequenced(encode_message(message))

    def close(self) -> None:
        """Logs out; nothing is called back any more."""
        self._soup.connection.close()

    def _on_data(self, data: memoryview) -> None:
        self._decoder.receive_data(data)
        while self._soup.connection.is_open:
            packet = self._decoder.next_packet()
            if packet is None:
                return
            self._on_packet(packet)

    def _on_packet(self, packet: soup.Packet) -> None:
        match packet.type:
            case PacketType.SEQUENCED_DATA:
                sequence = self._next_sequence
                self._next_sequence += 1
                if sequence >= self._wanted:
                    self._on_message(sequence, decode_server_message(packet.payload))
            case PacketType.UNSEQUENCED_DATA:
                self._on_message(0, decode_server_message(packet.payload))
            case _:
                self._soup.packet_received(packet)
