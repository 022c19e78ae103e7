"""Bytes ⇄ batches of ticks: the feed packet, 64 bytes, big-endian, one size for all.

    offset size field
     0      2   length 62
     2      1   'S' sequenced data
     3      1   kind: 'P' price, 'N' news sentiment
     4      1   side of the aggressor: 'B' buyer, 'S' seller, ' ' not known
     5      1   flags: zero; readers ignore bits that they do not know
     6      2   zero
     8     24   symbol, printable ASCII, right-padded with spaces
    32      8   event time, ns since the Unix epoch
    40      8   publish time, ns since the Unix epoch
    48      8   value ×10⁸, signed
    56      8   size ×10⁸, signed

Message n of a session is at byte (n-1)·64 of its log, and is sent as those same bytes. A packet
is one cache line, and each 8-byte field of it is aligned.
"""

import functools
import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.symbol import SYMBOL_LENGTH_MAX, SYMBOLS_MAX
from tradestack.domain.tick import Aggressor, Tick, TickKind
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import HEADER_LENGTH, Packet, PacketDecoder, PacketType

SYMBOL_FIELD = np.dtype(f"S{SYMBOL_LENGTH_MAX}")
TICK_PACKET = np.dtype(
    [
        ("length", ">u2"),
        ("type", "u1"),
        ("kind", "u1"),
        ("side", "u1"),
        ("flags", "u1"),
        ("zero", ">u2"),
        ("symbol", SYMBOL_FIELD),
        ("event_time_ns", ">i8"),
        ("publish_time_ns", ">i8"),
        ("value", ">i8"),
        ("size", ">i8"),
    ]
)
TICK_PACKET_LENGTH = 64
assert TICK_PACKET.itemsize == TICK_PACKET_LENGTH
_LENGTH_FIELD = TICK_PACKET_LENGTH - 2
# Length, type and kind, by which a tick packet is known: compared as one integer.
_TICK_HEADERS = tuple(
    _LENGTH_FIELD.to_bytes(2) + bytes([PacketType.SEQUENCED_DATA, kind]) for kind in TickKind
)
_HEADER = np.dtype(
    {"names": ["header"], "formats": ["<u4"], "offsets": [0], "itemsize": TICK_PACKET_LENGTH}
)
_PRICE_HEADER, _NEWS_HEADER = (int.from_bytes(header, "little") for header in _TICK_HEADERS)
_TICK = struct.Struct(">3xB4x24sqqqq")  # kind, symbol, and the four integers
assert _TICK.size == TICK_PACKET_LENGTH
# The first bytes of a log of the layout before this one, which had 48 bytes a packet.
_OLD_LAYOUT_HEADER = (46).to_bytes(2) + bytes([PacketType.SEQUENCED_DATA])
# Up to this many packets are processed one by one, 0.1 µs each: numpy takes 4 µs for any number.
FEW_PACKETS = 32
# Up to this many symbols are looked for one after the other; most feeds of one strategy have fewer.
FEW_SYMBOLS = 3
# Records that are processed together to find the first foreign header among them.
RUN_RECORDS_MAX = 16_384

# The symbol as three integers: numpy compares those six times as fast as its strings.
_SYMBOL_WORDS = np.dtype(
    {
        "names": ["first", "second", "third"],
        "formats": ["<u8", "<u8", "<u8"],
        "offsets": [8, 16, 24],
        "itemsize": TICK_PACKET_LENGTH,
    }
)
_THREE_WORDS = struct.Struct("<QQQ")

# Kind, symbol field, event time, publish time, value, size: as struct gives them.
UnpackedTick = tuple[int, bytes, int, int, int, int]
TickRecords = NDArray[np.void]  # one dimension of TICK_PACKET


@dataclass(frozen=True, slots=True, eq=False)
class TickBatch:
    """Consecutive messages of a feed session, as received.

    records: one dimension of TICK_PACKET, read-only; its columns are the fields.
    """

    first_sequence: int
    records: TickRecords

    def __len__(self) -> int:
        return len(self.records)

    @property
    def last_sequence(self) -> int:
        """The number of the last message."""
        return self.first_sequence + len(self.records) - 1

    def ticks(self) -> Iterator[Tick]:
        """Iterate over the same messages one by one."""
        columns = self.records
        return _ticks_of(
            zip(
                range(self.first_sequence, self.last_sequence + 1),
                map(_KINDS.__getitem__, columns["kind"].tolist()),
                map(decode_symbol, columns["symbol"].tolist()),
                columns["event_time_ns"].tolist(),
                columns["publish_time_ns"].tolist(),
                columns["value"].tolist(),
                columns["size"].tolist(),
                map(decode_aggressor, columns["side"].tolist()),
                strict=True,
            ),
        )


def _ticks_of(fields: Iterator[tuple[object, ...]]) -> Iterator[Tick]:
    """Make ticks of tuples that have all their fields, in order.

    tuple.__new__ is C, the constructor of a NamedTuple is Python: calling that for each tick would
    make `for tick in batch.ticks()` take 40 % longer.
    """
    return map(tuple.__new__, repeat(Tick), fields)


_KINDS = {int(kind): kind for kind in TickKind}
# By the byte; a side that a later version may add is not known to this one.
_AGGRESSORS = [Aggressor.UNKNOWN] * 256
_AGGRESSORS[Aggressor.BUYER] = Aggressor.BUYER
_AGGRESSORS[Aggressor.SELLER] = Aggressor.SELLER
decode_aggressor = _AGGRESSORS.__getitem__  # byte → side


def unpack_ticks(packets: bytes) -> Iterator[UnpackedTick]:
    """Iterate over the fields of whole tick packets."""
    return _TICK.iter_unpack(packets)


def encode_symbol(symbol: str) -> bytes:
    """symbol → padded field (domain.symbol defines which symbols are allowed)."""
    return symbol.encode("ascii").ljust(SYMBOL_LENGTH_MAX)


@functools.lru_cache(SYMBOLS_MAX)  # some 600 KB at most
def decode_symbol(field: bytes) -> str:
    """field → symbol."""
    return field.rstrip(b" ").decode("ascii", errors="replace")


def new_records(count: int) -> TickRecords:
    """Make `count` writable records: headers filled in, side not known, all else zero."""
    records = np.zeros(count, dtype=TICK_PACKET)
    records["length"] = _LENGTH_FIELD
    records["type"] = PacketType.SEQUENCED_DATA
    records["side"] = Aggressor.UNKNOWN
    return records


def count_kind(records: TickRecords, kind: TickKind) -> int:
    """Count the records of one kind."""
    return int(np.count_nonzero(records["kind"] == int(kind)))


def is_of_symbol(records: TickRecords, field: bytes) -> NDArray[np.bool_]:
    """Return which of the records are of the symbol; field: padded."""
    words = records.view(_SYMBOL_WORDS)
    first, second, third = _THREE_WORDS.unpack(field)
    is_of: NDArray[np.bool_] = words["first"] == first
    is_of &= words["second"] == second
    is_of &= words["third"] == third
    return is_of


def symbols_in(records: TickRecords) -> Collection[bytes]:
    """Return the symbols of the records, padded, each once."""
    fields: set[bytes] = set()
    for _ in range(FEW_SYMBOLS):
        if not len(records):
            return fields
        fields.add(field := records["symbol"][:1].tobytes())
        records = records[~is_of_symbol(records, field)]
    return fields.union(records["symbol"].tolist())


def is_tick_packets(records: TickRecords) -> NDArray[np.bool_]:
    """Return which of the records have the header and a kind of a tick packet."""
    headers = records.view(_HEADER)["header"]
    good: NDArray[np.bool_] = (headers == _PRICE_HEADER) | (headers == _NEWS_HEADER)
    return good


def has_old_layout(log: bytes) -> bool:
    """Return whether the beginning of a feed log is that of the layout with 48 bytes a packet."""
    return log.startswith(_OLD_LAYOUT_HEADER)


class FeedDecoder:
    """bytes of a feed, cut anywhere → runs of ticks, and the other packets between them.

    Start it with the number from LoginAccepted. Runs are found by looking at equally spaced
    headers; records before the first mismatch are aligned by induction, so only the first
    mismatch is trusted, and one packet is parsed there. Batches are views of the received bytes.
    """

    __slots__ = ("_data", "_next_sequence", "_offset")

    def __init__(self, next_sequence: int) -> None:
        self._data = b""
        self._offset = 0
        self._next_sequence = next_sequence

    @property
    def next_sequence(self) -> int:
        """The number of the next tick."""
        return self._next_sequence

    def receive_data(self, data: bytes | bytearray | memoryview) -> None:
        """Add a copy of bytes that were received."""
        unused = self._data[self._offset :]
        self._data = unused + data if unused else bytes(data)
        self._offset = 0

    def next_event(self) -> TickBatch | Packet | None:
        """Return the next run of ticks or other packet, or None when more bytes are needed.

        Raises ProtocolError for a packet that no feed has; the decoder is of no use after that.
        """
        if self._offset == len(self._data):
            return None
        run = self._next_run()
        return run if run is not None else self._next_packet()

    def _next_run(self) -> TickBatch | None:
        count = min((len(self._data) - self._offset) // TICK_PACKET_LENGTH, RUN_RECORDS_MAX)
        if count == 0:
            return None
        run = self._run_of_few(count) if count <= FEW_PACKETS else self._run_of_many(count)
        if run == 0:
            return None
        records = np.frombuffer(self._data, TICK_PACKET, run, self._offset)
        batch = TickBatch(self._next_sequence, records)
        self._offset += run * TICK_PACKET_LENGTH
        self._next_sequence += run
        return batch

    def _run_of_few(self, count: int) -> int:
        """Count the ticks among the next `count` packets, up to the first other packet."""
        offset = self._offset
        for run in range(count):
            if not self._data.startswith(_TICK_HEADERS, offset):
                return run
            offset += TICK_PACKET_LENGTH
        return count

    def _run_of_many(self, count: int) -> int:
        """Do what `_run_of_few` does, by numpy."""
        good = is_tick_packets(np.frombuffer(self._data, TICK_PACKET, count, self._offset))
        return count if good.all() else int(good.argmin())

    def _next_packet(self) -> Packet | None:
        header = self._data[self._offset : self._offset + HEADER_LENGTH]
        if len(header) < HEADER_LENGTH:
            return None
        length = int.from_bytes(header[:2]) + 2
        if header[2] == PacketType.SEQUENCED_DATA:
            available = len(self._data) - self._offset
            if length == TICK_PACKET_LENGTH and available < TICK_PACKET_LENGTH:
                return None
            raise ProtocolError(f"a sequenced packet of {length} bytes that is not a tick")
        decoder = PacketDecoder()
        # A length below the header's is an error now: the packet decoder raises it.
        end = self._offset + max(length, HEADER_LENGTH)
        decoder.receive_data(self._data[self._offset : end])
        packet = decoder.next_packet()
        if packet is not None:
            self._offset += length
        return packet
