"""A run of the stack in the foreground, from its directory to its result.

options checked ─► leftovers of others removed ─► directory, claimed ─► run ─► files examined
─► directory kept or deleted
"""

import argparse
import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tradestack.ctl.up.claim import claimed, daemons_run, remove_abandoned
from tradestack.ctl.up.display.run_counts import RunResult
from tradestack.ctl.up.display.screen import Screen
from tradestack.ctl.up.machine_check import (
    check_machine,
    check_space,
    faults_of,
    leave_deleted_directory,
    make_temporary_directory,
)
from tradestack.ctl.up.option_check import check_options
from tradestack.ctl.up.options import stack_config
from tradestack.ctl.up.page import require_web, served_page
from tradestack.ctl.up.run import Disturb, Run
from tradestack.ctl.up.stack import StackConfig
from tradestack.ctl.up.stack_files import StackFiles
from tradestack.domain.faults import OperatorFault
from tradestack.runtime.process.inherited_limits import FILE_SIZE, OPEN_FILES, check_limit
from tradestack.wire.feed import TICK_PACKET_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What else is done with a run: to the stack once it runs, and with its files at the end."""

    disturb: Disturb | None = None
    examine: Callable[[StackFiles], None] = lambda _files: None


def checked_config(args: argparse.Namespace, screen: Screen) -> StackConfig:
    """Return the configuration that the options describe, once all of them are checked.

    Raises OperatorFault.
    """
    check_limit(OPEN_FILES)
    check_limit(FILE_SIZE)
    check_machine()
    if args.web is not None:
        require_web()
    config = stack_config(args, screen)
    check_options(args, config)
    return config


def run_foreground(
    args: argparse.Namespace, config: StackConfig, screen: Screen, errand: Errand | None = None
) -> RunResult:
    """Run the stack until it is to end, and return its result.

    Raises Interrupted, StrategyPaused, ChildDied, OperatorFault, ControlFault.
    """
    for directory in remove_abandoned():
        screen.line(f"removed {directory}, left by a run that was killed")
    foreground = _Foreground(args, config, screen, errand or Errand())
    if args.state_dir is not None:
        return foreground.run_kept(args.state_dir.absolute())
    return foreground.run_temporary()


class _Foreground:
    """A run whose options are checked."""

    def __init__(
        self, args: argparse.Namespace, config: StackConfig, screen: Screen, errand: Errand
    ) -> None:
        self._args = args
        self._config = config
        self._screen = screen
        self._errand = errand

    def run_temporary(self) -> RunResult:
        """Run in a directory that is deleted at the end."""
        root = make_temporary_directory()
        try:
            files = StackFiles.create(root, reused=False)
            with claimed(files, is_temporary=True):
                result = self._run_in(files)
            self._screen.line(f"the files in {root} are deleted; --state-dir DIR would keep them")
            return result
        finally:
            shutil.rmtree(root)

    def run_kept(self, root: Path) -> RunResult:
        """Run in this directory, which stays."""
        was_used = (root / "lock").exists()
        files = StackFiles.create(root, reused=True)
        if self._args.fresh and was_used:
            _begin_anew(files)
        elif files.feed_logs:
            earlier = _earlier(files)
            self._screen.line(f"going on in {root} after {earlier}; --fresh would begin again")
        with claimed(files, is_temporary=False):
            result = self._run_in(files)
        self._screen.line(f"the files are kept in {root}")
        return result

    def _run_in(self, files: StackFiles) -> RunResult:
        try:
            with faults_of(files.root):
                for server_keys in (self._config.gateway, self._config.order_manager):
                    check_space(files.root, server_keys)
                leave_deleted_directory()
                result = asyncio.run(self._play(files))
                self._errand.examine(files)
                return result
        finally:
            files.clean_up()
            self._screen.close()

    async def _play(self, files: StackFiles) -> RunResult:
        run = Run(self._args, files, self._config, self._screen, self._errand.disturb)
        async with served_page(self._args.web, files, self._screen):
            return await run.execute()


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
