"""What relays and gateways tell each other beside the feed: JSON in unsequenced messages.

    relay → gateway    {"MsgType":"WayRequest"}
    gateway → relay    {"MsgType":"Way","Hops":[{"Gateway":…,"Host":…,"Head":…,"LagTime":…}, …],
                        "Sessions":[…]}

A way is where a feed has come from: first the gateway that has the source, last the one that sends
the message. A relay that finds itself in it would follow its own feed.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from tradestack.wire.errors import ProtocolError
from tradestack.wire.order_messages import SEQUENCE_MAX, TIME_NS_MAX, fix_name

HOPS_MAX = 16  # relays behind each other
SESSIONS_TOLD_MAX = 16

_Name = Annotated[str, Meta(max_length=64)]


class Hop(msgspec.Struct, frozen=True, kw_only=True, rename=fix_name):
    """One gateway of a way.

    gateway: an id of its process. head: its newest message. lag_time_ns: from the publication of
    its newest message at the first gateway to its own, by the clocks of two hosts.
    """

    gateway: _Name
    host: _Name
    head: Annotated[int, Meta(ge=0, le=SEQUENCE_MAX)]
    lag_time_ns: Annotated[int, Meta(ge=-TIME_NS_MAX, le=TIME_NS_MAX)] = 0


class WayRequest(msgspec.Struct, frozen=True, tag_field="MsgType", tag="WayRequest"):
    """Asks for the way, now and once a second from then on."""


class Way(msgspec.Struct, frozen=True, tag_field="MsgType", tag="Way", rename=fix_name):
    """The gateways that the feed has passed, the first one first.

    sessions: the ids of the newest feed sessions that the sender has had, the oldest first.
    """

    hops: Annotated[tuple[Hop, ...], Meta(max_length=HOPS_MAX)] = ()
    sessions: Annotated[tuple[_Name, ...], Meta(max_length=SESSIONS_TOLD_MAX)] = ()

    def sessions_between(self, earlier: str, session_id: str) -> list[str]:
        """Return the sender's sessions between these two; none if there was no earlier one."""
        return [each for each in self.sessions if earlier and earlier < each < session_id]


WAY_REQUEST = msgspec.json.encode(WayRequest())
_DECODER = msgspec.json.Decoder(WayRequest | Way)


def encode_way(hops: tuple[Hop, ...], sessions: tuple[str, ...] = ()) -> bytes:
    """Hops, sessions → payload of the message."""
    return msgspec.json.encode(Way(hops, sessions[-SESSIONS_TOLD_MAX:]))


def decode_feed_message(payload: bytes) -> WayRequest | Way:
    """Payload → message. Raises ProtocolError."""
    try:
        message: WayRequest | Way = _DECODER.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"not a message of a feed: {error}") from error
    return message
