"""One viewer: the frames that wait for a page, which are the same bytes for all."""

import asyncio
from collections import deque

FRAMES_WAITING_MAX = 64  # 16 s of them; whoever is further behind is dropped


class Viewer:
    """The queue of a viewer of an owner.

    is_dropped: it did not take its frames in time, or had to go for somebody else's.
    """

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.is_dropped = False
        self._frames: deque[bytes] = deque()
        self._changed = asyncio.Event()
        self._is_closed = False

    def put(self, frame: bytes) -> None:
        """Add a frame for the page, or drop the viewer if there are too many."""
        if self._is_closed:
            return
        if len(self._frames) == FRAMES_WAITING_MAX:
            self.drop()
            return
        self._frames.append(frame)
        self._changed.set()

    def drop(self) -> None:
        """Forget what waits, and end at once."""
        self.is_dropped = True
        self._frames.clear()
        self.close()

    def close(self) -> None:
        """Let `next` end, now or later."""
        self._is_closed = True
        self._changed.set()

    async def next(self) -> bytes | None:
        """Return all frames that wait, as soon as there is one; None at the end."""
        await self._changed.wait()
        self._changed.clear()
        if self._is_closed:
            return None
        frames = b"".join(self._frames)
        self._frames.clear()
        return frames
