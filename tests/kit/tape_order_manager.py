"""A real order manager that executes orders by feed logs."""

from pathlib import Path

from tests.kit.feed_file import FeedFile
from tests.kit.order_manager import OrderManager


class TapeOrderManager(OrderManager):
    """An order manager whose orders meet the feed sessions of a directory, every trade in full."""

    def __init__(self, directory: Path) -> None:
        self.feed_directory = directory / "feed"
        super().__init__(directory)

    def required_keys(self) -> dict[str, object]:
        """Return the common keys, with the tape."""
        return {
            **super().required_keys(),
            "feed_log_directory": self.feed_directory,
            "execution": {"model": "tape", "default_size": "0"},
            "risk": {"price_required": False},  # most tests send an order before the first trade
        }

    def feed(self, session_id: str = "3DAA200000") -> FeedFile:
        """Begin a feed session with a message that is no trade."""
        feed = FeedFile(self.feed_directory, session_id)
        feed.news()
        return feed
