"""The recorded session that a verb reads, and --state-dir, the directory of its files."""

import argparse
from pathlib import Path

from tradestack.ctl.arguments import StorePath
from tradestack.ctl.own_command import is_users_command
from tradestack.net.control.place import RUNTIME_DIRECTORY
from tradestack.report.files.state_files import StateFiles

SYSTEMS_STATE = Path("/var/lib/tradestack")
USERS_STATE = Path(".local/state/tradestack")  # in the home directory: install.sh --user


def add_state_option(parser: argparse.ArgumentParser) -> None:
    """Declare --state-dir."""
    parser.add_argument(
        "--state-dir",
        type=Path,
        action=StorePath,
        metavar="DIR",
        help="read the files of `tradestackctl up --state-dir DIR`, or of a directory that has "
        f"gateway and order-manager, such as a copy (default: {SYSTEMS_STATE})",
    )


def add_recorded_session(parser: argparse.ArgumentParser) -> None:
    """Declare SESSION and --state-dir."""
    parser.add_argument(
        "session",
        nargs="?",
        metavar="SESSION",
        help="id of a feed session (default: the newest that is kept)",
    )
    add_state_option(parser)


def state_directory(args: argparse.Namespace) -> Path:
    """Return --state-dir, or that of the stack of --runtime-dir, or of the installation."""
    given: Path | None = args.state_dir or _beside(getattr(args, "runtime_dir", None))
    if given is not None:
        return given
    users = Path.home() / USERS_STATE
    is_users = users.is_dir() and (is_users_command() or not SYSTEMS_STATE.is_dir())
    return users if is_users else SYSTEMS_STATE


def state_files(args: argparse.Namespace) -> StateFiles:
    """Return the files of that directory. Raises OperatorFault."""
    return StateFiles.in_directory(state_directory(args))


def _beside(runtime: Path | None) -> Path | None:
    """Return the directory of `up` whose sockets are in `runtime`; None for an installation."""
    return None if runtime in (None, RUNTIME_DIRECTORY) else runtime.absolute().parent
