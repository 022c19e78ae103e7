"""The work of a strategy: one task at a time, and a call that is due later."""

import asyncio
from collections.abc import Callable, Coroutine

Spawn = Callable[[Coroutine[object, object, None], str], "asyncio.Task[None]"]


class Work:
    """The task of the last action of the handshake; `spawn` starts one whose fault ends all."""

    def __init__(self, spawn: Spawn) -> None:
        self._spawn = spawn
        self._task: asyncio.Task[None] | None = None

    def start(self, work: Callable[[], Coroutine[object, object, None]], name: str) -> None:
        """Start the work of an action in place of what the action before it started."""
        self.cancel()
        self._task = self._spawn(work(), name)

    def cancel(self) -> None:
        """Abandon what is under way."""
        if self._task is not None:
            self._task.cancel()
            self._task = None


class Later:
    """A call that is made once after a delay, however often it is asked for until then."""

    def __init__(self, delay_s: float, call: Callable[[], None]) -> None:
        self._delay_s = delay_s
        self._call = call
        self._timer: asyncio.TimerHandle | None = None

    def ask(self) -> None:
        """Ask for the call."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._delay_s, self._now)

    def cancel(self) -> None:
        """Ask for it no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _now(self) -> None:
        self._timer = None
        self._call()
