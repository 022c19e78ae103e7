"""A recorded feed: the file of a feed log, delivered as FeedClient delivers a live feed.

The file is only read, without a lock, so it may belong to a gateway that still writes to it; the
messages that it holds when a batch is read are delivered.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tradestack.domain.faults import OperatorFault
from tradestack.net.client.feed_listener import EndReason, FeedListener
from tradestack.wire.feed import (
    TICK_PACKET,
    TICK_PACKET_LENGTH,
    TickBatch,
    TickRecords,
    is_tick_packets,
)

# Messages of one batch, 1 MiB: large enough for numpy, small enough for the caches.
BATCH_MESSAGES_MAX = 16_384


class RecordedFeed:
    """The feed session of one log file, from message `sequence` on."""

    def __init__(
        self, path: Path, *, sequence: int = 1, batch_messages_max: int = BATCH_MESSAGES_MAX
    ) -> None:
        if sequence < 1 or batch_messages_max < 1:
            raise ValueError("messages are numbered from 1, and a batch holds at least one")
        self.session_id = path.stem
        self._path = path
        self._sequence = sequence
        self._batch_bytes_max = batch_messages_max * TICK_PACKET_LENGTH

    def run(self, listener: FeedListener) -> None:
        """Call the listener with the whole session; return at its end.

        Raises OperatorFault for damage in the log, OSError.
        """
        listener.on_session_started(self.session_id, self._sequence)
        last_sequence = self._sequence - 1
        for batch in self.batches():
            listener.on_ticks(batch)
            last_sequence = batch.last_sequence
        listener.on_session_ended(self.session_id, last_sequence, EndReason.COMPLETE)

    def batches(self) -> Iterator[TickBatch]:
        """Yield the messages in order; a half-written last one is left out.

        Raises OperatorFault for damage in the log, OSError.
        """
        sequence = self._sequence
        with self._path.open("rb", buffering=0) as log:
            log.seek((sequence - 1) * TICK_PACKET_LENGTH)
            while content := log.read(self._batch_bytes_max):
                count = len(content) // TICK_PACKET_LENGTH
                if not count:
                    return
                records = np.frombuffer(content, TICK_PACKET, count)
                self._check(sequence, records)
                yield TickBatch(sequence, records)
                sequence += count
                log.seek((sequence - 1) * TICK_PACKET_LENGTH)

    def _check(self, sequence: int, records: TickRecords) -> None:
        is_tick = is_tick_packets(records)
        if is_tick.all():
            return
        number = sequence + int(is_tick.argmin())
        raise OperatorFault(
            f"{self._path}: packet {number} at byte {(number - 1) * TICK_PACKET_LENGTH}",
            "this is not a tick packet",
            "replay another log, or let the gateway repair this one by starting it",
        )
