"""The streams of a feed: one for each feed session, named PREFIX_SESSION."""

from tradestack.domain.session_id import SESSION_ID_LENGTH, is_session_id
from tradestack.engine.connection import Connection
from tradestack.engine.faults import Damaged
from tradestack.engine.message import StoredMessage
from tradestack.engine.stream import Stream, stream_names
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed_slab import SlabPlace, decode_place


def stream_of(prefix: str, session_id: str) -> str:
    """Return the name of a session's stream."""
    return f"{prefix}_{session_id}"


async def feed_sessions(connection: Connection, prefix: str) -> list[str]:
    """Return the ids of the sessions that have a stream, the oldest first. Raises Unavailable."""
    names = await stream_names(connection, f"{prefix}_")
    ids = [name[-SESSION_ID_LENGTH:] for name in names]
    return [
        session_id
        for session_id, name in zip(ids, names, strict=True)
        if is_session_id(session_id) and name == stream_of(prefix, session_id)
    ]


def place_of(stream: Stream, message: StoredMessage) -> SlabPlace:
    """Return where a message is in the feed session. Raises ProtocolError that names it."""
    try:
        return decode_place(message.headers)
    except ProtocolError as error:
        raise ProtocolError(f"stream {stream.name}, message {message.sequence}: {error}") from None


async def find_slab(stream: Stream, sequence: int) -> int:
    """Return the number of the stream's message that has, or will have, a message of the feed.

    The slabs are of many sizes, so it asks for some twenty of them. Raises ProtocolError for a
    message that is no slab, Damaged if the first slabs were removed, Missing, Unavailable.
    """
    state = await stream.state()
    low, high = max(1, state.first), state.last + 1  # the answer is in [low, high]
    if low > 1:
        raise Damaged(f"stream {stream.name}: messages before {low} were removed")
    while low < high:
        middle = (low + high) // 2
        place = place_of(stream, await stream.message(middle))
        if place.end is not None or place.next_sequence > sequence:
            high = middle
        else:
            low = middle + 1
    return low
