"""The feed decoder, which takes many ticks at once, against a decoder of single packets."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from tests.fuzz.pieces import cut
from tests.fuzz.target import Target, assert_one_line
from tradestack.domain.tick import Aggressor, TickKind
from tradestack.wire import feed as wire_feed
from tradestack.wire import soup
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import (
    TICK_PACKET_LENGTH,
    FeedDecoder,
    TickBatch,
    encode_symbol,
    new_records,
)
from tradestack.wire.soup import PacketType

FIRST_SEQUENCE = 7
KINDS = {int(kind) for kind in TickKind}
TYPES = {int(packet_type) for packet_type in PacketType}


def feed(data: bytes) -> None:
    """Check that a stream gives the packets of the plain decoder, however it is cut.

    Ticks have their numbers; a ProtocolError is raised where the plain decoder finds an error.
    """
    pieces, stream = cut(data)
    plain = _read_plainly(stream)
    assert _read(pieces) == plain
    assert _read([stream]) == plain
    with _all_by_numpy():
        assert _read([stream]) == plain


def _read_plainly(stream: bytes) -> tuple[list[bytes], bool]:
    """Return the whole packets at the beginning, and whether what follows is not a packet."""
    packets: list[bytes] = []
    at = 0
    while len(stream) - at >= soup.HEADER_LENGTH:
        length = int.from_bytes(stream[at : at + 2]) + 2
        packet_type = stream[at + 2]
        is_tick = packet_type == PacketType.SEQUENCED_DATA
        if packet_type not in TYPES or length < soup.HEADER_LENGTH:
            return packets, True
        if length > soup.HEADER_LENGTH + soup.PAYLOAD_LENGTH_MAX:
            return packets, True
        if is_tick and length != TICK_PACKET_LENGTH:
            return packets, True
        packet = stream[at : at + length]
        if len(packet) < length:
            break
        if is_tick and packet[3] not in KINDS:
            return packets, True
        packets.append(packet)
        at += length
    return packets, False


def _read(pieces: Iterable[bytes]) -> tuple[list[bytes], bool]:
    decoder = FeedDecoder(FIRST_SEQUENCE)
    packets: list[bytes] = []
    sequence = FIRST_SEQUENCE
    try:
        for piece in pieces:
            decoder.receive_data(piece)
            while (event := decoder.next_event()) is not None:
                if isinstance(event, TickBatch):
                    assert event.first_sequence == sequence
                    sequence += len(event)
                    packets += _tick_packets(event)
                else:
                    packets.append(soup.encode_packet(event.type, event.payload))
            held = len(decoder._data) - decoder._offset
            assert held < soup.HEADER_LENGTH + soup.PAYLOAD_LENGTH_MAX, f"{held} bytes are held"
    except ProtocolError as error:
        assert_one_line(str(error))
        return packets, True
    assert decoder.next_sequence == sequence
    return packets, False


@contextlib.contextmanager
def _all_by_numpy() -> Iterator[None]:
    """Let the decoder look at any number of packets as it looks at more than an input holds."""
    before = wire_feed.FEW_PACKETS
    wire_feed.FEW_PACKETS = 0
    try:
        yield
    finally:
        wire_feed.FEW_PACKETS = before


def _tick_packets(batch: TickBatch) -> list[bytes]:
    """Return the batch's packets, having read every field of its ticks."""
    ticks = list(batch.ticks())
    assert [tick.sequence for tick in ticks] == [
        *range(batch.first_sequence, batch.last_sequence + 1)
    ]
    content = np.ascontiguousarray(batch.records).tobytes()
    return [
        content[at : at + TICK_PACKET_LENGTH] for at in range(0, len(content), TICK_PACKET_LENGTH)
    ]


def tick_packets(count: int) -> bytes:
    """Encode ticks, prices and news in turn."""
    records = new_records(count)
    records["kind"] = [int(TickKind.PRICE), int(TickKind.NEWS)] * (count // 2) + [
        int(TickKind.PRICE)
    ] * (count % 2)
    records["symbol"] = encode_symbol("SPY")
    records["event_time_ns"] = records["publish_time_ns"] = range(1, 1 + count)
    records["value"] = 16_823_000_000
    return records.tobytes()


def _seeds() -> Sequence[bytes]:
    debug = soup.encode_packet(PacketType.DEBUG, b"slow")
    streams = [
        tick_packets(5),
        tick_packets(2) + soup.SERVER_HEARTBEAT + tick_packets(1) + soup.END_OF_SESSION,
        soup.SERVER_HEARTBEAT + debug + tick_packets(3)[:-1],
        tick_packets(1) + b"\0\0H" + tick_packets(1),
        bytes([*tick_packets(1)[:4], Aggressor.SELLER, 0xFF]) + tick_packets(1)[6:],
    ]
    return [cuts + stream for cuts in (b"\x00\x3e", b"\x3f\x11") for stream in streams]


TARGETS = (Target("feed", feed, _seeds, length_max=768),)
