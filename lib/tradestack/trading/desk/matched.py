"""How far a strategy's orders have met the feed, as MatchedThrough tells.

MatchedThrough is not numbered and may overtake the reports that it speaks of: it counts once as
many reports were received as it names.
"""

from tradestack.wire.order_messages import MatchedThrough


class Matched:
    """The newest MatchedThrough that counts, in one feed session.

    through: the number of the message up to which every report was received; 0 = none is known.
    received: the number of sequenced messages received in the order session.
    """

    def __init__(self, feed_session: str, received: int) -> None:
        self.through = 0
        self._feed_session = feed_session
        self._received = received
        self._waiting: MatchedThrough | None = None  # the newest, whose reports are under way

    def tell(self, message: MatchedThrough) -> None:
        """Take a message of the order manager; what it says of other feed sessions is ignored."""
        if message.feed_session == self._feed_session:
            self._waiting = message
            self._count()

    def receive(self, received: int) -> bool:
        """Note how many sequenced messages were received; return whether one counts by that."""
        self._received = received
        return self._count()

    def leave_order_session(self) -> None:
        """Begin to count the messages of the next order session."""
        self._received = 0
        self._waiting = None

    def _count(self) -> bool:
        waiting = self._waiting
        if waiting is None or waiting.reports > self._received:
            return False
        self.through = max(self.through, waiting.feed_seq)
        self._waiting = None
        return True
