"""The consumer of a feed, live or recorded.

    on_session_started  (on_ticks)*  [on_session_ended]      for each feed session, in this order

FeedClient calls it from a gateway's feed, RecordedFeed from a feed log; what a session contains is
the same from both, however it is cut into batches.
"""

import enum

from tradestack.wire.close_reason import Close
from tradestack.wire.feed import TickBatch


class EndReason(enum.Enum):
    """Why a feed session is over for its consumer."""

    COMPLETE = "every message was delivered and no more will come"
    NOT_AVAILABLE = "the gateway does not serve it any more; messages may have been missed"


class FeedListener:
    """What happens in a feed; a subclass overrides what it needs."""

    def on_session_started(self, session_id: str, sequence: int) -> None:
        """Handle the start of a feed session, whose messages follow from `sequence` on."""

    def on_ticks(self, batch: TickBatch) -> None:
        """Handle the next messages: no number is missing and none comes twice.

        Called in the loop pass in which they arrived; the batch may be kept.
        """

    def on_session_ended(self, session_id: str, last_sequence: int, reason: EndReason) -> None:
        """Handle the end of a feed session; last_sequence is the last number delivered, or 0."""

    def on_unsequenced(self, payload: bytes) -> None:
        """Handle a message beside the feed, which only a client gets that has asked for it."""

    def on_connected(self) -> None:
        """Handle a login at the gateway, the first or a later one."""

    def on_disconnected(self, close: Close) -> None:
        """Handle the loss of the gateway inside a session; the client reconnects by itself."""
