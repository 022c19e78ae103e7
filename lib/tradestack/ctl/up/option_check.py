"""The values of --pace, --set and --strategy-config, checked before any daemon is started.

A fault names the option instead of the file that `up` writes for the daemon. A strategy is imported
by a process of its own.
"""

import argparse
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from tradestack.configs.gateway import GatewayConfig
from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.ctl.running_daemons import GATEWAY, ORDER_MANAGER
from tradestack.ctl.toml import config_text
from tradestack.ctl.up.stack import StackConfig
from tradestack.ctl.up.stack_files import read_strategy
from tradestack.domain.faults import OperatorFault
from tradestack.net.server.users import canonical_user
from tradestack.runtime.config.keys import parse_config
from tradestack.runtime.decided_keys import PASSWORD_KEY
from tradestack.runtime.process.inherited_limits import no_more_processes
from tradestack.trading.desk.epoch import INSTANCE_LENGTH_MAX

# Keys that bind the daemons of a stack to each other: another value would tear it apart.
SET_BY_UP = ("control_socket", "segment_suffix")
_CONFIGS = {GATEWAY: GatewayConfig, ORDER_MANAGER: OrderManagerConfig}
_INSTANCE = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.-]{{0,{INSTANCE_LENGTH_MAX - 1}}}", re.ASCII)


def check_options(args: argparse.Namespace, config: StackConfig) -> None:
    """Check what the options have set. Raises OperatorFault."""
    options = {GATEWAY: {"pace": "--pace"} if args.pace is not None else {}, ORDER_MANAGER: {}}
    for setting in args.settings:
        option = f"--set {setting.daemon}.{setting.key}"
        if setting.key in SET_BY_UP:
            remedy = "leave it out; --state-dir says where the files are"
            raise OperatorFault(option, "`up` sets this key itself", remedy)
        options[setting.daemon][setting.key] = option
    keys_of = {GATEWAY: config.gateway, ORDER_MANAGER: config.order_manager}
    for daemon, keys in keys_of.items():
        if options[daemon]:
            _check_keys(daemon, keys, options[daemon])
    _check_strategies(args.strategy_config)


def _check_keys(daemon: str, keys: Mapping[str, object], options: Mapping[str, str]) -> None:
    """Parse keys as the daemon does that is to be given them."""
    source = f"options of the {daemon}"
    try:
        parse_config(_CONFIGS[daemon], tomllib.loads(config_text(keys)), source=source)
    except OperatorFault as fault:
        places = {f"{source}: {key}": option for key, option in options.items()}
        where = places.get(fault.where, fault.where)
        raise OperatorFault(where, fault.problem, fault.remedy) from fault


def _check_strategies(paths: Sequence[Path]) -> None:
    instances: dict[str, Path] = {}
    users: dict[str, Path] = {}
    for path in paths:
        option = f"--strategy-config {path}"
        if _INSTANCE.fullmatch(path.stem) is None:
            raise OperatorFault(
                option,
                f"the instance is named after the file, and {path.stem!r} cannot be a name",
                f"rename the file: 1 to {INSTANCE_LENGTH_MAX} letters, digits and _ . -",
            )
        fault = _fault_in(path)
        # The instance logs in by the password that `up` makes for it.
        if fault is not None and fault.where != f"{path}: {PASSWORD_KEY}":
            where = fault.where.replace(str(path.absolute()), option)
            raise OperatorFault(where, fault.problem, fault.remedy)
        if (other := instances.setdefault(path.stem, path)) is not path:
            problem = f"the instance is named after the file, as is that of {other}"
            raise OperatorFault(option, problem, "rename one of the files")
        user = canonical_user(str(read_strategy(path)["user"]))
        if (other := users.setdefault(user, path)) is not path:
            problem = f"{user} is also the user of {other}"
            raise OperatorFault(f"{option}: user", problem, "give each strategy its own user")


def _fault_in(path: Path) -> OperatorFault | None:
    """Have a strategy's configuration checked, with its file; return what is refused."""
    program = str(Path(sys.executable).parent / "tradestack-strategy")
    command = [program, path.stem, "--config", str(path), "--check-config", "--json"]
    with tempfile.TemporaryFile("w+") as output:  # a pipe ends with the last process that has it
        try:
            process = subprocess.Popen(command, stdout=output, start_new_session=True)
        except BlockingIOError as error:
            raise no_more_processes() from error
        process.wait()
        with contextlib.suppress(ProcessLookupError):  # what a strategy's file has started
            os.killpg(process.pid, signal.SIGKILL)
        output.seek(0)
        printed = output.read()
    result, *_ = printed.splitlines() or [""]  # what a strategy's file prints at its end follows
    try:
        fault = json.loads(result)["fault"]
    except ValueError:
        problem = f"ended the check of its configuration with status {process.returncode}"
        raise OperatorFault(str(path), problem, "correct the strategy that it names") from None
    return None if fault is None else OperatorFault(**fault)
