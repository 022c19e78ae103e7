"""The calls of a listener, recorded in order."""

import asyncio


class CallRecorder:
    """What was called back, as values; mixed into a listener whose methods call `record`."""

    def __init__(self) -> None:
        self.calls: list[object] = []
        self._changed = asyncio.Event()

    def record(self, call: object) -> None:
        """Add a call."""
        self.calls.append(call)
        self._changed.set()

    async def until(self, count: int) -> list[object]:
        """Return the first `count` calls once there are that many."""
        while len(self.calls) < count:
            self._changed.clear()
            await self._changed.wait()
        return self.calls[:count]
