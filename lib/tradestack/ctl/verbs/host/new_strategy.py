"""Write a strategy to begin with: its class, its configuration and its tests.

NAME.py has a small strategy with comments, NAME.toml its parameters, test_NAME.py tests that need
no feed. Nothing is overwritten. The commands to try it are printed: its tests, a backtest on the
sample data, and, as root, an instance of its own in the installation.

examples:
  tradestackctl new-strategy mine
  tradestackctl new-strategy mean-back --directory strategies
"""

import argparse
import importlib.util
import shlex
import shutil
import sys
from pathlib import Path

from tradestack.ctl.arguments import StorePath
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.owner import as_owner_of
from tradestack.ctl.installation.strategy_name import new_strategy_name
from tradestack.ctl.strategies.first_strategy import file_names, write_first_strategy
from tradestack.domain.faults import OperatorFault
from tradestack.store.free_space import OTHER_DISK, full_disk_explained
from tradestack.strategies.registry import SHIPPED

PROGRAM = "tradestackctl"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", metavar="NAME", help="name of the strategy: a-z, 0-9, - and _")
    parser.add_argument(
        "--directory",
        type=Path,
        action=StorePath,
        default=Path(),
        metavar="DIR",
        help="where to write the files (default: the current directory)",
    )


def run(args: argparse.Namespace) -> int:
    """Write the files and say how to go on."""
    name, directory = new_strategy_name(args.name), args.directory
    if name in SHIPPED:
        raise OperatorFault(
            f"strategy {name!r}", "a shipped one has this name", "choose another name"
        )
    names = file_names(name)
    directory.mkdir(parents=True, exist_ok=True)
    for path in (directory / each for each in names):
        if path.exists() or path.is_symlink():
            raise OperatorFault(str(path), "already exists", "choose another name or --directory")
    with as_owner_of(directory), full_disk_explained(directory, OTHER_DISK):
        write_first_strategy(name, directory)
    for each in names:
        print(f"wrote {directory / each}", file=sys.stderr)
    file, _, test_file = (shlex.quote(str(directory / each)) for each in names)
    python = shlex.quote(sys.executable)
    if importlib.util.find_spec("pytest") is None:
        print(f"pytest is missing: {python} -m pip install pytest", file=sys.stderr)
    print(f"{python} -m pytest {test_file}")
    print(f"{shlex.quote(_program())} backtest {file}")
    print(f"sudo tradestackctl add-strategy {name} {file}")
    return ExitStatus.DONE


def _program() -> str:
    """Return what to call this program by: its path where a shell would not find it."""
    beside = Path(sys.executable).with_name(PROGRAM)
    return PROGRAM if shutil.which(PROGRAM) or not beside.exists() else str(beside)
