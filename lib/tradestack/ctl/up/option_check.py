"""The values of --pace and --set, checked by the daemons that know them before any is started.

A daemon's message names the file that `up` has written; it is given with the option instead.
"""

import argparse
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tradestack.ctl.running_daemons import GATEWAY, ORDER_MANAGER
from tradestack.ctl.up.stack import StackConfig
from tradestack.ctl.up.stack_files import StackFiles
from tradestack.domain.faults import OperatorFault
from tradestack.runtime.inherited_limits import no_more_processes

_NAME = "check"  # of the file that is written to be checked


def check_options(args: argparse.Namespace, files: StackFiles, config: StackConfig) -> None:
    """Have the daemons check the keys that options have set. Raises OperatorFault."""
    options = {
        GATEWAY: {"pace": "--pace"} if args.pace is not None else {},
        ORDER_MANAGER: {},
    }
    for setting in args.settings:
        options[setting.daemon][setting.key] = f"--set {setting.daemon}.{setting.key}"
    keys_of = {GATEWAY: config.gateway, ORDER_MANAGER: config.order_manager}
    for daemon, keys in keys_of.items():
        if options[daemon]:
            _check(daemon, keys, options[daemon], files)


def _check(
    daemon: str, keys: Mapping[str, object], options: Mapping[str, str], files: StackFiles
) -> None:
    path = files.write_config(_NAME, keys)
    program = Path(sys.executable).parent / f"tradestack-{daemon}"
    try:
        done = subprocess.run(
            [program, "--config", path, "--check-config"],
            check=False,
            capture_output=True,
            text=True,
        )
    except BlockingIOError as error:
        raise no_more_processes() from error
    finally:
        path.unlink()
    if done.returncode == 0:
        return
    last_line = done.stderr.rstrip().rpartition("\n")[2]
    message = last_line.rpartition(f" {path}: ")[2]
    key, _, reason = message.partition(": ")
    problem, _, remedy = reason.partition("; ")
    where = options.get(key, f"configuration of {daemon}: {key}")
    raise OperatorFault(where, problem, remedy or "correct it")
