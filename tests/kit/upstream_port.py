"""A port that answers like a gateway, and sends whatever a test wants."""

import socket

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.tick import TickKind
from tradestack.wire import soup
from tradestack.wire.feed import encode_symbol, new_records
from tradestack.wire.soup import PacketType

DEADLINE_S = 60


class Upstream:
    """A port whose answers to logins the test gives."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(DEADLINE_S)
        self.address: tuple[str, int] = self._listener.getsockname()
        self._connection: socket.socket | None = None

    def answer(self, session: str, packets: bytes, sequence: int = 1) -> None:
        """Accept the next login instead of the last one; send the packets from that number on."""
        self._hang_up()
        self._connection, _ = self._listener.accept()
        connection = self._connection
        connection.settimeout(DEADLINE_S)
        decoder = soup.PacketDecoder()
        packet = None
        while packet is None or packet.type is not PacketType.LOGIN_REQUEST:
            if packet is None:
                decoder.receive_data(connection.recv(1024))
            packet = decoder.next_packet()
        accepted = soup.encode_login_accepted(soup.LoginAccepted(session, sequence))
        connection.sendall(accepted + packets)

    def close(self) -> None:
        """Close the connection and the port."""
        self._hang_up()
        self._listener.close()

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()


def a_tick(**fields: object) -> bytes:
    """Return the packet of a price with these fields."""
    records = new_records(1)
    values = {
        "kind": int(TickKind.PRICE),
        "symbol": encode_symbol("A"),
        "event_time_ns": 2,
        "publish_time_ns": 3,
        "value": 100 * SCALE,
    }
    for name, value in {**values, **fields}.items():
        records[name] = value
    return records.tobytes()
