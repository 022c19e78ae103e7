"""A subscriber that keeps everything it receives: session by session, number by number."""

import asyncio
import contextlib

from tradestack.net.addresses import Address
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_events import SessionEnded, SessionStarted
from tradestack.net.client.feed_listener import EndReason
from tradestack.net.client.login import Credentials
from tradestack.runtime.clock import SystemClock
from tradestack.wire.feed import TickBatch

Seen = list[tuple[int, bytes]]  # number of the first packet, packets


class Subscriber:
    """Follows one session after the other; waits `delay_s` after each batch until `hurry`.

    seen: what came, by session, the newest last. ended: the sessions whose end came. gone: the
    sessions that were no longer served before their end.
    """

    def __init__(self, address: Address, credentials: Credentials, *, delay_s: float = 0.0) -> None:
        self.seen: dict[str, Seen] = {}
        self.ended: set[str] = set()
        self.gone: list[str] = []
        self.session = ""
        self.head = 0  # of that session
        self.hurry = asyncio.Event()
        self._delay_s = delay_s
        self._changed = asyncio.Event()
        self.connect(address, credentials)

    def connect(self, address: Address, credentials: Credentials) -> None:
        """Follow from the next message on, at this address."""
        if self.session:
            self.close()
        self._client = FeedClient(
            address,
            credentials,
            clock=SystemClock(),
            session_id=self.session,
            sequence=self.head + 1,
        )
        self._task = asyncio.create_task(self._follow(self._client))

    @property
    def has_ended(self) -> bool:
        """Whether the end of the newest session has come."""
        return self.session in self.ended

    async def end_of(self, session: str) -> None:
        """Wait for the end of that session. Raises what ended the subscriber before."""
        while session not in self.ended:
            self._changed.clear()
            changed = asyncio.create_task(self._changed.wait())
            await asyncio.wait({self._task, changed}, return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
            if self._task.done():
                self._task.result()

    def close(self) -> None:
        """Disconnect."""
        self._task.cancel()
        self._client.close()

    async def _follow(self, client: FeedClient) -> None:
        async for event in client:
            match event:
                case SessionStarted() if event.session_id != self.session:
                    self.session, self.head = event.session_id, 0
                    self.seen.setdefault(self.session, [])
                case TickBatch():
                    self.seen[self.session].append((event.first_sequence, event.records.tobytes()))
                    self.head = event.last_sequence
                    await self._linger()
                case SessionEnded():
                    if event.reason is EndReason.COMPLETE:
                        self.ended.add(event.session_id)
                    else:
                        self.gone.append(event.session_id)
                    self._changed.set()

    async def _linger(self) -> None:
        if self._delay_s and not self.hurry.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._delay_s):
                    await self.hurry.wait()
