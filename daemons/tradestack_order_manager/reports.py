"""ranges of the order journal → a user's stream of sequenced packets.

Report n of a user's stream is the n-th range of his index; a packet is the SoupBinTCP header and
those bytes. Nothing is kept but the index: a stream is resumed at any number, by anybody who may,
at the cost of reading the journal's page cache.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from tradestack.trading.ranges import Ranges
from tradestack.wire import soup

# One read of the journal serves many reports; between them lie their orders and other users'
# records, so a read brings about a quarter of its bytes to the client.
READ_BYTES_MAX = 256 * 1024
READ_REPORTS_MAX = 1_024

ReadFile = Callable[[int, int], bytes]


@dataclass(slots=True)
class ReportStream:
    """One user's reports of one order session, as the session server sends them.

    read_file: (offset, length) → bytes of the journal.
    """

    session: str
    read_file: ReadFile
    ended: bool = False
    ranges: Ranges = field(default_factory=Ranges)

    @property
    def head(self) -> int:
        """The number of the newest report, 0 = none."""
        return len(self.ranges)

    def read(self, sequence: int, bytes_max: int) -> tuple[bytes, int]:
        """Whole packets from report `sequence` on, and the number after the last of them.

        At most bytes_max bytes, but at least one packet where there is one.
        """
        begin = sequence - 1
        ranges = self._ranges(begin, bytes_max)
        if not ranges:
            return b"", sequence
        base = ranges[0][0]
        last_offset, last_length = ranges[-1]
        span = self.read_file(base, last_offset + last_length - base)
        reports = [span[offset - base : offset - base + length] for offset, length in ranges]
        packets = soup.encode_packets(soup.PacketType.SEQUENCED_DATA, reports)
        return packets, sequence + len(ranges)

    def _ranges(self, begin: int, bytes_max: int) -> list[tuple[int, int]]:
        """Of the reports that one read may bring, when it begins at that index."""
        ranges = self.ranges.slice(begin, begin + READ_REPORTS_MAX)
        size = 0
        for index, (offset, length) in enumerate(ranges):
            size += soup.HEADER_LENGTH + length
            too_much = size > bytes_max or offset + length - ranges[0][0] > READ_BYTES_MAX
            if too_much and index:
                return ranges[:index]
        return ranges
