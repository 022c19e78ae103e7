"""FIX messages, as the port receives them from a client."""

import contextlib
from collections.abc import Iterable, Sequence

from tests.fuzz.pieces import cut
from tests.fuzz.target import Target, assert_one_line
from tradestack.wire.orders import decode_client_message, encode_message
from tradestack_fix.codec import tags
from tradestack_fix.codec.frames import BODY_BYTES_MAX, FrameDecoder, Garbled
from tradestack_fix.codec.message import (
    Field,
    Message,
    Parties,
    Refused,
    Unnumbered,
    parse_message,
)
from tradestack_fix.codec.message import (
    encode_message as encode_fix,
)
from tradestack_fix.mapping.definitions import DEFINITIONS, ORDER_ENTRY, check_fields
from tradestack_fix.mapping.requests import MissingByCondition, parse_request
from tradestack_fix.session.header import HeaderFault, check_header
from tradestack_fix.session.logon import LogonRefused, read_logon
from tradestack_fix.session.rules import act_on

BODY_MAX = 512  # so that short inputs reach beyond it
PARTIES = Parties(sender="ACME", target="TRADESTACK")
OURS = Parties(sender="TRADESTACK", target="ACME")
TIME_NS = 1_767_268_800_000_000_000  # 2026-01-01 12:00 UTC
NOW = "20260101-12:00:00.000"


def fix_messages(data: bytes) -> None:
    """Check that a client's bytes are the same messages however they are cut.

    Each is taken or refused, by one line; what is taken is what the order manager reads.
    """
    pieces, stream = cut(data)
    whole = _found([stream])
    assert _found(pieces) == whole
    for body in whole:
        if isinstance(body, bytes):
            assert body in stream
            _check_body(body)
    _check_body(stream)  # as if its checksum were right, which damage does not leave so


def _found(pieces: Iterable[bytes]) -> list[bytes | Garbled]:
    decoder = FrameDecoder(BODY_MAX)
    found: list[bytes | Garbled] = []
    for piece in pieces:
        decoder.receive_data(piece)
        while (each := decoder.next_body()) is not None:
            found.append(each)
        assert decoder.pending < BODY_MAX + 64
    return found


def _check_body(body: bytes) -> None:
    try:
        message = parse_message(body)
    except Unnumbered as fault:
        assert_one_line(str(fault))
        return
    act_on(message, 2)
    try:
        read_logon(message, "TRADESTACK", {"ACME": "news"})
    except LogonRefused as refused:
        assert_one_line(str(refused))
    try:
        check_header(message, OURS, TIME_NS)
    except (Refused, HeaderFault) as refused:
        assert_one_line(str(refused))
    if message.msg_type in DEFINITIONS:
        _check_message(message)


def _check_message(message: Message) -> None:
    try:
        check_fields(message)
        if message.msg_type in ORDER_ENTRY:
            entered = parse_request(message)
            assert decode_client_message(encode_message(entered)) == entered
        for tag in (tags.BEGIN_SEQ_NO, tags.END_SEQ_NO, tags.NEW_SEQ_NO):
            with contextlib.suppress(Refused):
                message.whole_number(tag, 0, BODY_BYTES_MAX)
    except (Refused, MissingByCondition) as refused:
        assert_one_line(str(refused))


def _message(msg_type: str, number: int, *fields: Field) -> bytes:
    return encode_fix(msg_type, number, PARTIES, TIME_NS, fields)


ABOUT = ((tags.ORIG_CL_ORD_ID, "one"), (tags.TRANSACT_TIME, NOW), (tags.SYMBOL, "SPY"))
ORDER = (
    *((tags.CL_ORD_ID, "one"), (tags.SYMBOL, "SPY"), (tags.SIDE, "1"), (tags.ORDER_QTY, "10.5")),
    *((tags.ORD_TYPE, "2"), (tags.PRICE, "0099.50"), (tags.TIME_IN_FORCE, "3")),
    (tags.TRANSACT_TIME, NOW),
)
MESSAGES = (
    _message(tags.LOGON, 1, (98, "0"), (108, "30"), (554, "secret"), (141, "Y")),
    _message(tags.HEARTBEAT, 2, (tags.TEST_REQ_ID, "hello")),
    _message(tags.TEST_REQUEST, 2, (tags.TEST_REQ_ID, "hello")),
    _message(tags.RESEND_REQUEST, 2, (tags.BEGIN_SEQ_NO, "1"), (tags.END_SEQ_NO, "0")),
    _message(tags.SEQUENCE_RESET, 2, (tags.GAP_FILL_FLAG, "Y"), (tags.NEW_SEQ_NO, "9")),
    _message(tags.LOGOUT, 2, (tags.TEXT, "bye")),
    _message(tags.NEW_ORDER_SINGLE, 2, *ORDER),
    _message(tags.NEW_ORDER_SINGLE, 2, (43, "Y"), (122, NOW), *ORDER),
    _message(tags.ORDER_CANCEL_REQUEST, 2, (tags.CL_ORD_ID, "two"), *ABOUT),
    _message(
        tags.ORDER_CANCEL_REPLACE_REQUEST, 2, (tags.CL_ORD_ID, "two"), (tags.ORDER_QTY, "5"), *ABOUT
    ),
    _message(tags.ORDER_STATUS_REQUEST, 2, (11, "one"), (55, "SPY"), (54, "1"), (790, "s")),
    _message(tags.ORDER_MASS_CANCEL_REQUEST, 2, (11, "all"), (530, "1"), (55, "SPY"), (60, NOW)),
)


def _seeds() -> Sequence[bytes]:
    damaged = MESSAGES[6].replace(b"SPY", b"SPX")
    streams = [*MESSAGES, b"".join(MESSAGES[:4]), damaged + MESSAGES[1], b"8=FIX.4.2\x019=5\x01"]
    return [b"\x05\x30" + stream for stream in streams]


TARGETS = (Target("fix_messages", fix_messages, _seeds, length_max=1_024),)
