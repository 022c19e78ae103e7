"""Why a login is refused, and the packets that say so before the connection is closed."""

from dataclasses import dataclass

from tradestack.net.server.outbox import Stream
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason, encode_close
from tradestack.wire.service import Service, encode_wrong_port


@dataclass(frozen=True, slots=True)
class Refusal:
    """The last packets of a connection that has not logged in; name: of the reason, for the log."""

    name: str
    packets: bytes


Answer = Stream | soup.RejectReason | Refusal  # to a login whose password is right


def rejected(reason: soup.RejectReason) -> Refusal:
    """Answer J with that reason."""
    return Refusal(reason.name, soup.encode_login_rejected(reason))


def wrong_port(served: Service) -> Refusal:
    """Return the packets that name the port's service and reject the login."""
    answer = soup.encode_login_rejected(soup.RejectReason.SESSION_NOT_AVAILABLE)
    return Refusal(CloseReason.WRONG_PORT, encode_wrong_port(served) + answer)


def standing_by(text: str) -> Refusal:
    """Return the packet of a standby; J would mean that the session is not available."""
    remark = encode_close(Close(CloseReason.STANDBY, text))
    return Refusal(CloseReason.STANDBY, soup.encode_packet(soup.PacketType.DEBUG, remark))
