"""A run of the stack in the foreground, from its private directory to its final stats.

options ─► directory ─► gateway, order manager, strategies ─► wait for the end ─► stats ─► stop
"""

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from tradestack.ctl.up.option_check import check_options
from tradestack.ctl.up.options import stack_config
from tradestack.ctl.up.progress import StackStats, has_ended, source_fault, summary
from tradestack.ctl.up.screen import Screen
from tradestack.ctl.up.stack import Stack, StackConfig
from tradestack.ctl.up.stack_files import StackFiles
from tradestack.ctl.up.supervised import AfterDeath
from tradestack.domain.faults import OperatorFault
from tradestack.net.control.client import ControlFault

SUMMARY_INTERVAL_S = 1.0
DEATH_TIMEOUT_S = 1.0  # a daemon that has closed its control socket may be about to exit
END_CHECK_INTERVAL_S = 0.05  # asking costs each daemon about a millisecond


class Interrupted(Exception):
    """Ctrl-C came before there was a result."""


def run_foreground(args: argparse.Namespace) -> StackStats:
    """Run the stack until it is to end, and return its final stats.

    Raises Interrupted, ChildDied, OperatorFault, ControlFault.
    """
    if args.state_dir is not None:
        return _run_in(StackFiles.create(args.state_dir.absolute(), reused=True), args)
    root = Path(tempfile.mkdtemp(prefix="tradestack-"))
    try:
        return _run_in(StackFiles.create(root, reused=False), args)
    finally:
        shutil.rmtree(root)


def _run_in(files: StackFiles, args: argparse.Namespace) -> StackStats:
    screen = Screen()
    config = stack_config(args, screen)
    check_options(args, files, config)
    try:
        return asyncio.run(_run_stack(args, files, config, screen))
    finally:
        files.clean_up()
        screen.close()


async def _run_stack(
    args: argparse.Namespace, files: StackFiles, config: StackConfig, screen: Screen
) -> StackStats:
    interrupted = _interruption()
    stack = Stack(files, config, screen)
    try:
        await _unless_interrupted(stack.start(), interrupted)
        query = f"{Path(sys.executable).parent}/tradestackctl --runtime-dir {files.root}/run stats"
        screen.line("up", f"ready; to query it: {query}")
        await _wait_for_end(args, stack, interrupted, screen)
        stats = await _final_stats(stack)
        await stack.stop()
        return stats
    finally:
        stack.kill()
        await stack.wait_gone()


async def _wait_for_end(
    args: argparse.Namespace, stack: Stack, interrupted: "asyncio.Future[None]", screen: Screen
) -> None:
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + args.duration if args.duration else float("inf")
    summary_due_s = loop.time()
    events: set[asyncio.Future[Any]] = {interrupted, stack.died}
    while (remaining_s := deadline_s - loop.time()) > 0:
        interval_s = (
            END_CHECK_INTERVAL_S if args.until_end else min(remaining_s, SUMMARY_INTERVAL_S)
        )
        await asyncio.wait(events, timeout=interval_s, return_when=asyncio.FIRST_COMPLETED)
        if stack.died.done():
            raise stack.died.result()
        if interrupted.done():
            if args.until_end:
                raise Interrupted
            return
        if args.until_end or screen.is_terminal:
            stats = await _stats(stack)
            if stats is not None and args.until_end and _is_over(stats):
                return
            if stats is not None and loop.time() >= summary_due_s:
                screen.summarise(summary(stats))
                summary_due_s += SUMMARY_INTERVAL_S


async def _stats(stack: Stack) -> StackStats | None:
    """Ask for the stats; None while a daemon is respawned. Raises ChildDied, ControlFault."""
    try:
        return await stack.stats()
    except ControlFault:
        await asyncio.wait({stack.died}, timeout=DEATH_TIMEOUT_S)
        if stack.died.done():
            raise stack.died.result() from None
        if stack.after_death is AfterDeath.RESPAWN:
            return None
        raise


async def _final_stats(stack: Stack) -> StackStats:
    while (stats := await _stats(stack)) is None:
        await asyncio.sleep(END_CHECK_INTERVAL_S)
    return stats


def _is_over(stats: StackStats) -> bool:
    fault = source_fault(stats)
    if fault is not None:
        raise OperatorFault("source", fault, "fix the file")
    return has_ended(stats)


def _interruption() -> "asyncio.Future[None]":
    """Return a future that the first SIGINT, SIGTERM or SIGHUP completes.

    The next one of them has its default effect.
    """
    loop = asyncio.get_running_loop()
    interrupted: asyncio.Future[None] = loop.create_future()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def on_signal() -> None:
        for number in numbers:
            loop.remove_signal_handler(number)
        interrupted.set_result(None)

    for number in numbers:
        loop.add_signal_handler(number, on_signal)
    return interrupted


async def _unless_interrupted(
    work: Coroutine[object, object, None], interrupted: "asyncio.Future[None]"
) -> None:
    task = asyncio.create_task(work)
    await asyncio.wait({task, interrupted}, return_when=asyncio.FIRST_COMPLETED)
    if not task.done():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise Interrupted
    task.result()
