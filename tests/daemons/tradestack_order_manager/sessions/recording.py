"""Messages recorded in an order session, and the reports read back from it."""

from pathlib import Path
from typing import Any

from tests.daemons.tradestack_order_manager.samples import (
    a_message,
    record_messages,
)
from tradestack.sessions.order_session import (
    OrderSession,
)
from tradestack.wire import soup
from tradestack.wire.orders import decode_server_message


def record(session: OrderSession, *messages: Any, user: str = "news") -> None:
    """Judge and journal messages of one user, received at NOW_NS."""
    record_messages(session, *[a_message(message, user) for message in messages])


def reports(session: OrderSession, user: str = "news", bytes_max: int = 1 << 20) -> list[Any]:
    """Return all reports of a user's stream, in reads of that size."""
    stream = session.stream(user)
    decoder = soup.PacketDecoder()
    sequence = 1
    while sequence <= stream.head:
        packets, following = stream.read(sequence, bytes_max)
        assert following > sequence
        decoder.receive_data(packets)
        sequence = following
    messages = []
    while (packet := decoder.next_packet()) is not None:
        assert packet.type is soup.PacketType.SEQUENCED_DATA
        messages.append(decode_server_message(packet.payload))
    return messages


def recover(path: Path) -> OrderSession:
    """Recover the session of a journal that has a header."""
    session = OrderSession.recover(path)
    assert session is not None
    return session
