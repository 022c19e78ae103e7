"""Bytes ⇄ SoupBinTCP packets (Nasdaq, versions 3.00 to 4.10).

    packet    length u16 BE (= 1 + payload, itself excluded) | type u8 | payload
    L  login request    user[6] password[10] session[10] sequence[20] [heartbeat timeout ms [5]]
    A  login accepted   session[10] sequence of the next S packet[20]
    J  login rejected   reason[1]
    S  sequenced data, U unsequenced data: one message
    H  server heartbeat, R client heartbeat, Z end of session, O logout request: no payload
    +  debug: text (close_reason.py: why the server closes)

Text fields are ASCII, user and password left-justified, session and numbers right-justified, all
padded with spaces; either justification is read. Sequenced packets carry no numbers: they are
counted, from the number in A.
"""

import enum
import struct
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from tradestack.wire.errors import ProtocolError

HEADER_LENGTH = 3
# The u16 would allow 65,534, but some implementations read the length as signed.
PAYLOAD_LENGTH_MAX = 32_766
USER_LENGTH_MAX = 6
PASSWORD_LENGTH_MAX = 10
SESSION_LENGTH = 10
# Characters of a peer's debug text that are kept for the log.
DEBUG_TEXT_LENGTH_MAX = 256
# Payload of a login request without and with the heartbeat timeout of version 4.10.
LOGIN_REQUEST_LENGTHS = (46, 51)
LOGIN_PACKET_LENGTH_MAX = HEADER_LENGTH + max(LOGIN_REQUEST_LENGTHS)

_HEADER = struct.Struct(">HB")


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


class Packet(msgspec.Struct, frozen=True, gc=False):
    """One packet without its length."""

    type: PacketType
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRequest:
    """A login to a session ("": the current one) from a number on (0: new messages only)."""

    user: str
    password: str
    session_id: str = ""
    sequence: int = 1
    heartbeat_timeout_ms: int | None = None

    def __repr__(self) -> str:
        """Return the fields without the password: reprs end up in logs."""
        return f"LoginRequest(user={self.user!r}, {self.session_id!r}, sequence={self.sequence})"


@dataclass(frozen=True, slots=True)
class LoginAccepted:
    """An accepted login to a session; `sequence` is the number of the next S packet."""

    session_id: str
    sequence: int


def encode_packet(packet_type: PacketType, payload: bytes = b"") -> bytes:
    """Type, payload → packet; AssertionError beyond PAYLOAD_LENGTH_MAX, the caller's own limit."""
    assert len(payload) <= PAYLOAD_LENGTH_MAX, f"payload of {len(payload)} bytes"
    return _HEADER.pack(1 + len(payload), packet_type) + payload


def encode_packets(packet_type: PacketType, payloads: Iterable[bytes]) -> bytes:
    """Type, payloads → a packet of each, joined; AssertionError as in `encode_packet`."""
    return b"".join([encode_packet(packet_type, payload) for payload in payloads])


SERVER_HEARTBEAT = encode_packet(PacketType.SERVER_HEARTBEAT)
CLIENT_HEARTBEAT = encode_packet(PacketType.CLIENT_HEARTBEAT)
END_OF_SESSION = encode_packet(PacketType.END_OF_SESSION)
LOGOUT_REQUEST = encode_packet(PacketType.LOGOUT_REQUEST)


def encode_login_request(request: LoginRequest) -> bytes:
    """LoginRequest → L packet; ValueError for a field that does not fit or is not ASCII."""
    payload = (
        _left(request.user, USER_LENGTH_MAX, "user")
        + _left(request.password, PASSWORD_LENGTH_MAX, "password")
        + _right(request.session_id, SESSION_LENGTH, "session")
        + _right(str(request.sequence), 20, "sequence")
    )
    if request.heartbeat_timeout_ms is not None:
        payload += _right(str(request.heartbeat_timeout_ms), 5, "heartbeat timeout")
    return encode_packet(PacketType.LOGIN_REQUEST, payload)


def decode_login_request(payload: bytes) -> LoginRequest:
    """Payload of an L packet → LoginRequest; ProtocolError."""
    if len(payload) not in LOGIN_REQUEST_LENGTHS:
        raise ProtocolError(f"login request of {len(payload)} bytes, not 46 or 51")
    return LoginRequest(
        user=_text(payload[:6]),
        password=_text(payload[6:16]),
        session_id=_text(payload[16:26]),
        sequence=_number(payload[26:46], "sequence"),
        heartbeat_timeout_ms=_lenient_number(payload[46:51]),
    )


def encode_login_accepted(accepted: LoginAccepted) -> bytes:
    """LoginAccepted → A packet."""
    session = _right(accepted.session_id, SESSION_LENGTH, "session")
    payload = session + _right(str(accepted.sequence), 20, "sequence")
    return encode_packet(PacketType.LOGIN_ACCEPTED, payload)


def decode_login_accepted(payload: bytes) -> LoginAccepted:
    """Payload of an A packet → LoginAccepted; ProtocolError."""
    if len(payload) != 30:
        raise ProtocolError(f"login accepted of {len(payload)} bytes, not 30")
    return LoginAccepted(_text(payload[:10]), _number(payload[10:30], "sequence"))


def encode_login_rejected(reason: RejectReason) -> bytes:
    """RejectReason → J packet."""
    return encode_packet(PacketType.LOGIN_REJECTED, reason.value)


def decode_login_rejected(payload: bytes) -> RejectReason:
    """Payload of a J packet → RejectReason; an unknown letter counts as not authorized."""
    if payload == RejectReason.SESSION_NOT_AVAILABLE.value:
        return RejectReason.SESSION_NOT_AVAILABLE
    return RejectReason.NOT_AUTHORIZED


def decode_debug(payload: bytes) -> str:
    """Payload of a + packet → its text, cut to DEBUG_TEXT_LENGTH_MAX printable characters."""
    return _text(payload[:DEBUG_TEXT_LENGTH_MAX])


class PacketDecoder:
    """Bytes in any cuts → packets, pulled one by one, so that good ones before a bad one count.

    A packet longer than `payload_length_max` is a ProtocolError as soon as its header is there, so
    the buffer never grows beyond one packet and one received piece.
    """

    __slots__ = ("_buffer", "_offset", "_payload_length_max")

    def __init__(self, payload_length_max: int = PAYLOAD_LENGTH_MAX) -> None:
        self._buffer = b""
        self._offset = 0
        self._payload_length_max = payload_length_max

    def receive_data(self, data: bytes | bytearray | memoryview) -> None:
        """Append a copy of received bytes."""
        self._buffer = self._buffer[self._offset :] + bytes(data)
        self._offset = 0

    def next_packet(self) -> Packet | None:
        """Return the next whole packet, None if more bytes are needed; ProtocolError is final."""
        buffer, body = self._buffer, self._offset + HEADER_LENGTH
        if len(buffer) < body:
            return None
        length, type_byte = _HEADER.unpack_from(buffer, self._offset)
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
        return Packet(packet_type, buffer[body:end])

    @property
    def pending(self) -> bytes:
        """The received bytes that were not pulled yet, for a decoder that takes over."""
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
    """Field → text; what is not printable becomes U+FFFD, fit for a log and equal to no name."""
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
