"""The event loop of async hooks in a backtest, which goes on when a hook has ended."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class HookLoop:
    """Runs one coroutine after the other.

    Where an event loop runs already, as in a notebook, they run in a thread of their own, while
    the caller waits: a second loop is not allowed in the same thread.
    """

    def __init__(self) -> None:
        self._runner = asyncio.Runner()  # its loop begins with the first coroutine
        self._thread = ThreadPoolExecutor(1, "hooks") if _has_event_loop() else None

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Return what the coroutine returns, when it has ended."""
        if self._thread is None:
            return self._runner.run(coroutine)
        return self._thread.submit(self._runner.run, coroutine).result()

    def close(self) -> None:
        """Close the loop."""
        if self._thread is None:
            self._runner.close()
        else:
            with self._thread:
                self._thread.submit(self._runner.close)


def _has_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
