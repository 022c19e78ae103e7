"""`tradestackctl up` → the whole stack in the foreground, without systemd and without root.

    options ─► private directory ─► gateway, order manager, strategies ─► wait ─► stats ─► stop

The daemons are the same programs that systemd runs, started by the same protocols. A daemon that
dies ends it all; with --respawn it is started again, its listening sockets held open meanwhile.
Lines for people go to stderr; stdout carries the result alone, and nothing when there is none.

    0     ended as asked: after --duration, at the --until-end, by Ctrl-C
    1     a daemon died
    78    what was asked for cannot work, or the source has a fault: the reason is the last line
    130   Ctrl-C before the --until-end
"""

import argparse
import asyncio
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.up.child_process import ChildDied
from tradestack.ctl.up.options import parse_seconds, parse_setting, stack_config
from tradestack.ctl.up.progress import StackStats, has_ended, source_fault, summary
from tradestack.ctl.up.screen import Screen
from tradestack.ctl.up.stack import Stack, StackConfig
from tradestack.ctl.up.stack_files import StackFiles
from tradestack.ctl.up.supervised import AfterDeath
from tradestack.domain.faults import OperatorFault
from tradestack.net.control.client import ControlFault

SUMMARY_INTERVAL_S = 1.0
DEATH_NEWS_TIMEOUT_S = 1.0  # a daemon that closes its socket may be about to end
END_CHECK_INTERVAL_S = 0.05  # asking costs each daemon about a millisecond


class Interrupted(Exception):
    """Ctrl-C came before there was a result."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--prices", type=Path, metavar="FILE", help="price CSV, plain or .gz")
    parser.add_argument("--sentiment", type=Path, metavar="FILE", help="sentiment CSV")
    parser.add_argument("--pace", metavar="P", help='"1x", "60x", "500/s" or "max"')
    ends = parser.add_mutually_exclusive_group()
    ends.add_argument(
        "--duration", type=parse_seconds, metavar="TIME", help='stop after "20s", "5min"'
    )
    ends.add_argument(
        "--until-end", action="store_true", help="stop when all is played, ordered and reported"
    )
    parser.add_argument(
        "--strategy-config",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a strategy to run instead of the shipped one; may be given again",
    )
    parser.add_argument(
        "--set",
        type=parse_setting,
        action="append",
        default=[],
        dest="settings",
        metavar="DAEMON.KEY=VALUE",
        help="a key of gateway's or order-manager's config, as in gateway.at_end=hold",
    )
    parser.add_argument(
        "--respawn", action="store_true", help="start again what died, instead of ending"
    )
    parser.add_argument(
        "--state-dir", type=Path, metavar="DIR", help="keep everything here and go on from it"
    )
    parser.add_argument("--json", action="store_true", help="the result as one line of JSON")


def run(args: argparse.Namespace) -> int:
    """Runs the stack until it is to end; the exit status. Raises OperatorFault, ControlFault."""
    try:
        stats = _run_in_directory(args)
    except ChildDied as death:
        operators_fault = death.exit_code == ExitStatus.OPERATOR_FAULT
        return _fail(
            str(death), ExitStatus.OPERATOR_FAULT if operators_fault else ExitStatus.REFUSED
        )
    except (Interrupted, KeyboardInterrupt):
        return _fail("interrupted", ExitStatus.INTERRUPTED)
    print(json.dumps(stats.as_dict()) if args.json else summary(stats))
    return ExitStatus.DONE


def _run_in_directory(args: argparse.Namespace) -> StackStats:
    screen = Screen()
    if args.state_dir is not None:
        return _run_with_files(
            args, StackFiles.create(args.state_dir.absolute(), reused=True), screen
        )
    root = Path(tempfile.mkdtemp(prefix="tradestack-"))
    try:
        return _run_with_files(args, StackFiles.create(root, reused=False), screen)
    finally:
        shutil.rmtree(root)


def _run_with_files(args: argparse.Namespace, files: StackFiles, screen: Screen) -> StackStats:
    config = stack_config(args, screen)
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
        screen.line("up", f"tradestackctl --runtime-dir {files.root}/run stats")
        await _wait_for_end(args, stack, interrupted, screen)
        stats = await _ask_all(stack)
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
    while (left_s := deadline_s - loop.time()) > 0:
        interval_s = END_CHECK_INTERVAL_S if args.until_end else min(left_s, SUMMARY_INTERVAL_S)
        await asyncio.wait(events, timeout=interval_s, return_when=asyncio.FIRST_COMPLETED)
        if stack.died.done():
            raise stack.died.result()
        if interrupted.done():
            if args.until_end:
                raise Interrupted
            return
        if args.until_end or screen.is_terminal:
            stats = await _ask(stack)
            if stats is not None and args.until_end and _is_over(stats):
                return
            if stats is not None and loop.time() >= summary_due_s:
                screen.summarise(summary(stats))
                summary_due_s += SUMMARY_INTERVAL_S


async def _ask(stack: Stack) -> StackStats | None:
    """None while a daemon that died is on its way back. Raises ChildDied, ControlFault."""
    try:
        return await stack.stats()
    except ControlFault:
        await asyncio.wait({stack.died}, timeout=DEATH_NEWS_TIMEOUT_S)
        if stack.died.done():
            raise stack.died.result() from None
        if stack.after_death is AfterDeath.RESPAWN:
            return None
        raise


async def _ask_all(stack: Stack) -> StackStats:
    while (stats := await _ask(stack)) is None:
        await asyncio.sleep(END_CHECK_INTERVAL_S)
    return stats


def _is_over(stats: StackStats) -> bool:
    fault = source_fault(stats)
    if fault is not None:
        raise OperatorFault("source", fault, "mend the file")
    return has_ended(stats)


def _interruption() -> "asyncio.Future[None]":
    """Done at the first SIGINT, SIGTERM or SIGHUP; the next one has its default effect."""
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
    starting: Coroutine[object, object, None], interrupted: "asyncio.Future[None]"
) -> None:
    task = asyncio.create_task(starting)
    await asyncio.wait({task, interrupted}, return_when=asyncio.FIRST_COMPLETED)
    if not task.done():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise Interrupted
    task.result()


def _fail(reason: str, status: int) -> int:
    sys.stderr.write(f"tradestackctl up: {reason}\n")
    return status
