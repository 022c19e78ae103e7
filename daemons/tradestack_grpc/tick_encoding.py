"""Batches of ticks → FeedMessage of tradestack.proto, by columns.

protobuf's own encoder makes one object a tick, in Python. Here every tick is a row of bytes:

    12 LL                    field 2 of TickBatch, LL bytes
    08 KK  10 AA             kind, aggressor
    19 8 bytes  21 8 bytes   event time, publish time
    29 8 bytes  31 8 bytes   value, size
    3A NN  symbol            NN characters

Rows differ by the length of their symbols only, and the padding after it is taken away at once.
"""

import numpy as np

from tradestack.domain.symbol import SYMBOL_LENGTH_MAX
from tradestack.domain.tick import Aggressor, TickKind
from tradestack.wire.feed import SYMBOL_FIELD, TickBatch
from tradestack_grpc.protocol import tradestack_pb2 as pb

_ROW = np.dtype(
    [
        ("tick", "u1"),
        ("length", "u1"),
        ("kind_tag", "u1"),
        ("kind", "u1"),
        ("aggressor_tag", "u1"),
        ("aggressor", "u1"),
        ("event_time_tag", "u1"),
        ("event_time_ns", "<i8"),
        ("publish_time_tag", "u1"),
        ("publish_time_ns", "<i8"),
        ("value_tag", "u1"),
        ("value", "<i8"),
        ("size_tag", "u1"),
        ("size", "<i8"),
        ("symbol_tag", "u1"),
        ("symbol_length", "u1"),
        ("symbol", SYMBOL_FIELD),
    ]
)
_HEADER_LENGTH = 2  # tag and length of a tick
_FIXED_LENGTH = _ROW.itemsize - SYMBOL_LENGTH_MAX - _HEADER_LENGTH
assert _FIXED_LENGTH + SYMBOL_LENGTH_MAX < 128, "a length is one byte"

_VARINT, _FIXED64, _BYTES = 0, 1, 2  # kinds of a field on the wire


def _tag(field: int, kind: int) -> int:
    return field << 3 | kind


_TAGS = {
    "tick": _tag(pb.TickBatch.TICKS_FIELD_NUMBER, _BYTES),
    "kind_tag": _tag(pb.Tick.KIND_FIELD_NUMBER, _VARINT),
    "aggressor_tag": _tag(pb.Tick.AGGRESSOR_FIELD_NUMBER, _VARINT),
    "event_time_tag": _tag(pb.Tick.EVENT_TIME_NS_FIELD_NUMBER, _FIXED64),
    "publish_time_tag": _tag(pb.Tick.PUBLISH_TIME_NS_FIELD_NUMBER, _FIXED64),
    "value_tag": _tag(pb.Tick.VALUE_FIELD_NUMBER, _FIXED64),
    "size_tag": _tag(pb.Tick.SIZE_FIELD_NUMBER, _FIXED64),
    "symbol_tag": _tag(pb.Tick.SYMBOL_FIELD_NUMBER, _BYTES),
}
_MESSAGE_TAG = bytes([_tag(pb.FeedMessage.TICKS_FIELD_NUMBER, _BYTES)])
_SEQUENCE_TAG = bytes([_tag(pb.TickBatch.FIRST_SEQUENCE_FIELD_NUMBER, _VARINT)])

_KINDS = np.zeros(256, np.uint8)  # by the byte in the feed
_KINDS[TickKind.PRICE] = pb.TICK_KIND_PRICE
_KINDS[TickKind.NEWS] = pb.TICK_KIND_NEWS
_AGGRESSORS = np.zeros(256, np.uint8)
_AGGRESSORS[Aggressor.BUYER] = pb.AGGRESSOR_BUYER
_AGGRESSORS[Aggressor.SELLER] = pb.AGGRESSOR_SELLER
_SPACE = ord(" ")


def encode_batch(batch: TickBatch) -> bytes:
    """Ticks → the FeedMessage that has them."""
    ticks = _SEQUENCE_TAG + _varint(batch.first_sequence) + _rows(batch)
    return _MESSAGE_TAG + _varint(len(ticks)) + ticks


def _rows(batch: TickBatch) -> bytes:
    records = batch.records
    rows = np.empty(len(records), _ROW)
    for name, tag in _TAGS.items():
        rows[name] = tag
    rows["kind"] = _KINDS[records["kind"]]
    rows["aggressor"] = _AGGRESSORS[records["side"]]
    for name in ("event_time_ns", "publish_time_ns", "value", "size", "symbol"):
        rows[name] = records[name]
    content = rows.view(np.uint8).reshape(len(rows), _ROW.itemsize)
    is_symbol = content[:, -SYMBOL_LENGTH_MAX:] != _SPACE  # no space is within one
    lengths = is_symbol.sum(axis=1, dtype=np.uint8)
    rows["symbol_length"] = lengths
    rows["length"] = lengths + _FIXED_LENGTH
    is_kept = np.ones(content.shape, np.bool_)
    is_kept[:, -SYMBOL_LENGTH_MAX:] = is_symbol
    return content[is_kept].tobytes()


def _varint(number: int) -> bytes:
    """Non-negative integer → seven bits a byte, the lowest first."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
