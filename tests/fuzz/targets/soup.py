"""SoupBinTCP packets, as a server and as a client receive them."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.fuzz.pieces import cut
from tests.fuzz.target import Target, assert_one_line
from tradestack.net.server.states import RESPONSES, Response, State
from tradestack.wire import soup
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import PacketType

PAYLOAD_MAX = 512  # of a server after the login, so that short inputs reach beyond it


@dataclass
class Heard:
    """The packets that a receiver found in a stream, and the error that stopped it."""

    packets: list[bytes] = field(default_factory=list)
    fault: str | None = None


def soup_server(data: bytes) -> None:
    """Check that a client's bytes are the same packets however they are cut.

    Never more than one packet is buffered. A login that is decoded can be encoded again.
    """
    pieces, stream = cut(data)
    whole = _heard_by_server([stream])
    assert _heard_by_server(pieces) == whole
    assert stream.startswith(b"".join(whole.packets))


def soup_client(data: bytes) -> None:
    """Check that a server's bytes are the same packets however they are cut.

    An answer to a login that is decoded can be encoded again.
    """
    pieces, stream = cut(data)
    whole = _heard_by_client([stream])
    assert _heard_by_client(pieces) == whole
    assert stream.startswith(b"".join(whole.packets))


def login(data: bytes) -> None:
    """Check that the payload of a login or its acceptance is decoded, or a ProtocolError."""
    with contextlib.suppress(ProtocolError):
        _check_request(soup.decode_login_request(data))
    with contextlib.suppress(ProtocolError):
        _check_accepted(soup.decode_login_accepted(data))
    assert soup.decode_login_rejected(data) in soup.RejectReason


def _heard_by_server(pieces: Iterable[bytes]) -> Heard:
    """Decode with a short limit before the login and a longer one after it, as a server does."""
    heard = Heard()
    state = State.AWAITING_LOGIN
    limit = soup.LOGIN_PACKET_LENGTH_MAX - soup.HEADER_LENGTH
    decoder = soup.PacketDecoder(limit)
    try:
        for piece in pieces:
            decoder.receive_data(piece)
            while (packet := decoder.next_packet()) is not None:
                heard.packets.append(soup.encode_packet(packet.type, packet.payload))
                response = RESPONSES[state].get(packet.type)
                if response is None:
                    raise ProtocolError(f"packet {chr(packet.type)!r}")
                if response is Response.CHECK_LOGIN:
                    _check_request(soup.decode_login_request(packet.payload))
                    state, limit, rest = State.STREAMING, PAYLOAD_MAX, decoder.pending
                    decoder = soup.PacketDecoder(limit)
                    decoder.receive_data(rest)
            assert len(decoder.pending) < soup.HEADER_LENGTH + limit
    except ProtocolError as error:
        assert_one_line(str(error))
        heard.fault = str(error)
    return heard


def _heard_by_client(pieces: Iterable[bytes]) -> Heard:
    heard = Heard()
    decoder = soup.PacketDecoder()
    try:
        for piece in pieces:
            decoder.receive_data(piece)
            while (packet := decoder.next_packet()) is not None:
                heard.packets.append(soup.encode_packet(packet.type, packet.payload))
                if packet.type is PacketType.LOGIN_ACCEPTED:
                    _check_accepted(soup.decode_login_accepted(packet.payload))
            assert len(decoder.pending) < soup.HEADER_LENGTH + soup.PAYLOAD_LENGTH_MAX
    except ProtocolError as error:
        assert_one_line(str(error))
        heard.fault = str(error)
    return heard


def _check_request(request: soup.LoginRequest) -> None:
    assert_one_line(repr(request))
    texts = request.user + request.password + request.session_id
    if texts.isascii():
        packet = soup.encode_login_request(request)
        assert soup.decode_login_request(packet[soup.HEADER_LENGTH :]) == request


def _check_accepted(accepted: soup.LoginAccepted) -> None:
    assert_one_line(repr(accepted))
    if accepted.session_id.isascii():
        packet = soup.encode_login_accepted(accepted)
        assert soup.decode_login_accepted(packet[soup.HEADER_LENGTH :]) == accepted


REQUESTS = (
    soup.LoginRequest(user="news", password="secret"),
    soup.LoginRequest(user="a", password="", session_id="0ABCDE1234", sequence=0),
    soup.LoginRequest(user="abcdef", password="0123456789", sequence=10**20 - 1),
    soup.LoginRequest(user="news", password="secret", heartbeat_timeout_ms=15_000),
)
ACCEPTED = soup.LoginAccepted("0ABCDE1234", 1)


def _server_seeds() -> Sequence[bytes]:
    messages = soup.encode_packet(PacketType.UNSEQUENCED_DATA, b"{}") + soup.CLIENT_HEARTBEAT
    debug = soup.encode_packet(PacketType.DEBUG, b"hello")
    streams = [soup.encode_login_request(request) + messages for request in REQUESTS]
    streams += [streams[0] + debug + soup.LOGOUT_REQUEST, debug + streams[0], b"GET / HTTP/1.0\r\n"]
    return [b"\x05\x30" + stream for stream in streams]


def _client_seeds() -> Sequence[bytes]:
    accepted = soup.encode_login_accepted(ACCEPTED)
    message = soup.encode_packet(PacketType.SEQUENCED_DATA, b"message")
    rejected = soup.encode_login_rejected(soup.RejectReason.SESSION_NOT_AVAILABLE)
    streams = [accepted + message * 3 + soup.SERVER_HEARTBEAT + soup.END_OF_SESSION, rejected]
    return [b"\x02\x07" + stream for stream in streams]


def _login_seeds() -> Sequence[bytes]:
    packets = [soup.encode_login_request(request) for request in REQUESTS]
    packets += [soup.encode_login_accepted(ACCEPTED)]
    return [b"A", b"S", *(packet[soup.HEADER_LENGTH :] for packet in packets)]


TARGETS = (
    Target("soup_server", soup_server, _server_seeds, length_max=1_024),
    Target("soup_client", soup_client, _client_seeds, length_max=1_024),
    Target("login", login, _login_seeds, length_max=64),
)
