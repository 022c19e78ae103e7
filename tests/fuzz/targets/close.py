"""The reason of a close, as a client reads it from a debug packet."""

from collections.abc import Sequence

from tests.fuzz.target import Target, assert_one_line
from tradestack.wire.close_reason import Close, CloseReason, decode_close, encode_close
from tradestack.wire.soup import DEBUG_TEXT_LENGTH_MAX


def close(data: bytes) -> None:
    """Check that any debug packet is a Close that encodes to itself, or none.

    Characters that a packet cannot have are lost when it is encoded for the first time.
    """
    decoded = decode_close(data)
    if decoded is None:
        assert data.split(b" ")[0].decode("latin-1") not in CloseReason.__members__
        return
    assert_one_line(str(decoded), length_max=DEBUG_TEXT_LENGTH_MAX)
    again = decode_close(encode_close(decoded))
    assert again is not None
    assert again.reason is decoded.reason
    assert decode_close(encode_close(again)) == again
    if decoded.text.isascii() and not decoded.text.endswith(" "):
        assert again == decoded


def _seeds() -> Sequence[bytes]:
    texts = ["", "the same user has logged in again", "a  b ", "x" * 300]
    closes = [Close(CloseReason.REPLACED, text) for text in texts]
    return [
        *map(encode_close, closes),
        b"SESSION_ENDED",
        b"slow",
        b"REPLACEDX y",
        b"CLIENT_SILENT \xff\x00\n",
    ]


TARGETS = (Target("close", close, _seeds, length_max=512),)
