"""Raw clients that stay connected together."""

import asyncio
from contextlib import AsyncExitStack

from tests.kit.net import Net, RunningServer
from tests.kit.raw_client import RawClient


class Crowd:
    """Raw clients that stay connected until the end of a test."""

    def __init__(self, net: Net, running: RunningServer) -> None:
        self._net = net
        self._running = running
        self._open = AsyncExitStack()

    async def __aenter__(self) -> "Crowd":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def connect(self) -> RawClient:
        """Connect one more; return it when the server has accepted it."""
        total = self._total()
        client = await self._open.enter_async_context(self._net.connected(self._running.address))
        while self._total() == total:
            await asyncio.sleep(0)
        return client

    def _total(self) -> int:
        server = self._running.server
        return len(server._pending) + server.connections_displaced_total
