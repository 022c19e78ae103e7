"""Report streams: a user's ranges of the order journal as sequenced packets.

Report n of a user's stream is the n-th range of the user's index; its packet is a SoupBinTCP header
and those bytes. Only the index and the newest append of the journal are in memory: a stream can be
resumed at any number, at the cost of reading the file.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from tradestack.trading.ranges import Ranges
from tradestack.wire import soup

# One read of the journal gives many reports; between them are orders and other users' records, so
# about a quarter of the bytes read are sent.
READ_BYTES_MAX = 256 * 1024
READ_REPORTS_MAX = 1_024

ReadFile = Callable[[int, int], bytes]


@dataclass(slots=True)
class ReportStream:
    """One user's reports of one order session, as the session server sends them.

    read_file: (offset, length) → bytes of the journal. kept_bytes: how many bytes of the journal
    may be shown, where reports wait until they are stored elsewhere; None where they do not.
    """

    session_id: str
    read_file: ReadFile
    ended: bool = False
    ranges: Ranges = field(default_factory=Ranges)
    kept_bytes: Callable[[], int] | None = None
    _kept: int = 0  # reports that were seen to be kept

    @property
    def head(self) -> int:
        """Return the number of the newest report, 0 = none."""
        return len(self.ranges) if self.kept_bytes is None else self._kept_head(self.kept_bytes())

    def _kept_head(self, kept_bytes: int) -> int:
        while self._kept < len(self.ranges) and sum(self.ranges[self._kept]) <= kept_bytes:
            self._kept += 1
        return self._kept

    def read(self, sequence: int, bytes_max: int) -> tuple[bytes, int]:
        """Return whole packets from report `sequence` on, and the number after the last.

        They have at most bytes_max bytes, but there is at least one packet if there is a report.
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
        """Return the ranges of the reports that fit into one read, from index `begin` on."""
        ranges = self.ranges.slice(begin, min(begin + READ_REPORTS_MAX, self.head))
        size = 0
        for index, (offset, length) in enumerate(ranges):
            size += soup.HEADER_LENGTH + length
            too_much = size > bytes_max or offset + length - ranges[0][0] > READ_BYTES_MAX
            if too_much and index:
                return ranges[:index]
        return ranges
