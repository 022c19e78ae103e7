"""The feed sessions that a follower has missed: they began and ended while it did not follow."""

import logging

from tradestack.wire.feed_messages import Way

logger = logging.getLogger(__name__)


class SkippedSessions:
    """Counts and logs them, as told by the gateway that is followed; `total` since the start."""

    def __init__(self) -> None:
        self.total = 0
        self._earlier, self._present = "", ""

    def go_on(self, earlier: str, present: str) -> None:
        """Note that the present session comes after the earlier one here, "" for none."""
        self._earlier, self._present = earlier, present

    def look(self, upstream: str, way: Way) -> None:
        """Compare with what the gateway has had; only the first answer in a session counts."""
        skipped = way.sessions_between(self._earlier, self._present)
        if skipped:
            self.total += len(skipped)
            logger.warning(
                "session=%s comes after %s here, but %s had %s in between: that is missing here",
                self._present,
                self._earlier,
                upstream,
                " and ".join(skipped),
            )
        self._earlier = ""
