"""Events → bytes of a text/event-stream."""

import msgspec

from tradestack_web.live.position import Position

_encoder = msgspec.json.Encoder()


def encode_event(name: str, data: object, position: Position) -> bytes:
    """Return one event; JSON has no line breaks, so that its data is one line."""
    return b"event: %b\nid: %b\ndata: %b\n\n" % (
        name.encode(),
        str(position).encode(),
        _encoder.encode(data),
    )
