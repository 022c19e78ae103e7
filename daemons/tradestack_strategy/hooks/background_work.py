"""Slow work that a strategy runs while the feed goes on."""

import asyncio
import os
import traceback
from collections.abc import Callable, Coroutine
from types import CoroutineType
from typing import Any

from tradestack.domain.clock import Clock
from tradestack.trading.desk.background import IN_BACKGROUND, OwnRequest
from tradestack.trading.desk.strategy_object import HookTookTooLong, StrategyFailed
from tradestack_strategy.orders.order_entry import OrderEntry

TASKS_MAX = 100
_NAME_ENTROPY_BYTES = 8
_BLOCKING = (
    " without an await, and everything waits for it: `await asyncio.sleep(0)` at times, or run the "
    "slow part by `await asyncio.to_thread(…)`"
)


class BackgroundWork:
    """Runs coroutines of a strategy, and enters what they request.

    on_failure: takes the exception of one. past: number of the newest message that was there when
    the process began with the feed session. What the hooks do with those again is no new work.
    """

    def __init__(
        self,
        instance: str,
        order_entry: OrderEntry,
        clock: Clock,
        on_failure: Callable[[StrategyFailed], None],
    ) -> None:
        self.wall_ns = clock.wall_ns
        self.enter: Callable[[OwnRequest], None] = order_entry.enter_alone
        self.past = 0
        self._instance = instance
        self._on_failure = on_failure
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, work: Coroutine[Any, Any, None], sequence: int | None) -> None:
        """Run a coroutine, unless its message is past. Raises RuntimeError when too many run."""
        if sequence is not None and sequence <= self.past:
            work.close()
            return
        if len(self._tasks) >= TASKS_MAX:
            work.close()
            raise RuntimeError(f"more than {TASKS_MAX} coroutines in the background")
        task = asyncio.ensure_future(self.run_one(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # for one that was canceled unstarted

    def new_name(self) -> str:
        """Return a ClOrdID that no request has had."""
        return f"{self._instance}-background-{os.urandom(_NAME_ENTROPY_BYTES).hex()}"

    def cancel(self) -> None:
        """Cancel what runs."""
        for task in self._tasks:
            task.cancel()

    async def run_one(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine to its end; the watch over hooks knows it by this frame."""
        IN_BACKGROUND.set(True)
        try:
            await work
        except (Exception, SystemExit) as error:  # whatever a strategy does
            self._fail(work, error, "")
        except HookTookTooLong as error:
            self._fail(work, error, _BLOCKING)

    def _fail(self, work: Coroutine[Any, Any, None], error: BaseException, remedy: str) -> None:
        """Tell what a coroutine has raised, and at which of its lines."""
        frames = traceback.extract_tb(error.__traceback__)
        file = work.cr_code.co_filename if isinstance(work, CoroutineType) else None
        own = [frame for frame in frames if frame.filename == file]
        place = f"{own[-1].filename} line {own[-1].lineno}, " if own else ""
        text = f"{place}in the background: {type(error).__name__}: {error}{remedy}"
        self._on_failure(StrategyFailed(text, None))
