"""A run of the stack in the foreground, from its directory to its result.

options checked ─► leftovers of others removed ─► directory, claimed ─► run ─► directory kept
or deleted
"""

import argparse
import asyncio
import shutil
from pathlib import Path

from tradestack.ctl.up.claim import claimed, daemons_run, remove_abandoned
from tradestack.ctl.up.machine_check import (
    check_machine,
    check_space,
    faults_of,
    leave_deleted_directory,
    make_temporary_directory,
)
from tradestack.ctl.up.option_check import check_options
from tradestack.ctl.up.options import stack_config
from tradestack.ctl.up.run import Run
from tradestack.ctl.up.run_counts import RunResult
from tradestack.ctl.up.screen import Screen
from tradestack.ctl.up.stack import StackConfig
from tradestack.ctl.up.stack_files import StackFiles
from tradestack.domain.faults import OperatorFault
from tradestack.wire.feed import TICK_PACKET_LENGTH


def run_foreground(args: argparse.Namespace) -> RunResult:
    """Run the stack until it is to end, and return its result.

    Raises Interrupted, ChildDied, OperatorFault, ControlFault.
    """
    check_machine()
    screen = Screen(is_verbose=args.verbose)
    config = stack_config(args, screen)
    check_options(args, config)
    for directory in remove_abandoned():
        screen.line(f"removed {directory}, left by a run that was killed")
    if args.state_dir is not None:
        return _run_kept(args, config, args.state_dir.absolute(), screen)
    root = make_temporary_directory()
    try:
        files = StackFiles.create(root, reused=False)
        with claimed(files, is_temporary=True):
            result = _run_in(files, args, config, screen)
        screen.line(f"the files in {root} are deleted; --state-dir DIR would keep them")
        return result
    finally:
        shutil.rmtree(root)


def _run_kept(
    args: argparse.Namespace, config: StackConfig, root: Path, screen: Screen
) -> RunResult:
    was_used = (root / "lock").exists()
    files = StackFiles.create(root, reused=True)
    if args.fresh and was_used:
        _begin_anew(files)
    elif files.feed_logs:
        screen.line(f"going on in {root} after {_earlier(files)}; --fresh would begin anew")
    with claimed(files, is_temporary=False):
        result = _run_in(files, args, config, screen)
    screen.line(f"the files are kept in {root}")
    return result


def _run_in(
    files: StackFiles, args: argparse.Namespace, config: StackConfig, screen: Screen
) -> RunResult:
    try:
        with faults_of(files.root):
            for server_keys in (config.gateway, config.order_manager):
                check_space(files.root, server_keys)
            leave_deleted_directory()
            return asyncio.run(_play(files, args, config, screen))
    finally:
        files.clean_up()
        screen.close()


async def _play(
    files: StackFiles, args: argparse.Namespace, config: StackConfig, screen: Screen
) -> RunResult:
    return await Run(args, files, config, screen).execute()


def _begin_anew(files: StackFiles) -> None:
    if daemons_run(files.root):
        problem = "daemons of an earlier run still run in it"
        raise OperatorFault(str(files.root), problem, "wait until they have ended")
    try:
        files.begin_anew()
    except OSError as error:
        raise OperatorFault(
            str(error.filename), error.strerror or str(error), "delete it yourself"
        ) from error


def _earlier(files: StackFiles) -> str:
    """Return what earlier runs have left, in words."""
    logs = files.feed_logs
    ticks = sum(path.stat().st_size for path in logs) // TICK_PACKET_LENGTH
    sessions = "1 session" if len(logs) == 1 else f"{len(logs)} sessions"
    return f"{sessions} with {ticks:,} ticks"
