"""Messages recorded in an order session, and the reports read back from it."""

import zlib
from pathlib import Path
from typing import Any

import msgspec

from tests.daemons.tradestack_order_manager.samples import (
    a_message,
    record_messages,
)
from tradestack.sessions.order_session import (
    OrderSession,
)
from tradestack.wire import soup
from tradestack.wire.journal.account_records import RAW_BYTES_MAX, CheckpointRecord
from tradestack.wire.journal.order_journal import encode_record
from tradestack.wire.orders import decode_server_message
from tradestack_order_manager.sessions.long_session import LongSession
from tradestack_order_manager.sessions.order_sessions import ENDED_JOURNAL_BYTES_MAX


def record(session: OrderSession, *messages: Any, user: str = "news") -> None:
    """Judge and journal messages of one user, received at NOW_NS."""
    record_messages(session, *[a_message(message, user) for message in messages])


def make_long(journal: Path) -> None:
    """Append records without reports to an ended journal until it is too long to be replayed."""
    state = msgspec.Raw(b'{"x":"' + b"x" * (RAW_BYTES_MAX - 8) + b'"}')
    payload = encode_record(
        CheckpointRecord(
            time_ns=1, user="other", feed_session="3DAA200000", part=1, parts=2, state=state
        )
    )
    line = b"%08x %s\n" % (zlib.crc32(payload), payload)
    with journal.open("ab") as file:
        while file.tell() <= ENDED_JOURNAL_BYTES_MAX:
            file.write(line)


def reports(
    session: OrderSession | LongSession, user: str = "news", bytes_max: int = 1 << 20
) -> list[Any]:
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
