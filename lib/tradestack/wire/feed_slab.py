"""Messages of a stream ⇄ slabs: whole packets of a feed session, with a number and a checksum.

    Ts-First    number of the first message in the feed session
    Ts-Count    how many packets of 64 bytes follow
    Ts-Crc32    CRC-32 of them, eight hexadecimal digits
    Ts-End      in the last message of a stream, which has no packets: "complete" or "abandoned"

The first slab of a session has Ts-First 1, each other one the number after that before it.
"""

import enum
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import (
    TICK_PACKET,
    TICK_PACKET_LENGTH,
    TickBatch,
    TickRecords,
    is_tick_packets,
)

# One slab is under way at a time, so its length decides how fast a long log is exported. A server's
# max_payload is 1 MiB, unless somebody has made it smaller.
SLAB_BYTES_MAX = 262_144

FIRST, COUNT, CRC32, END = "Ts-First", "Ts-Count", "Ts-Crc32", "Ts-End"


class StreamEnd(enum.Enum):
    """Why a stream has no more messages."""

    COMPLETE = "complete"  # it has all messages of its feed session
    ABANDONED = "abandoned"  # the gateway served the session no more before its end


@dataclass(frozen=True, slots=True)
class SlabPlace:
    """Where a message of a stream is in the feed session.

    next_sequence: the number after its last packet. end: in the last message of the stream.
    """

    first_sequence: int
    next_sequence: int
    end: StreamEnd | None


def slab_headers(first_sequence: int, packets: bytes) -> dict[str, str]:
    """The number of the first packet, and whole packets → headers."""
    return {
        FIRST: str(first_sequence),
        COUNT: str(len(packets) // TICK_PACKET_LENGTH),
        CRC32: f"{zlib.crc32(packets):08x}",
    }


def end_headers(next_sequence: int, end: StreamEnd) -> dict[str, str]:
    """The number after the session's last message → headers of the stream's last one."""
    return slab_headers(next_sequence, b"") | {END: end.value}


def slab_id(session_id: str, first_sequence: int, packets: bytes) -> str:
    """Return an id that only the same packets have: slabs may begin alike and end differently."""
    return f"{session_id}:{first_sequence}:{len(packets) // TICK_PACKET_LENGTH}"


def decode_place(headers: Mapping[str, str]) -> SlabPlace:
    """Headers → place. Raises ProtocolError."""
    try:
        first, count = int(headers[FIRST]), int(headers[COUNT])
        end = StreamEnd(headers[END]) if END in headers else None
    except KeyError as error:
        raise ProtocolError(f"no slab of a feed: the header {error} is missing") from None
    except ValueError as error:
        raise ProtocolError(f"no slab of a feed: {error}") from None
    if first < 1 or count < 0 or (count == 0) is (end is None):
        raise ProtocolError(f"no slab of a feed: message {first}, {count} packets")
    return SlabPlace(first, first + count, end)


def decode_slab(
    headers: Mapping[str, str], packets: bytes, expected_sequence: int
) -> TickBatch | StreamEnd:
    """Headers and packets → the messages from the expected number on, or the end.

    The batch is empty if all of the slab was expected earlier: a stream that has lost its end gets
    the same messages again, cut into other slabs. Raises ProtocolError if messages are missing, or
    if the packets are not those that were stored.
    """
    place = decode_place(headers)
    seen = expected_sequence - place.first_sequence
    if seen < 0:
        raise ProtocolError(
            f"message {expected_sequence} is missing: the slab begins with {place.first_sequence}"
        )
    if place.end is not None:
        if seen:
            last = place.first_sequence - 1
            raise ProtocolError(f"ends with message {last}, and {expected_sequence - 1} was there")
        return place.end
    records = _checked(headers, packets, place)
    return TickBatch(expected_sequence, records[seen:])


def _checked(headers: Mapping[str, str], packets: bytes, place: SlabPlace) -> TickRecords:
    """Return the packets as records. Raises ProtocolError."""
    count = place.next_sequence - place.first_sequence
    if len(packets) != count * TICK_PACKET_LENGTH:
        raise ProtocolError(f"the slab has {len(packets)} bytes, not {count} packets of 64")
    checksum = f"{zlib.crc32(packets):08x}"
    if checksum != headers.get(CRC32):
        raise ProtocolError(
            f"the slab is damaged: its CRC-32 is {checksum}, not {headers.get(CRC32)}"
        )
    records = np.frombuffer(packets, TICK_PACKET)
    if not is_tick_packets(records).all():
        raise ProtocolError("the slab has other packets than ticks")
    return records
