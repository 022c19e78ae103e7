"""The live view: asked and read once for all viewers, encoded once, and only while somebody looks.

every 250 ms   the files of the sessions: orders, news, prices ─┐
every second   the daemons: stats, accounts                     ├─► one frame ─► every viewer
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from tradestack.domain.clock import Clock
from tradestack.domain.times import format_utc
from tradestack.wire.errors import ProtocolError
from tradestack_web.http.share import who_gives_way
from tradestack_web.live.daemons import Daemons
from tradestack_web.live.event_stream import encode_event
from tradestack_web.live.position import Position
from tradestack_web.live.sessions import Sessions
from tradestack_web.live.viewer import Viewer

LOOK_INTERVAL_S = 0.25
POLL_INTERVAL_S = 1.0
SNAPSHOT_AGE_MAX_S = 1.0

logger = logging.getLogger(__name__)

Stats = Callable[[], Mapping[str, Any]]


class Hub:
    """The viewers and what they are shown.

    own_stats: WEB of API.md. dropped: viewers that did not read in time. displaced: those that
    were ended in favour of a user or host with fewer.
    """

    def __init__(
        self, daemons: Daemons, sessions: Sessions, clock: Clock, own_stats: Stats
    ) -> None:
        self.dropped = self.displaced = 0
        self._daemons = daemons
        self._sessions = sessions
        self._clock = clock
        self._own_stats = own_stats
        self._viewers: dict[Viewer, None] = {}  # the oldest first
        self._wanted = asyncio.Event()
        self._polling = asyncio.Lock()
        self._polled_s = self._caught_up_s = float("-inf")  # loop time
        self._stats: dict[str, Any] = {}
        self._accounts: dict[str, Any] | None = None
        self._fault = ""  # of the files, as it was logged

    @property
    def viewers(self) -> int:
        """How many pages are shown live."""
        return len(self._viewers)

    async def run(self) -> None:
        """Show until cancelled; cost nothing while nobody looks."""
        while True:
            await self._wanted.wait()
            polling = asyncio.create_task(self._poll_again_and_again())
            try:
                while self._viewers:
                    self._show_files()
                    await asyncio.wait({polling}, timeout=LOOK_INTERVAL_S)
                    if polling.done():
                        polling.result()  # raises what it has failed by
            finally:
                polling.cancel()
                await asyncio.gather(polling, return_exceptions=True)
            if not self._viewers:  # nobody came meanwhile
                self._wanted.clear()
                self._rest()

    async def snapshot(self) -> dict[str, Any]:
        """Return the data of GET /api/snapshot. Raises OSError, ProtocolError."""
        async with self._polling:
            if self._now_s() - self._polled_s > SNAPSHOT_AGE_MAX_S:
                await self._poll()
        if not self._viewers and self._now_s() - self._caught_up_s > SNAPSHOT_AGE_MAX_S:
            self._catch_up()
        return {
            "id": str(self._sessions.position),
            "time": self._now(),
            "stats": self._stats,
            "accounts": self._accounts,
            **self._sessions.shown(),
        }

    def make_room(self, owner: str) -> bool:
        """End the newest viewer of whoever has most; return whether one was, for this owner."""
        largest = who_gives_way((each.owner for each in self._viewers), owner)
        if largest is None:
            return False
        newest = [each for each in self._viewers if each.owner == largest][-1]
        del self._viewers[newest]
        newest.drop()
        self.displaced += 1
        return True

    def add(self, position: Position | None, owner: str) -> Viewer:
        """Return a new viewer, which gets what it has missed since a position, and all that comes.

        Raises OSError, ProtocolError.
        """
        if not self._viewers:
            self._catch_up()
        viewer = Viewer(owner)
        now = self._sessions.position
        if position is not None and position != now:
            viewer.put(self._missed(position))
        else:
            viewer.put(b"id: %b\n\n" % str(now).encode())
        self._viewers[viewer] = None
        self._wanted.set()
        return viewer

    def remove(self, viewer: Viewer) -> None:
        """Show a viewer nothing any more."""
        if viewer in self._viewers:
            del self._viewers[viewer]
            self.dropped += viewer.is_dropped
        viewer.close()

    def close(self) -> None:
        """Let all viewers end."""
        for viewer in tuple(self._viewers):
            viewer.close()
        self._rest()

    def _rest(self) -> None:
        self._caught_up_s = float("-inf")
        self._sessions.close()
        self._daemons.close()

    def _catch_up(self) -> None:
        """Read the files up to their ends while nobody is told of it."""
        self._sessions.close()
        self._sessions.look()
        self._caught_up_s = self._now_s()

    async def _poll(self) -> None:
        self._stats = {
            "time": self._now(),
            **await self._daemons.stats(),
            "web": self._own_stats(),
        }
        self._accounts = await self._daemons.accounts()
        self._polled_s = self._now_s()

    async def _poll_again_and_again(self) -> None:
        while True:
            async with self._polling:
                accounts = self._accounts
                await self._poll()
                self._show_poll(accounts)
            await asyncio.sleep(POLL_INTERVAL_S)

    def _show_poll(self, accounts: dict[str, Any] | None) -> None:
        """Show what was asked; accounts: those of the poll before."""
        position = self._sessions.position
        frame = encode_event("stats", self._stats, position)
        if self._accounts != accounts:
            frame += encode_event("accounts", self._accounts, position)
        self._send(frame)

    def _show_files(self) -> None:
        """Read what is new, and show it."""
        sessions = self._sessions
        try:
            if sessions.look():
                self._send(encode_event("reset", {}, sessions.position))
                return
            self._send(self._new_orders() + self._new_ticks())
        except (OSError, ProtocolError) as error:  # a session was deleted, or its disk fails
            if str(error) != self._fault:
                self._fault = str(error)
                logger.warning("the files of the newest sessions cannot be read: %s", error)
            sessions.close()

    def _new_orders(self) -> bytes:
        journal = self._sessions.journal
        if journal is None:
            return b""
        records, left_out = journal.read()
        if not records:
            return b""
        shown = {"session": journal.session_id, "records": records, "left_out": left_out}
        return encode_event("orders", shown, self._sessions.position)

    def _new_ticks(self) -> bytes:
        feed = self._sessions.feed
        if feed is None:
            return b""
        news, left_out = feed.read()
        frame = b""
        if news:
            shown = {"session": feed.session_id, "news": news, "left_out": left_out}
            frame += encode_event("news", shown, self._sessions.position)
        if prices := feed.take_fresh():
            frame += encode_event("prices", feed.shown(prices), self._sessions.position)
        return frame

    def _missed(self, position: Position) -> bytes:
        sessions = self._sessions
        now, missed = sessions.position, sessions.missed(position)
        if missed is None:
            return encode_event("reset", {}, now)
        records, news = missed
        frame = b""
        if records:
            shown = {"session": now.order_session, "records": records, "left_out": 0}
            frame += encode_event("orders", shown, now)
        if news:
            shown = {"session": now.feed_session, "news": news, "left_out": 0}
            frame += encode_event("news", shown, now)
        return frame or b"id: %b\n\n" % str(now).encode()

    def _send(self, frame: bytes) -> None:
        if frame:
            for viewer in tuple(self._viewers):
                viewer.put(frame)

    @staticmethod
    def _now_s() -> float:
        return asyncio.get_running_loop().time()

    def _now(self) -> str:
        return format_utc(self._clock.wall_ns())
