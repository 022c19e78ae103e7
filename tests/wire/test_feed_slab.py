"""Slabs of a feed: what is read is what was written, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.tick import TickKind
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import TickBatch, encode_symbol, new_records
from tradestack.wire.feed_slab import (
    SlabPlace,
    StreamEnd,
    decode_place,
    decode_slab,
    end_headers,
    slab_headers,
    slab_id,
)


def packets(count: int, first: int = 1) -> bytes:
    """Return prices whose values are their numbers."""
    records = new_records(count)
    records["kind"] = int(TickKind.PRICE)
    records["symbol"] = encode_symbol("SPY")
    records["value"] = range(first, first + count)
    return records.tobytes()


@given(first=st.integers(1, 10**9), count=st.integers(1, 40), seen=st.integers(0, 40))
def test_a_reader_gets_what_it_has_not_seen(first: int, count: int, seen: int) -> None:
    """Whatever part of a slab was there before."""
    seen = min(seen, count)
    content = packets(count, first)

    slab = decode_slab(slab_headers(first, content), content, first + seen)

    assert isinstance(slab, TickBatch)
    assert slab.first_sequence == first + seen
    assert slab.records.tobytes() == content[seen * 64 :]


@given(place=st.integers(0, 10 * 64 - 1), bit=st.integers(0, 7))
def test_each_damaged_bit_is_noticed(place: int, bit: int) -> None:
    """In any byte of a slab."""
    content = bytearray(packets(10))
    headers = slab_headers(1, bytes(content))
    content[place] ^= 1 << bit

    with pytest.raises(ProtocolError, match="damaged"):
        decode_slab(headers, bytes(content), 1)


@pytest.mark.parametrize(
    ("headers", "content", "expected", "words"),
    [
        (slab_headers(3, packets(2)), packets(2), 2, "message 2 is missing"),
        (slab_headers(1, packets(2)), packets(1), 1, "has 64 bytes, not 2 packets"),
        (slab_headers(1, bytes(64)), bytes(64), 1, "other packets than ticks"),
        ({}, b"", 1, "'Ts-First' is missing"),
        ({"Ts-First": "x", "Ts-Count": "1"}, b"", 1, "no slab of a feed"),
        ({"Ts-First": "1", "Ts-Count": "0"}, b"", 1, "message 1, 0 packets"),
        ({"Ts-First": "0", "Ts-Count": "1"}, b"", 1, "message 0, 1 packets"),
        (end_headers(5, StreamEnd.COMPLETE), b"", 4, "message 4 is missing"),
        (end_headers(5, StreamEnd.COMPLETE), b"", 6, "ends with message 4, and 5 was there"),
    ],
)
def test_what_is_not_a_slab_is_said(
    headers: dict[str, str], content: bytes, expected: int, words: str
) -> None:
    """With what is wrong."""
    with pytest.raises(ProtocolError, match=words):
        decode_slab(headers, content, expected)


def test_the_end_says_whether_the_session_is_complete() -> None:
    """And where it is."""
    for end in StreamEnd:
        assert decode_slab(end_headers(5, end), b"", 5) is end
        assert decode_place(end_headers(5, end)) == SlabPlace(5, 5, end)


def test_slabs_that_begin_alike_have_different_ids() -> None:
    """A server would take the longer one for a repetition of the shorter one."""
    assert slab_id("S", 1, packets(1)) != slab_id("S", 1, packets(2))
