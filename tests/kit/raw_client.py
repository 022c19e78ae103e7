"""A SoupBinTCP client for coroutine tests that sends and receives only what a test asks for."""

import asyncio
import socket

from tradestack.wire import soup
from tradestack.wire.soup import PacketType

PAYLOAD_LENGTH_MAX = 65_535
RECEIVE_BYTES_MAX = 65_536


class RawClient:
    """A connected non-blocking socket, used packet by packet."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.decoder = soup.PacketDecoder(PAYLOAD_LENGTH_MAX)
        self._loop = asyncio.get_running_loop()

    async def send(self, data: bytes) -> None:
        """Send bytes, whether or not they are whole packets."""
        await self._loop.sock_sendall(self.socket, data)

    async def send_packet(self, packet_type: PacketType, payload: bytes = b"") -> None:
        """Send one packet."""
        await self.send(soup.encode_packet(packet_type, payload))

    async def packet(self) -> soup.Packet | None:
        """Return the next packet; None at the end of the connection."""
        while True:
            packet = self.decoder.next_packet()
            if packet is not None:
                return packet
            try:
                data = await self._loop.sock_recv(self.socket, RECEIVE_BYTES_MAX)
            except ConnectionResetError:
                return None
            if not data:
                assert not self.decoder.pending, "the connection ended inside a packet"
                return None
            self.decoder.receive_data(data)

    async def packets_to_end(self) -> list[soup.Packet]:
        """Return all packets until the server closes the connection."""
        packets = []
        while (packet := await self.packet()) is not None:
            packets.append(packet)
        return packets

    async def log_in(
        self, sequence: int = 1, session_id: str = "", password: str = "secret", user: str = "news"
    ) -> soup.Packet:
        """Send a login request; return the answer."""
        request = soup.LoginRequest(
            user=user, password=password, session_id=session_id, sequence=sequence
        )
        await self.send(soup.encode_login_request(request))
        answer = await self.packet()
        assert answer is not None
        return answer
