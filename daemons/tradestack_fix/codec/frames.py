"""Bytes of a connection → the bodies of its messages, and notes of what was garbled.

    message := "8=FIX.4.4" SOH "9=" length SOH body "10=" checksum SOH
    body    := "35=" … SOH       length: of the body; checksum: three digits, of all bytes before it

What FIX calls garbled is skipped up to the next "8=FIX": a message that was lost by it is missing
in the numbers, and is asked for again. Each "8=FIX" that begins no message is noted, since looking
at it costs time. TCP may cut the bytes anywhere: what is found is the same.
"""

import enum
import re

SOH = b"\x01"
BEGIN_STRING = b"8=FIX.4.4\x01"
START = b"8=FIX"  # of a message, of any version
TRAILER_LENGTH = 7  # "10=123" SOH
LENGTH_FIELD_MAX = 9  # "9=123456" SOH
# Longer ones are skipped. It also bounds what a wrong BodyLength makes a connection wait for.
BODY_BYTES_MAX = 65_536

_NEXT_START = SOH + START  # within a body it is that of another message
_LENGTH = re.compile(rb"9=([0-9]{1,6})")
_TRAILER = re.compile(rb"10=([0-9]{3})\x01")


class Garbled(enum.Enum):
    """Why bytes are no message; the value is for people."""

    NO_START = "it does not begin with 8=FIX"
    VERSION = "its BeginString (8) is not FIX.4.4"
    LENGTH = "its BodyLength (9) is missing or malformed"
    TOO_LONG = "its BodyLength (9) is above the limit"
    TRAILER = "no CheckSum (10) is where BodyLength (9) says"
    CHECK_SUM = "its CheckSum (10) is wrong"
    MSG_TYPE = "its third field is not MsgType (35)"
    AGAIN = "behind one of these, another 8=FIX that begins no message"


class FrameDecoder:
    """Cuts bytes into bodies; it keeps at most one unfinished message beside what was received."""

    def __init__(self, body_bytes_max: int = BODY_BYTES_MAX) -> None:
        self._body_bytes_max = body_bytes_max
        self._pending = bytearray()
        self._is_lost = False  # skipping to the next start, which was said

    @property
    def pending(self) -> int:
        """Bytes that wait for the rest of their message."""
        return len(self._pending)

    def receive_data(self, data: bytes) -> None:
        """Take the next bytes."""
        self._pending += data

    def next_body(self) -> bytes | Garbled | None:
        """Return the next body, why the next bytes are none, or None until more bytes come."""
        while self._pending:
            if not self._find_start():
                return (
                    None if self._is_lost or self._may_be_start() else self._lose(Garbled.NO_START)
                )
            found = self._message()
            if found is None or isinstance(found, bytes):
                return found
            return self._lose(Garbled.AGAIN if self._is_lost else found)
        return None

    def _may_be_start(self) -> bool:
        return START.startswith(self._pending)

    def _find_start(self) -> bool:
        """Drop what is before the next start, if that is already to be told; is there one?"""
        if self._pending.startswith(START):
            return True
        if not self._is_lost:
            return False
        place = self._pending.find(START)
        if place < 0:
            del self._pending[: -(len(START) - 1)]  # the rest may be the beginning of one
            return False
        del self._pending[:place]
        return True

    def _lose(self, reason: Garbled) -> Garbled:
        """Give up the present start."""
        del self._pending[:1]
        self._is_lost = True
        return reason

    def _message(self) -> bytes | Garbled | None:
        """Take the message at the start; None: it is not all there."""
        pending = self._pending
        begin = len(BEGIN_STRING)
        if len(pending) < begin:
            return None if BEGIN_STRING.startswith(pending) else Garbled.VERSION
        if not pending.startswith(BEGIN_STRING):
            return Garbled.VERSION
        end = pending.find(SOH, begin, begin + LENGTH_FIELD_MAX)
        if end < 0:
            return None if len(pending) < begin + LENGTH_FIELD_MAX else Garbled.LENGTH
        match = _LENGTH.fullmatch(pending, begin, end)
        if match is None:
            return Garbled.LENGTH
        length = int(match[1])
        del match  # it holds the buffer
        if length > self._body_bytes_max:
            return Garbled.TOO_LONG
        return self._body(end + 1, length)

    def _body(self, begin: int, length: int) -> bytes | Garbled | None:
        end = begin + length
        if self._pending.find(_NEXT_START, begin, end + TRAILER_LENGTH) >= 0:
            return Garbled.TRAILER  # what it claims is another's: that one does not wait for it
        if len(self._pending) < end + TRAILER_LENGTH:
            return None
        whole = bytes(self._pending[: end + TRAILER_LENGTH])
        trailer = _TRAILER.fullmatch(whole, end)
        if trailer is None or whole[end - 1 : end] != SOH:
            return Garbled.TRAILER
        if int(trailer[1]) != sum(whole[:end]) % 256:
            return Garbled.CHECK_SUM
        if not whole.startswith(b"35=", begin):
            return Garbled.MSG_TYPE
        del self._pending[: len(whole)]
        self._is_lost = False
        return whole[begin:end]
