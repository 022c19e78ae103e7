"""wire/feed: golden bytes, runs between other packets, every cut."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradestack.domain.fixed_point import parse_fixed
from tradestack.domain.tick import Aggressor, Tick, TickKind
from tradestack.domain.times import format_utc
from tradestack.wire import feed, soup
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import FeedDecoder, TickBatch
from tradestack.wire.soup import Packet, PacketType


def tick_packets(count: int, first: int = 1) -> bytes:
    """Prices of SPY whose values are their numbers."""
    records = feed.new_records(count)
    records["kind"] = int(TickKind.PRICE)
    records["symbol"] = feed.encode_symbol("SPY")
    records["value"] = np.arange(first, first + count)
    return records.tobytes()


def pulled(decoder: FeedDecoder) -> list[int | Packet]:
    """Return the numbers of all ticks, checked against their values, and the other packets."""
    events: list[int | Packet] = []
    while (event := decoder.next_event()) is not None:
        if isinstance(event, TickBatch):
            numbers = range(event.first_sequence, event.last_sequence + 1)
            assert event.records["value"].tolist() == list(numbers)
            events += numbers
        else:
            events.append(event)
    return events


def test_a_tick_has_its_published_64_bytes() -> None:
    """The offsets are those of PROTOCOL.md."""
    records = feed.new_records(1)
    records[0] = (62, 83, ord("N"), ord("B"), 0, 0, feed.encode_symbol("BRK.B"), 1, 2, -3, 4)

    assert (
        records.tobytes().hex()
        == (
            "003e"  # length
            "53"  # S
            "4e"  # N
            "42"  # the buyer took the price
            "00"  # flags
            "0000"
            "42524b2e42202020"
            + "20"
            * 16  # symbol
            + "0000000000000001"  # event time
            "0000000000000002"  # publish time
            "fffffffffffffffd"  # value
            "0000000000000004"  # size
        )
    )


def test_the_example_in_the_specification_is_correct() -> None:
    """The bytes that PROTOCOL.md shows are decoded to the tick beside them."""
    text = Path(feed.__file__).with_name("PROTOCOL.md").read_text()
    shown = re.search(r"^    (003e[ 0-9a-f\n]+)\n\n", text, re.MULTILINE)
    assert shown is not None

    records = np.frombuffer(bytes.fromhex(shown[1]), feed.TICK_PACKET)

    tick = next(TickBatch(1, records).ticks())
    assert feed.is_tick_packets(records).all()
    assert (tick.kind, tick.symbol, tick.value, tick.size) == (
        TickKind.PRICE,
        "SPY",
        parse_fixed("168.23"),
        parse_fixed("100"),
    )
    assert format_utc(tick.event_time_ns) == "2013-10-10T13:30:00.000000Z"
    assert format_utc(tick.publish_time_ns) == "2026-11-22T09:00:00.000000Z"


def test_iterating_gives_python_values() -> None:
    """Each tick has names, kinds and Python integers."""
    records = feed.new_records(2)
    records[0] = (
        62,
        83,
        ord("P"),
        ord("S"),
        0,
        0,
        feed.encode_symbol("ESZ6"),
        10,
        11,
        4_500 * 10**8,
        7,
    )
    records[1] = (
        62,
        83,
        ord("N"),
        0xFF,
        0xFF,
        0xFFFF,
        feed.encode_symbol("A" * 24),
        20,
        21,
        85 * 10**8,
        0,
    )

    assert list(TickBatch(41, records).ticks()) == [
        Tick(41, TickKind.PRICE, "ESZ6", 10, 11, 4_500 * 10**8, 7, Aggressor.SELLER),
        Tick(42, TickKind.NEWS, "A" * 24, 20, 21, 85 * 10**8, 0),
    ]


BETWEEN = st.sampled_from(
    [
        Packet(PacketType.SERVER_HEARTBEAT, b""),
        Packet(PacketType.DEBUG, b"a remark"),
        Packet(PacketType.DEBUG, tick_packets(1)[: 64 - 3]),  # its inside looks like a tick
        Packet(PacketType.UNSEQUENCED_DATA, tick_packets(2)),
        Packet(PacketType.END_OF_SESSION, b""),
    ]
)


@settings(max_examples=200)
@given(pieces=st.lists(st.integers(0, 40) | BETWEEN, max_size=10), data=st.data())
def test_cutting_never_matters(pieces: list[int | Packet], data: st.DataObject) -> None:
    """However the bytes are cut, ticks and packets are the same, in the same order."""
    stream, first = b"", 7
    expected: list[int | Packet] = []
    for piece in pieces:
        if isinstance(piece, Packet):
            stream += soup.encode_packet(piece.type, piece.payload)
            expected.append(piece)
        else:
            stream += tick_packets(piece, first)
            expected += range(first, first + piece)
            first += piece
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    decoder, decoded = FeedDecoder(7), []

    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        decoder.receive_data(memoryview(stream)[start:end])
        decoded += pulled(decoder)

    assert decoded == expected
    assert decoder.next_sequence == first


@given(st.integers(0, 5), st.binary(max_size=200))
def test_any_bytes_give_ticks_and_packets_or_a_protocol_error(count: int, garbage: bytes) -> None:
    """No other exception is raised, and ticks before the damage are returned."""
    decoder, decoded = FeedDecoder(1), []
    decoder.receive_data(tick_packets(count) + garbage)

    try:
        while (event := decoder.next_event()) is not None:
            decoded.append(event)
    except ProtocolError:
        pass

    assert sum(len(e) for e in decoded if isinstance(e, TickBatch)) >= count


@pytest.mark.parametrize(
    "packet",
    [
        soup.encode_packet(PacketType.SEQUENCED_DATA, b"P" + bytes(59)),
        soup.encode_packet(PacketType.SEQUENCED_DATA, b"P" + bytes(61)),
        soup.encode_packet(PacketType.SEQUENCED_DATA, b"X" + bytes(60)),
        soup.encode_packet(PacketType.SEQUENCED_DATA, b""),
        b"\x00\x01?",
    ],
)
@pytest.mark.parametrize("count", [0, 1, 300])
def test_an_invalid_tick_is_an_error_after_the_ticks_before_it(packet: bytes, count: int) -> None:
    """Its length or kind is wrong, at the beginning or the end of a run."""
    decoder = FeedDecoder(1)
    decoder.receive_data(tick_packets(count) + packet + tick_packets(2))

    if count:
        batch = decoder.next_event()
        assert isinstance(batch, TickBatch)
        assert len(batch) == count
    with pytest.raises(ProtocolError):
        decoder.next_event()


def test_batches_do_not_change_later() -> None:
    """They are not views of the receive buffer, so consumers may keep them."""
    buffer = bytearray(tick_packets(3))
    decoder = FeedDecoder(1)
    decoder.receive_data(memoryview(buffer))
    batch = decoder.next_event()

    buffer[:] = bytes(len(buffer))
    decoder.receive_data(tick_packets(3, 4))

    assert isinstance(batch, TickBatch)
    assert batch.records["value"].tolist() == [1, 2, 3]
    assert not batch.records.flags.writeable


def test_batches_are_bounded() -> None:
    """The limit holds however much was received at once."""
    count = feed.RUN_RECORDS_MAX * 2 + 5
    decoder = FeedDecoder(1)
    decoder.receive_data(tick_packets(count))
    lengths = []

    while isinstance(batch := decoder.next_event(), TickBatch):
        lengths.append(len(batch))

    assert lengths == [feed.RUN_RECORDS_MAX, feed.RUN_RECORDS_MAX, 5]


@pytest.mark.parametrize("packet_type", [b"H", b"Z", b"S"])
def test_an_empty_packet_is_an_error_at_once(packet_type: bytes) -> None:
    """A length of 0 must not make the decoder wait for more bytes."""
    decoder = FeedDecoder(1)
    decoder.receive_data(b"\x00\x00" + packet_type)

    with pytest.raises(ProtocolError):
        decoder.next_event()
