"""one connection to an order manager: orders out, reports in as they arrive."""

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

    def __init__(
        self,
        on_message: Callable[[int, ServerMessage], None],
        on_end_of_session: Callable[[], None],
        on_closed: Callable[[str], None],
    ) -> None:
        self._on_message = on_message
        self._on_end_of_session = on_end_of_session
        self._on_closed = on_closed
        self._soup: SoupConnection
        self._decoder = soup.PacketDecoder()
        self._next_sequence = 0
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
        self = cls(on_message, on_end_of_session, on_closed)
        login = soup.LoginRequest(
            user=credentials.user, password=credentials.password, session=session, sequence=sequence
        )
        self._soup = await SoupConnection.open(
            address,
            login,
            on_data=self._on_data,
            on_closed=self._on_lost,
            on_room=on_room,
            clock=clock,
            limits=limits,
        )
        check_offered(login, self._soup)
        self._next_sequence = self._soup.next_sequence
        self._wanted = sequence
        return self

    @property
    def session(self) -> str:
        """The order session that the server serves us."""
        return self._soup.session

    @property
    def next_sequence(self) -> int:
        """The number of the next report that `on_message` will get."""
        return max(self._next_sequence, self._wanted)

    def send(self, message: ClientMessage) -> None:
        """Sends at once. Raises OutgoingFull when the server does not keep up."""
        self._soup.send_unsequenced(encode_message(message))

    def close(self) -> None:
        """Logs out; nothing is called back any more."""
        self._closed = True
        self._soup.close()

    def _on_data(self, data: memoryview) -> None:
        self._decoder.receive_data(data)
        while not self._closed:
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
            case PacketType.SERVER_HEARTBEAT:
                pass
            case PacketType.DEBUG:
                self._remark = soup.decode_debug(packet.payload)
            case PacketType.END_OF_SESSION:
                self.close()
                self._on_end_of_session()
                self._on_closed("session ended")
            case _:
                raise ProtocolError(f"packet {chr(packet.type)!r} among reports")

    def _on_lost(self, reason: str) -> None:
        self._closed = True
        self._on_closed(f"{reason} ({self._remark})" if self._remark else reason)
