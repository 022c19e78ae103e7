"""The framing: what is found depends neither on how bytes are cut nor on what surrounds them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradestack_fix.codec import tags
from tradestack_fix.codec.frames import BODY_BYTES_MAX, FrameDecoder, Garbled
from tradestack_fix.codec.message import Parties, encode_message, parse_message

PARTIES = Parties(sender="ACME", target="TRADESTACK")
TIME_NS = 1_796_000_000_123_456_789
GOOD = encode_message(tags.TEST_REQUEST, 7, PARTIES, TIME_NS, [(tags.TEST_REQ_ID, "hello")])
BODY = GOOD[GOOD.index(b"35=") : GOOD.rindex(b"10=")]

Found = list[bytes | Garbled]


def found_in(*pieces: bytes) -> Found:
    """Return what a decoder finds in pieces that arrive one after the other."""
    decoder = FrameDecoder()
    found: Found = []
    for piece in pieces:
        decoder.receive_data(piece)
        while (each := decoder.next_body()) is not None:
            found.append(each)
    return found


def checked(text: bytes) -> bytes:
    """Append the right CheckSum."""
    return b"%s10=%03d\x01" % (text, sum(text) % 256)


WRONG = {
    b"hello\r\n": Garbled.NO_START,
    GOOD.replace(b"FIX.4.4", b"FIX.4.2"): Garbled.VERSION,
    GOOD.replace(b"\x019=", b"\x019=+"): Garbled.LENGTH,
    GOOD.replace(b"\x019=", b"\x018=1\x019="): Garbled.LENGTH,
    checked(b"8=FIX.4.4\x019=%d\x01" % (BODY_BYTES_MAX + 1)): Garbled.TOO_LONG,
    GOOD.replace(b"\x019=", b"\x019=1"): Garbled.TRAILER,
    GOOD[:-4] + b"000\x01": Garbled.CHECK_SUM,
    checked(b"8=FIX.4.4\x019=10\x0134=1\x0135=0\x01"): Garbled.MSG_TYPE,
}
assert not GOOD.endswith(b"000\x01")
streams = st.lists(
    st.one_of(st.sampled_from([GOOD, *WRONG, GOOD[:-3], GOOD[9:]]), st.binary(max_size=40)),
    max_size=8,
).map(b"".join)


@pytest.mark.parametrize(("wrong", "reason"), WRONG.items(), ids=lambda each: str(each)[:40])
def test_each_kind_of_garbling_is_named_and_the_next_message_is_found(
    wrong: bytes, reason: Garbled
) -> None:
    """One note, however many bytes are skipped; what follows is a message again."""
    # A wrong length may claim what follows: a message is lost then, and its number tells.
    found = found_in(wrong, GOOD * 40)

    assert found[0] is reason
    assert set(found[1:]) == {BODY}
    assert len(found) > 38


def test_a_wrong_length_makes_only_its_own_message_wait() -> None:
    """The start of the next one shows that it is garbled, however long it claims to be."""
    claims_more = GOOD.replace(b"\x019=", b"\x019=6")

    assert found_in(claims_more) == []
    assert found_in(claims_more, GOOD) == [Garbled.TRAILER, BODY]


def test_every_beginning_that_is_none_is_noted() -> None:
    """However many of them follow each other, a decoder's user sees what they cost."""
    found = found_in(checked(b"8=FIX.4.4\x019=10\x0134=1\x0135=0\x01") * 20 + GOOD)

    assert found == [Garbled.MSG_TYPE, *[Garbled.AGAIN] * 19, BODY]


@settings(max_examples=50)
@given(streams, st.lists(st.integers(0, 400), max_size=12))
def test_cutting_never_matters(stream: bytes, places: list[int]) -> None:
    """The same bodies and notes come, in pieces of any size."""
    cuts = sorted(min(place, len(stream)) for place in places)
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    whole = found_in(stream)

    assert found_in(*pieces) == whole
    assert found_in(*(stream[at : at + 1] for at in range(len(stream)))) == whole


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_damage_at_any_byte_is_seen(place: int, flip: int) -> None:
    """No damaged byte gives a message; the one behind it is found."""
    damaged = bytearray(GOOD)
    damaged[place] ^= flip

    found = found_in(bytes(damaged) + GOOD * 40)

    bodies = [each for each in found if isinstance(each, bytes)]
    assert set(bodies) == {BODY}
    assert len(bodies) <= 40


@given(
    st.integers(1, 2**31 - 1),
    st.dictionaries(
        st.integers(200, 999_999),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20),
        max_size=8,
    ),
)
def test_what_is_encoded_is_decoded(number: int, fields: dict[int, str]) -> None:
    """Numbers, tags and texts survive."""
    (body,) = found_in(encode_message("D", number, PARTIES, TIME_NS, fields.items()))
    assert isinstance(body, bytes)

    message = parse_message(body)

    assert (message.msg_type, message.number, message.fault) == ("D", number, None)
    assert message.fields[tags.SENDING_TIME] == "20261130-00:53:20.123"
    assert {tag: message.fields[tag] for tag in fields} == fields
