"""The pause of the feed while too many orders wait for their reports."""

from typing import Protocol


class PausableFeed(Protocol):
    """The feed that orders are made of."""

    def pause_reading(self) -> None:
        """Read nothing more."""

    def resume_reading(self) -> None:
        """Read again."""


class FeedBrake:
    """Pauses a feed at a limit, and resumes it at half of that."""

    def __init__(self) -> None:
        self._feed: PausableFeed | None = None
        self._is_paused = False

    def follow(self, feed: PausableFeed) -> None:
        """Pause that feed from now on."""
        if feed is not self._feed:
            self._feed, self._is_paused = feed, False

    def adjust(self, in_flight: int, maximum: int) -> None:
        """Pause or resume the feed, if need be."""
        if self._feed is None:
            return
        if not self._is_paused and in_flight >= maximum:
            self._is_paused = True
            self._feed.pause_reading()
        elif self._is_paused and in_flight <= maximum // 2:
            self._is_paused = False
            self._feed.resume_reading()
