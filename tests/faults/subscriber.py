"""A subscriber that keeps everything it receives, number by number."""

import asyncio
import contextlib

from tradestack.net.addresses import Address
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_events import SessionEnded, SessionStarted
from tradestack.net.client.login import Credentials
from tradestack.runtime.clock import SystemClock
from tradestack.wire.feed import TickBatch

Seen = list[tuple[int, bytes]]  # number of the first packet, packets


class Subscriber:
    """Follows the current session to its end; waits `delay_s` after each batch until `hurry`."""

    def __init__(self, address: Address, credentials: Credentials, *, delay_s: float = 0.0) -> None:
        self.session = ""
        self.seen: Seen = []
        self.head = 0
        self.has_ended = False
        self.hurry = asyncio.Event()
        self._delay_s = delay_s
        self._client = FeedClient(address, credentials, clock=SystemClock())
        self._task = asyncio.create_task(self._follow())

    async def ended(self) -> None:
        """Wait for the end of the session. Raises what ended the subscriber before."""
        await asyncio.wait({self._task})
        self._task.result()

    def close(self) -> None:
        """Disconnect."""
        self._task.cancel()
        self._client.close()

    async def _follow(self) -> None:
        async for event in self._client:
            match event:
                case SessionStarted():
                    self.session = event.session_id
                case TickBatch():
                    self.seen.append((event.first_sequence, event.records.tobytes()))
                    self.head = event.last_sequence
                    await self._linger()
                case SessionEnded():
                    self.has_ended = True
                    return

    async def _linger(self) -> None:
        if self._delay_s and not self.hurry.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._delay_s):
                    await self.hurry.wait()
