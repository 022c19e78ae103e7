"""bytes ⇄ SoupBinTCP packets (Nasdaq, versions 3.00 to 4.10).

    packet    length u16 BE (= 1 + payload, itself excluded) | type u8 | payload
    L  login request    user[6] password[10] session[10] sequence[20] [heartbeat timeout ms [5]]
    A  login accepted   session[10] sequence of the next S packet[20]
    J  login rejected   reason[1]
    S  sequenced data, U unsequenced data: one message
    H  server heartbeat, R client heartbeat, Z end of session, O logout request: no payload
    +  debug: free text, ignored

Text fields are ASCII, user and password left-justified, session and numbers right-justified, all
padded with spaces; whatever justification comes in is read. Numbers of sequenced packets are not
sent, they are counted: from the number in A.
"""

import enum
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from tradestack.wire.errors import ProtocolError

HEADER_LENGTH = 3
# The u16 would allow 65,534; some peers read the length as signed, so nobody is sent more.
PAYLOAD_LENGTH_MAX = 32_766
USER_LENGTH_MAX = 6
PASSWORD_LENGTH_MAX = 10
SESSION_LENGTH = 10
# Characters of a peer's free text that are worth being logged.
DEBUG_TEXT_LENGTH_MAX = 256
# "Login Request" with and without the heartbeat timeout of 4.10.
LOGIN_REQUEST_LENGTHS = (46, 51)
LOGIN_PACKET_LENGTH_MAX = HEADER_LENGTH + max(LOGIN_REQUEST_LENGTHS)

_HEADER = struct.Struct(">HB")
_unpack_header = _HEADER.unpack_from
_new_tuple = tuple.__new__


class PacketType(enum.IntEnum):
    """The third byte of a packet."""

    DEBUG = ord("+")
    LOGIN_REQUEST = ord("L")
    LOGIN_ACCEPTED = ord("A")
    LOGIN_REJECTED = ord("J")
    SEQUENCED_DATA = ord("S")
    UNSEQUENCED_DATA = ord("U")
    SERVER_HEARTBEAT = ord("H")
    CLIENT_HEARTBEAT = ord("R")
    END_OF_SESSION = ord("Z")
    LOGOUT_REQUEST = ord("O")


_TYPES = {int(packet_type): packet_type for packet_type in PacketType}


class RejectReason(enum.Enum):
    """Why a login was rejected."""

    NOT_AUTHORIZED = b"A"
    SESSION_NOT_AVAILABLE = b"S"


class Packet(NamedTuple):
    """One packet without its length."""

    type: PacketType
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRequest:
    """session "" = the current one; sequence = the first message wanted, 0 = only new ones."""

    user: str
    password: str
    session: str = ""
    sequence: int = 1
    heartbeat_timeout_ms: int | None = None

    def __repr__(self) -> str:
        """Without the password: reprs end in logs."""
        return f"LoginRequest(user={self.user!r}, session={self.session!r}, {self.sequence})"


@dataclass(frozen=True, slots=True)
class LoginAccepted:
    """sequence = the number of the next S packet."""

    session: str
    sequence: int


def encode_packet(packet_type: PacketType, payload: bytes = b"") -> bytes:
    """One packet; AssertionError beyond PAYLOAD_LENGTH_MAX: the caller has to know its limit."""
    assert len(payload) <= PAYLOAD_LENGTH_MAX, f"payload of {len(payload)} bytes"
    return _HEADER.pack(1 + len(payload), packet_type) + payload


def encode_packets(packet_type: PacketType, payloads: Iterable[bytes]) -> bytes:
    """A packet of each payload, one after the other; AssertionError as `encode_packet`."""
    pack = _HEADER.pack
    pieces: list[bytes] = []
    for payload in payloads:
        assert len(payload) <= PAYLOAD_LENGTH_MAX, f"payload of {len(payload)} bytes"
        pieces += (pack(1 + len(payload), packet_type), payload)
    return b"".join(pieces)


SERVER_HEARTBEAT = encode_packet(PacketType.SERVER_HEARTBEAT)
CLIENT_HEARTBEAT = encode_packet(PacketType.CLIENT_HEARTBEAT)
END_OF_SESSION = encode_packet(PacketType.END_OF_SESSION)
LOGOUT_REQUEST = encode_packet(PacketType.LOGOUT_REQUEST)


def encode_login_request(request: LoginRequest) -> bytes:
    """The L packet; ValueError when a field does not fit or is not ASCII."""
    payload = (
        _left(request.user, USER_LENGTH_MAX, "user")
        + _left(request.password, PASSWORD_LENGTH_MAX, "password")
        + _right(request.session, SESSION_LENGTH, "session")
        + _right(str(request.sequence), 20, "sequence")
    )
    if request.heartbeat_timeout_ms is not None:
        payload += _right(str(request.heartbeat_timeout_ms), 5, "heartbeat timeout")
    return encode_packet(PacketType.LOGIN_REQUEST, payload)


def decode_login_request(payload: bytes) -> LoginRequest:
    """The fields of an L packet."""
    if len(payload) not in LOGIN_REQUEST_LENGTHS:
        raise ProtocolError(f"login request of {len(payload)} bytes, not 46 or 51")
    return LoginRequest(
        user=_text(payload[:6]),
        password=_text(payload[6:16]),
        session=_text(payload[16:26]),
        sequence=_number(payload[26:46], "sequence"),
        heartbeat_timeout_ms=_lenient_number(payload[46:51]),
    )


def encode_login_accepted(accepted: LoginAccepted) -> bytes:
    """The A packet."""
    session = _right(accepted.session, SESSION_LENGTH, "session")
    payload = session + _right(str(accepted.sequence), 20, "sequence")
    return encode_packet(PacketType.LOGIN_ACCEPTED, payload)


def decode_login_accepted(payload: bytes) -> LoginAccepted:
    """The fields of an A packet."""
    if len(payload) != 30:
        raise ProtocolError(f"login accepted of {len(payload)} bytes, not 30")
    return LoginAccepted(_text(payload[:10]), _number(payload[10:30], "sequence"))


def encode_login_rejected(reason: RejectReason) -> bytes:
    """The J packet."""
    return encode_packet(PacketType.LOGIN_REJECTED, reason.value)


def decode_login_rejected(payload: bytes) -> RejectReason:
    """The reason in a J packet; one we do not know counts as not authorized."""
    if payload == RejectReason.SESSION_NOT_AVAILABLE.value:
        return RejectReason.SESSION_NOT_AVAILABLE
    return RejectReason.NOT_AUTHORIZED


def decode_debug(payload: bytes) -> str:
    """The text of a + packet, so much of it as has a place in a log line."""
    return _text(payload[:DEBUG_TEXT_LENGTH_MAX])


class PacketDecoder:
    """Bytes in any cuts → packets, pulled one by one so that good ones before a bad one count.

    payload_length_max: longer packets are a ProtocolError as soon as their header is seen, so the
    buffer never grows beyond one packet and one received piece.
    """

    __slots__ = ("_buffer", "_offset", "_payload_length_max")

    def __init__(self, payload_length_max: int = PAYLOAD_LENGTH_MAX) -> None:
        self._buffer = b""
        self._offset = 0
        self._payload_length_max = payload_length_max

    def receive_data(self, data: bytes | bytearray | memoryview) -> None:
        """Takes over a copy of what the socket gave."""
        self._buffer = self._buffer[self._offset :] + bytes(data)
        self._offset = 0

    def next_packet(self) -> Packet | None:
        """The next whole packet, None when more bytes are needed; ProtocolError is final."""
        buffer, body = self._buffer, self._offset + HEADER_LENGTH
        if len(buffer) < body:
            return None
        length, type_byte = _unpack_header(buffer, self._offset)
        packet_type = _TYPES.get(type_byte)
        if packet_type is None:
            raise ProtocolError(f"unknown packet type {bytes([type_byte])!r}")
        if not 1 <= length <= 1 + self._payload_length_max:
            raise ProtocolError(
                f"packet length {length}, allowed is 1 to {1 + self._payload_length_max}"
            )
        end = body + length - 1
        if len(buffer) < end:
            return None
        self._offset = end
        # Not Packet(…): a NamedTuple's own constructor takes four times as long.
        return _new_tuple(Packet, (packet_type, buffer[body:end]))

    @property
    def pending(self) -> bytes:
        """What was received and not yet pulled: what a following decoder goes on with."""
        return self._buffer[self._offset :]


def _left(text: str, length: int, name: str) -> bytes:
    return _field(text, length, name).ljust(length)


def _right(text: str, length: int, name: str) -> bytes:
    return _field(text, length, name).rjust(length)


def _field(text: str, length: int, name: str) -> bytes:
    if len(text) > length or not text.isascii() or not text.isprintable():
        raise ValueError(f"{name} must be at most {length} printable ASCII characters")
    return text.encode("ascii")


def _text(field: bytes) -> str:
    """Whatever is not printable becomes U+FFFD: names end in logs, and match nothing we know."""
    text = field.strip(b" \0").decode("ascii", errors="replace")
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _number(field: bytes, name: str) -> int:
    digits = field.strip(b" \0")
    if not digits:
        return 0
    if not digits.isdigit():
        raise ProtocolError(f"{name} {digits!r} is not a number")
    return int(digits)


def _lenient_number(field: bytes) -> int | None:
    digits = field.strip(b" \0")
    return int(digits) if digits.isdigit() else None
