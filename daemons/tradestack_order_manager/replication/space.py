"""The free space of a standby's disk: without it, the stream is not followed for a while."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from tradestack.store.free_space import ROOM_REMEDY, find_shortage
from tradestack_order_manager.sessions.journal_files import session_paths

WAIT_S = 0.1

logger = logging.getLogger(__name__)


class Space:
    """The space for journals in a directory. shortage: in words, None if there is enough."""

    def __init__(self, directory: Path) -> None:
        self.shortage: str | None = None
        self._directory = directory

    def look(self, bytes_min: int, prune: Callable[[int], None]) -> None:
        """Note a shortage, after journals of ended sessions are removed, as a primary does.

        prune: removes all but a number of the newest.
        """
        before, kept = self.shortage, len(session_paths(self._directory))
        found = find_shortage(self._directory, bytes_min)
        while found is not None and kept > 1:
            kept -= 1
            prune(kept)
            found = find_shortage(self._directory, bytes_min)
        self.shortage = None if found is None else f"disk full: {found}; {ROOM_REMEDY}"
        if before is None and self.shortage is not None:
            logger.warning("the stream is not followed: %s", self.shortage)
        elif before is not None and self.shortage is None:
            logger.info("the stream is followed again: there is space")

    async def wait(self) -> None:
        """Return when there is no shortage."""
        while self.shortage is not None:
            await asyncio.sleep(WAIT_S)
