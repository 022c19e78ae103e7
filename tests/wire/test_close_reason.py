"""Close reasons: bytes ⇄ values, and the table of them in PROTOCOL.md."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.close_reasons import reason_of
from tradestack.wire import close_reason, soup
from tradestack.wire.close_reason import Close, CloseReason, decode_close, encode_close

PROTOCOL = Path(close_reason.__file__).with_name("PROTOCOL.md")
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=200).map(str.strip)


@pytest.mark.parametrize(
    ("close", "payload"),
    [
        (Close(CloseReason.REPLACED, "logged in again"), b"REPLACED logged in again"),
        (Close(CloseReason.SERVER_STOPPING, ""), b"SERVER_STOPPING"),
    ],
)
def test_payloads_are_the_code_and_the_text(close: Close, payload: bytes) -> None:
    """A client that acts on the code needs only the first word."""
    assert encode_close(close) == payload
    assert decode_close(payload) == close


@given(reason=st.sampled_from(CloseReason), text=TEXT)
def test_a_close_survives_the_wire(reason: CloseReason, text: str) -> None:
    """Any code with any text of printable characters."""
    close = Close(reason, text)

    assert decode_close(encode_close(close)) == close


@pytest.mark.parametrize("payload", [b"", b"going down", b"replaced", b"REPLACED_BY x", b"\xff\0"])
def test_other_debug_text_has_no_reason(payload: bytes) -> None:
    """Other servers send other text, and later versions may add codes."""
    assert decode_close(payload) is None


@given(st.binary(max_size=400))
def test_any_payload_gives_at_most_one_printable_line(payload: bytes) -> None:
    """What a server sends is written to the client's log."""
    close = decode_close(payload)

    assert close is None or close.text.isprintable()


def test_a_long_text_is_truncated() -> None:
    """The packet stays far below the limit of a payload, whatever the text quotes."""
    payload = encode_close(Close(CloseReason.PROTOCOL_VIOLATION, "x" * 40_000))

    assert len(payload) == soup.DEBUG_TEXT_LENGTH_MAX
    assert reason_of(payload) is CloseReason.PROTOCOL_VIOLATION


def test_a_close_is_shown_as_text_or_code() -> None:
    """Logs show the text if there is one."""
    assert str(Close(CloseReason.LOGGED_OUT, "logged out")) == "logged out"
    assert str(Close(CloseReason.LOGGED_OUT, "")) == "LOGGED_OUT"


def test_the_protocol_describes_every_reason() -> None:
    """The table "Why a connection ends" has the codes of the enumeration, in its order."""
    section = PROTOCOL.read_text().partition("### Why a connection ends")[2].partition("\n### ")[0]

    codes = re.findall(r"^\| `([A-Z_]+)` \|", section, re.MULTILINE)

    assert codes == list(CloseReason)
