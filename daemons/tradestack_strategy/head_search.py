"""The search for the feed session to trade, and its head."""

import asyncio
from collections.abc import Callable

from tradestack.net.client.feed_head import FeedHead, find_head
from tradestack_strategy.settings import Servers

# The delay after which the order manager is asked again for what it could not do.
RETRY_INTERVAL_S = 1.0


class HeadSearch:
    """Asks the gateway; on_head is called with what it answers."""

    def __init__(self, servers: Servers, on_head: Callable[[FeedHead], None]) -> None:
        self._servers = servers
        self._on_head = on_head

    async def find(self) -> None:
        """Find the current session."""
        self._on_head(await find_head(self._servers.feed, self._servers.credentials))

    async def find_later(self) -> None:
        """Find it after a delay."""
        await asyncio.sleep(RETRY_INTERVAL_S)
        await self.find()

    async def find_next(self, ended: str) -> None:
        """Wait for another session than the one that ended."""
        servers = self._servers
        self._on_head(await find_head(servers.feed, servers.credentials, ended=ended))
