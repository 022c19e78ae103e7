"""A SoupBinTCP client for tests of real daemons: blocking, and without any reaction of its own."""

import socket
from typing import Any, Self

import numpy as np

from tradestack.domain.execution_report import ExecutionReport
from tradestack.wire import soup
from tradestack.wire.feed import TICK_PACKET, TickRecords
from tradestack.wire.orders import ServerMessage, decode_server_message, encode_message
from tradestack.wire.soup import PacketType

RECEIVE_BYTES_MAX = 65_536


class BlockingClient:
    """A client of either port; a read that takes longer than deadline_s fails.

    socket: for a test that sends, or leaves unread, what no client would. session_id,
    next_sequence: as the login was accepted, then counted. remarks: texts of debug packets.
    """

    def __init__(
        self, address: tuple[str, int], user: str, password: str, *, deadline_s: float
    ) -> None:
        self.session_id = ""
        self.next_sequence = 0
        self.rejected = False
        self.remarks: list[bytes] = []
        self._user = user
        self._password = password
        self.socket = socket.create_connection(address, timeout=deadline_s)
        self._decoder = soup.PacketDecoder()

    def send_login(self, session_id: str = "", sequence: int = 1) -> Self:
        """Send a login request without waiting for the answer."""
        request = soup.LoginRequest(
            user=self._user, password=self._password, session_id=session_id, sequence=sequence
        )
        self.socket.sendall(soup.encode_login_request(request))
        return self

    def login(self, session_id: str = "", sequence: int = 1) -> Self:
        """Log in; fail if that is rejected."""
        return self.send_login(session_id, sequence).await_login()

    def await_login(self) -> Self:
        """Read the answer to the login request; fail if it is a rejection."""
        self.await_answer()
        assert not self.rejected, f"the login of {self._user} was rejected"
        return self

    def await_answer(self) -> Self:
        """Read the answer to the login request."""
        packet = self.next_packet()
        assert packet is not None, "the server closed the connection"
        self.rejected = packet.type is PacketType.LOGIN_REJECTED
        if not self.rejected:
            accepted = soup.decode_login_accepted(packet.payload)
            self.session_id, self.next_sequence = accepted.session_id, accepted.sequence
        return self

    def send(self, *messages: Any) -> None:
        """Send order messages or payloads as unsequenced packets, in one write."""
        payloads = [each if isinstance(each, bytes) else encode_message(each) for each in messages]
        packets = [soup.encode_packet(PacketType.UNSEQUENCED_DATA, each) for each in payloads]
        self.socket.sendall(b"".join(packets))

    def next_packet(self) -> soup.Packet | None:
        """Return the next packet but heartbeats and debug packets; None at the end."""
        while True:
            packet = self._decoder.next_packet()
            if packet is None:
                try:
                    data = self.socket.recv(RECEIVE_BYTES_MAX)
                except ConnectionResetError:
                    data = b""
                if not data:
                    return None
                self._decoder.receive_data(data)
            elif packet.type is PacketType.DEBUG:
                self.remarks.append(packet.payload)
            elif packet.type is not PacketType.SERVER_HEARTBEAT:
                return packet

    def receive(self, count: int = 1) -> list[Any]:
        """Return the next messages of the order port."""
        return [self.receive_one() for _ in range(count)]

    def receive_one(self) -> ServerMessage:
        """Return the next message of the order port, sequenced or not."""
        packet = self.next_packet()
        assert packet is not None, "the server closed the connection"
        if packet.type is PacketType.SEQUENCED_DATA:
            self.next_sequence += 1
        return decode_server_message(packet.payload)

    def receive_report(self) -> ExecutionReport:
        """Return the next message, which has to be an ExecutionReport."""
        message = self.receive_one()
        assert isinstance(message, ExecutionReport), message
        return message

    def read(self, count: int | None = None) -> TickRecords:
        """Return the next ticks of the feed port; all until the end of the session if None."""
        packets: list[bytes] = []
        while count is None or len(packets) < count:
            packet = self.next_packet()
            assert packet is not None, "the gateway closed the connection"
            if packet.type is PacketType.END_OF_SESSION:
                assert count is None, "the session ended before"
                break
            packets.append(soup.encode_packet(packet.type, packet.payload))
        self.next_sequence += len(packets)
        return np.frombuffer(b"".join(packets), TICK_PACKET)

    def rest(self) -> list[soup.Packet]:
        """Return all packets until the server closes the connection."""
        packets = []
        while (packet := self.next_packet()) is not None:
            packets.append(packet)
        return packets

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()
