"""What a port serves, as a client names it before its login: the debug packet `+FEED` or `+ORDERS`.

Both ports accept the same logins. A client at the other one would hear nothing but heartbeats; so a
server rejects the login of one that names another service than its own (PROTOCOL.md, §1).
"""

import enum

from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason, encode_close


class Service(enum.StrEnum):
    """A kind of server; the value is its name in the packet."""

    FEED = "FEED"
    ORDERS = "ORDERS"

    @property
    def words(self) -> str:
        """The name in a sentence."""
        return "the feed" if self is Service.FEED else "orders"


def encode_service(service: Service) -> bytes:
    """Service → packet that names it."""
    return soup.encode_packet(soup.PacketType.DEBUG, service.encode("ascii"))


def decode_service(payload: bytes) -> Service | None:
    """Payload of a client's debug packet → the service that it names; None for any other text."""
    text = soup.decode_debug(payload)
    return Service(text) if text in Service.__members__ else None


def encode_wrong_port(served: Service) -> bytes:
    """Service of a port → packet for a client that wants another one."""
    remark = Close(CloseReason.WRONG_PORT, f"this port serves {served.words}")
    return soup.encode_packet(soup.PacketType.DEBUG, encode_close(remark))
