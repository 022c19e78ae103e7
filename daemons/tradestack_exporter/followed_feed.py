"""The feed that is exported, and which of its sessions were missed."""

from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_events import FeedEvents
from tradestack.sessions.skipped_sessions import SkippedSessions
from tradestack.wire.feed_messages import WAY_REQUEST, Way, decode_feed_message


class FollowedFeed(FeedEvents):
    """The events of the feed; counts the sessions that were not followed.

    session_id: of the newest stream, "" for none.
    """

    def __init__(
        self, client: FeedClient, where: str, session_id: str, skipped: SkippedSessions
    ) -> None:
        super().__init__(client)
        self._client = client
        self._where = where
        self._session_id = session_id
        self._skipped = skipped

    def on_session_started(self, session_id: str, sequence: int) -> None:
        """Ask the gateway which sessions it has had."""
        if session_id != self._session_id:
            self._skipped.go_on(self._session_id, session_id)
            self._session_id = session_id
            self._client.send_unsequenced(WAY_REQUEST)
        super().on_session_started(session_id, sequence)

    def on_unsequenced(self, payload: bytes) -> None:
        """Compare."""
        way = decode_feed_message(payload)
        if isinstance(way, Way):
            self._skipped.look(self._where, way)
