"""One run of a stack, from the start of its daemons to its result.

start ─► three lines about it ─► orders and state, until the end ─► stats ─► stop ─► result
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tradestack.ctl.feed_state import Progress, progress_of_source, progress_of_time
from tradestack.ctl.up.display.order_lines import OrderLines
from tradestack.ctl.up.display.progress import StackStats, is_traded, require_progress, users_behind
from tradestack.ctl.up.display.run_counts import RunCounts, RunResult
from tradestack.ctl.up.display.screen import Screen
from tradestack.ctl.up.display.summary import fitted, status_parts
from tradestack.ctl.up.hints import hints_after, hints_before, symbols_of
from tradestack.ctl.up.interruption import interruption
from tradestack.ctl.up.kept_settings import kept_settings
from tradestack.ctl.up.stack import Stack, StackConfig
from tradestack.ctl.up.stack_files import StackFiles
from tradestack.ctl.up.supervised import AfterDeath
from tradestack.net.addresses import name_of
from tradestack.net.control.client import ControlFault
from tradestack.trading.replies.run_accounts import run_accounts

STATUS_INTERVAL_S = 1.0
ORDERS_INTERVAL_S = 0.2
DEATH_TIMEOUT_S = 1.0  # a daemon that has closed its control socket may be about to exit
END_CHECK_INTERVAL_S = 0.05  # asking costs each daemon about a millisecond
# For the accounts, beyond the time after which the order manager waits for no absent strategy.
ACCOUNTS_GRACE_S = 3.0
FINAL_TIMEOUT_S = 5.0  # for the last stats, also of a daemon that is just being started again


# What is done to a stack once it runs; with --until-end, the run does not end before it.
Disturb = Callable[[Stack, StackFiles], Awaitable[None]]


class Interrupted(Exception):
    """Ctrl-C came before there was a result."""


class Run:
    """A run of the stack that the options describe; from its construction on, signals end it."""

    def __init__(
        self,
        args: argparse.Namespace,
        files: StackFiles,
        config: StackConfig,
        screen: Screen,
        disturb: Disturb | None = None,
    ) -> None:
        self._args = args
        self._files = files
        self._config = config
        self._screen = screen
        self._loop = asyncio.get_running_loop()
        order_log = config.order_manager.get("order_log", files.order_log)
        self._order_lines = OrderLines(Path(str(order_log)))
        self._counts = RunCounts()
        self._stats: StackStats | None = None  # the newest
        self._hints = hints_before(config)  # by strategy
        self._warnings: list[str] = []  # besides the hints
        self._orders_due_s = self._status_due_s = 0.0  # loop time
        self._accounts_due_s: float | None = None  # the same; None: they are not waited for
        self._interrupted = interruption()
        self._stack = Stack(files, config, screen)
        self._disturb = disturb
        self._disturbing: asyncio.Future[None] | None = None

    async def execute(self) -> RunResult:
        """Run until the end.

        Raises Interrupted, StrategyPaused, ChildDied, OperatorFault, ControlFault.
        """
        try:
            await self._start()
            self._describe()
            self._show_hints(self._hints)
            for line in await kept_settings(self._stack, self._files):
                self._screen.line(line)
            if self._disturb is not None:
                self._disturbing = asyncio.ensure_future(self._disturb(self._stack, self._files))
            await self._until_end()
            result = await self._result()
            await self._stack.stop()
            self._show_orders()
            return result
        finally:
            if self._disturbing is not None:
                self._disturbing.cancel()
            self._stack.kill()
            await self._stack.wait_gone()

    async def _start(self) -> None:
        """Wait until all daemons are ready, but not for one that dies again and again."""
        began_s = self._loop.time()
        start = asyncio.create_task(self._stack.start())
        events: set[asyncio.Future[Any]] = {start, self._interrupted}
        while not start.done():
            await asyncio.wait(
                events, timeout=ORDERS_INTERVAL_S, return_when=asyncio.FIRST_COMPLETED
            )
            death = self._stack.death
            is_over = self._args.duration and self._loop.time() - began_s > self._args.duration
            if not start.done() and (self._interrupted.done() or (death and is_over)):
                start.cancel()
                await asyncio.gather(start, return_exceptions=True)
                raise death if death and is_over else Interrupted
            self._screen.status(f"starting {self._stack.waits_for()}")
        self._screen.status("")
        start.result()

    def _describe(self) -> None:
        """Write where everything is."""
        files, screen = self._files, self._screen
        feed, orders = (
            name_of(listener.getsockname()) for listener in (self._stack.feed, self._stack.orders)
        )
        users = {instance: keys.get("user") for instance, keys in self._config.strategies.items()}
        passwords = ", ".join(f"credentials/{instance}/password" for instance in users)
        screen.line(
            f"feed {feed}, orders {orders}, user {', '.join(map(str, users.values()))}; "
            f"books {', '.join(files.book_names)}"
        )
        screen.line(f"files in {files.root}: {passwords}, log/order_log.txt")
        program = str(Path(sys.executable).parent / "tradestackctl")
        screen.command("to look inside", program, f"--runtime-dir {files.root}/run top")

    async def _until_end(self) -> None:
        events: set[asyncio.Future[Any]] = {self._interrupted, self._stack.died}
        while (remaining_s := self._remaining_s()) > 0:
            interval_s = END_CHECK_INTERVAL_S if self._args.until_end else ORDERS_INTERVAL_S
            await asyncio.wait(
                events,
                timeout=min(interval_s, remaining_s),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if self._stack.died.done():
                raise self._stack.died.result()
            if self._interrupted.done():
                if self._args.until_end:
                    raise Interrupted
                return
            await self._look()
            if self._args.until_end and await self._is_over():
                return

    async def _look(self) -> None:
        """Show what is due to be shown."""
        now_s = self._loop.time()
        if now_s >= self._orders_due_s:
            self._orders_due_s = now_s + ORDERS_INTERVAL_S
            self._show_orders()
        is_status_due = now_s >= self._status_due_s
        if (self._args.until_end or is_status_due) and self._stack.death is None:
            await self._ask(self._remaining_s())
        if is_status_due:
            self._status_due_s = now_s + STATUS_INTERVAL_S
            self._show_status()

    def _elapsed_s(self) -> float:
        assert self._stack.began_s is not None
        return self._loop.time() - self._stack.began_s

    def _remaining_s(self) -> float:
        duration_s: float | None = self._args.duration
        return float("inf") if duration_s is None else duration_s - self._elapsed_s()

    async def _is_over(self) -> bool:
        if self._stats is None or self._stack.death is not None:
            return False
        require_progress(self._stats)
        if self._disturbing is not None:
            if not self._disturbing.done():
                return False
            self._disturbing.result()
        if not is_traded(self._stats):
            self._accounts_due_s = None
            return False
        behind = users_behind(self._stats)
        return not behind or await self._is_too_late(behind)

    async def _is_too_late(self, behind: Sequence[str]) -> bool:
        """Return whether the accounts of these users were waited for long enough."""
        now_s = self._loop.time()
        if self._accounts_due_s is None:
            away_max_s = await self._stack.away_max_s()
            self._accounts_due_s = now_s + away_max_s + ACCOUNTS_GRACE_S
        if now_s < self._accounts_due_s:
            return False
        self._warnings.append(
            f"the account of {', '.join(behind)} has not met the end of the feed: a program is "
            "logged in as this user and has not said that it is done (Progress in PROTOCOL.md)"
        )
        self._screen.line(f"warning: {self._warnings[-1]}")
        return True

    async def _ask(self, timeout_s: float) -> bool:
        """Take new stats; return whether all daemons gave them before the end of this time.

        An interruption ends the wait, unless it came before. Raises ChildDied, ControlFault.
        """
        asking = asyncio.create_task(self._stack.stats())
        events: set[asyncio.Future[Any]] = {asking}
        if not self._interrupted.done():
            events.add(self._interrupted)
        timeout = None if timeout_s == float("inf") else max(0.0, timeout_s)
        await asyncio.wait(events, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            return False
        try:
            self._stats = asking.result()
        except ControlFault:
            await asyncio.wait({self._stack.died}, timeout=DEATH_TIMEOUT_S)
            if self._stack.died.done():
                raise self._stack.died.result() from None
            if self._stack.after_death is AfterDeath.RESPAWN or self._disturbing is not None:
                return False
            raise
        self._counts.look(self._stats)
        return True

    async def _result(self) -> RunResult:
        """Ask for the last stats.

        Raises the death of a daemon that does not come back in time, ControlFault if one hangs.
        """
        elapsed_s = self._elapsed_s()
        deadline_s = self._loop.time() + FINAL_TIMEOUT_S
        is_asked = False
        while not is_asked:
            death, left_s = self._stack.death, deadline_s - self._loop.time()
            if death is not None and (self._stack.keeps_dying or left_s <= 0):
                raise death
            if left_s <= 0:
                raise ControlFault(f"a daemon gave no answer within {FINAL_TIMEOUT_S:g} s")
            if death is None:
                is_asked = await self._ask(left_s)
            else:
                await asyncio.sleep(END_CHECK_INTERVAL_S)
        assert self._stats is not None
        self._add_hints(self._stats)
        warnings = [*self._hints.values(), *self._warnings]
        accounts = run_accounts(await self._stack.positions(), self._counts.feed_session)
        return RunResult(self._stats, self._counts, elapsed_s, warnings, accounts)

    def _add_hints(self, stats: StackStats) -> None:
        """Note why strategies made no orders, where it was not told at the start."""
        ticks, symbols = self._counts.ticks.total, symbols_of(self._files)
        after = hints_after(self._config, stats, ticks=ticks, symbols=symbols)
        self._show_hints({name: after.new[name] for name in after.new if name not in self._hints})
        self._hints = {**after.all, **self._hints}

    def _show_hints(self, hints: Mapping[str, str]) -> None:
        for hint in hints.values():
            self._screen.line(f"warning: {hint}")

    def _show_orders(self) -> None:
        for line in self._order_lines.new_lines():
            self._screen.line(line)

    def _show_status(self) -> None:
        if not self._screen.is_terminal:
            return
        death = self._stack.death
        if death is not None:
            self._screen.status(f"waiting for {self._stack.waits_for()}: {death}")
        elif self._stats is not None:
            parts = status_parts(self._stats, self._counts, self._progress(self._stats))
            self._screen.status(fitted(parts, self._screen.columns))

    def _progress(self, stats: StackStats) -> Progress | None:
        if self._args.duration is not None:
            return progress_of_time(self._elapsed_s(), self._args.duration)
        return progress_of_source(stats.gateway)
