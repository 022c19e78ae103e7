"""SoupBinTCP packets: golden bytes, every cut, every kind of damage."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.wire import soup
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import Packet, PacketDecoder, PacketType, RejectReason

PACKETS = st.lists(
    st.builds(Packet, st.sampled_from(PacketType), st.binary(max_size=60)), max_size=12
)

GOLDEN = [
    (soup.encode_packet(PacketType.SEQUENCED_DATA, b"abc"), "0004 53 616263"),
    (soup.encode_packet(PacketType.UNSEQUENCED_DATA, b"{}"), "0003 55 7b7d"),
    (soup.SERVER_HEARTBEAT, "0001 48"),
    (soup.CLIENT_HEARTBEAT, "0001 52"),
    (soup.END_OF_SESSION, "0001 5a"),
    (soup.LOGOUT_REQUEST, "0001 4f"),
    (soup.encode_packet(PacketType.DEBUG, b"x"), "0002 2b 78"),
    (soup.encode_login_rejected(RejectReason.NOT_AUTHORIZED), "0002 4a 41"),
    (soup.encode_login_rejected(RejectReason.SESSION_NOT_AVAILABLE), "0002 4a 53"),
    (
        soup.encode_login_accepted(soup.LoginAccepted("0ABCDE1234", 1001)),
        "001f 41" + b"0ABCDE1234".hex() + b"1001".rjust(20).hex(),
    ),
    (
        soup.encode_login_request(
            soup.LoginRequest(user="news", password="pw", session_id="S1", sequence=0)
        ),
        "002f 4c" + b"news  pw        ".hex() + b"S1".rjust(10).hex() + b"0".rjust(20).hex(),
    ),
    (
        soup.encode_login_request(
            soup.LoginRequest(user="news", password="pw", heartbeat_timeout_ms=15_000)
        ),
        "0034 4c" + b"news  pw        ".hex() + (b" " * 10 + b"1".rjust(20)).hex() + b"15000".hex(),
    ),
]


def pulled(decoder: PacketDecoder) -> list[Packet]:
    """Return all packets that are whole."""
    packets = []
    while (packet := decoder.next_packet()) is not None:
        packets.append(packet)
    return packets


@pytest.mark.parametrize(("packet", "expected"), GOLDEN)
def test_packets_have_their_published_bytes(packet: bytes, expected: str) -> None:
    """They are the bytes that other implementations of SoupBinTCP read and write."""
    assert packet.hex() == expected.replace(" ", "")


@given(packets=PACKETS, data=st.data())
def test_cutting_never_matters(packets: list[Packet], data: st.DataObject) -> None:
    """Any cut of the bytes results in the same packets."""
    stream = b"".join(soup.encode_packet(packet.type, packet.payload) for packet in packets)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    decoder, decoded = PacketDecoder(), []

    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        decoder.receive_data(memoryview(stream)[start:end])
        decoded += pulled(decoder)

    assert decoded == packets
    assert decoder.pending == b""


@given(st.binary(max_size=200))
def test_any_bytes_give_packets_or_a_protocol_error(stream: bytes) -> None:
    """The packets and the pending bytes together are the input."""
    decoder = PacketDecoder()
    decoder.receive_data(stream)
    packets = []

    try:
        packets = pulled(decoder)
    except ProtocolError:
        pass
    else:
        encoded = b"".join(soup.encode_packet(packet.type, packet.payload) for packet in packets)
        assert encoded + decoder.pending == stream


def test_good_packets_before_a_bad_one_count() -> None:
    """They are returned, even if they arrived in the same piece as the bad one."""
    decoder = PacketDecoder()
    decoder.receive_data(soup.SERVER_HEARTBEAT + b"\x00\x01?")

    assert decoder.next_packet() == Packet(PacketType.SERVER_HEARTBEAT, b"")
    with pytest.raises(ProtocolError, match="unknown packet type"):
        decoder.next_packet()


@pytest.mark.parametrize(("length", "is_allowed"), [(0, False), (1, True), (11, True), (12, False)])
def test_a_length_beyond_the_limit_is_refused_at_the_header(length: int, is_allowed: bool) -> None:
    """The limit bounds what a peer can make the decoder keep."""
    decoder = PacketDecoder(payload_length_max=10)
    decoder.receive_data(length.to_bytes(2) + b"U")

    if is_allowed:
        assert pulled(decoder) == ([Packet(PacketType.UNSEQUENCED_DATA, b"")] * (length == 1))
    else:
        with pytest.raises(ProtocolError, match="allowed is 1 to 11"):
            decoder.next_packet()


def test_pending_bytes_can_be_given_to_another_decoder() -> None:
    """`pending` is what was received and not pulled."""
    decoder = PacketDecoder()
    decoder.receive_data(soup.SERVER_HEARTBEAT + b"\x00\x05Uab")
    decoder.next_packet()

    assert decoder.pending == b"\x00\x05Uab"


FIELD_TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=6)


@given(
    st.builds(
        soup.LoginRequest,
        user=FIELD_TEXT,
        password=FIELD_TEXT,
        session_id=FIELD_TEXT,
        sequence=st.integers(0, 10**20 - 1),
        heartbeat_timeout_ms=st.none() | st.integers(0, 99_999),
    )
)
def test_login_requests_are_read_as_they_were_written(request_written: soup.LoginRequest) -> None:
    """Login requests of both lengths survive encoding and decoding."""
    packet = soup.encode_login_request(request_written)

    assert soup.decode_login_request(packet[3:]) == request_written


@pytest.mark.parametrize("pad", [b" ", b"\0"])
@pytest.mark.parametrize("justify", [bytes.ljust, bytes.rjust])
def test_numbers_are_read_however_they_are_justified(
    justify: Callable[[bytes, int, bytes], bytes], pad: bytes
) -> None:
    """Implementations justify and pad them differently."""
    payload = justify(b"0ABCDE1234", 10, pad) + justify(b"990", 20, pad)

    assert soup.decode_login_accepted(payload) == soup.LoginAccepted("0ABCDE1234", 990)


@pytest.mark.parametrize(
    "payload",
    [b"", b" " * 45, b" " * 47, b" " * 26 + b"x".rjust(20), b" " * 26 + b"-1".rjust(20)],
)
def test_malformed_login_requests_are_refused(payload: bytes) -> None:
    """The length is wrong, or a number is not one."""
    with pytest.raises(ProtocolError):
        soup.decode_login_request(payload)


@pytest.mark.parametrize("payload", [b"", b" " * 29, b" " * 10 + b"1.5".rjust(20)])
def test_malformed_login_answers_are_refused(payload: bytes) -> None:
    """The length is wrong, or a number is not one."""
    with pytest.raises(ProtocolError):
        soup.decode_login_accepted(payload)


@pytest.mark.parametrize("field", [b"ne\nws\x1b[", b"n\xe9ws  "])
def test_names_that_peers_send_are_fit_for_a_log_line(field: bytes) -> None:
    """Control characters and bytes beyond ASCII are replaced, so that no name matches."""
    request = soup.decode_login_request(field.ljust(6)[:6] + b" " * 40)

    assert request.user.isprintable()
    assert "\ufffd" in request.user


@pytest.mark.parametrize(
    "fields",
    [
        {"user": "seventh"},
        {"password": "12345678901"},
        {"session_id": "12345678901"},
        {"user": "né"},
        {"user": "a\n"},
        {"sequence": 10**20},
        {"heartbeat_timeout_ms": 100_000},
    ],
)
def test_fields_that_do_not_fit_are_a_value_error(fields: dict[str, Any]) -> None:
    """The caller learns it before anything is sent."""
    request = soup.LoginRequest(**{"user": "news", "password": "pw"} | fields)

    with pytest.raises(ValueError, match="at most"):
        soup.encode_login_request(request)


def test_unknown_reject_reasons_count_as_not_authorized() -> None:
    """A client must not keep trying because it does not know a letter."""
    reasons = [soup.decode_login_rejected(payload) for payload in (b"A", b"S", b"?", b"")]

    assert reasons == [
        RejectReason.NOT_AUTHORIZED,
        RejectReason.SESSION_NOT_AVAILABLE,
        RejectReason.NOT_AUTHORIZED,
        RejectReason.NOT_AUTHORIZED,
    ]


def test_a_payload_beyond_the_limit_is_never_sent() -> None:
    """Some implementations read the length as signed."""
    assert len(soup.encode_packet(PacketType.UNSEQUENCED_DATA, bytes(32_766))) == 32_769
    with pytest.raises(AssertionError):
        soup.encode_packet(PacketType.UNSEQUENCED_DATA, bytes(32_767))


@given(st.lists(st.binary(max_size=100), max_size=5))
def test_packets_of_many_payloads_are_those_of_each(payloads: list[bytes]) -> None:
    """Encoding in bulk results in the same bytes."""
    one_by_one = [soup.encode_packet(PacketType.SEQUENCED_DATA, payload) for payload in payloads]

    assert b"".join(one_by_one) == soup.encode_packets(PacketType.SEQUENCED_DATA, payloads)


def test_debug_text_of_a_peer_is_one_printable_line() -> None:
    """It is logged, and must not forge lines of the log."""
    assert soup.decode_debug(b"slow\n<3>broken\x1b[2J\xff") == "slow\ufffd<3>broken\ufffd[2J\ufffd"
    assert len(soup.decode_debug(b"x" * 30_000)) == soup.DEBUG_TEXT_LENGTH_MAX
