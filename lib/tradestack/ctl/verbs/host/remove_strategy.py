"""Stop and disable a strategy instance; delete its configuration, password and user.

Its orders stay in the order journals and in order_log.txt.

example:
  tradestackctl remove-strategy momentum
"""

import argparse
import sys
import tomllib
from pathlib import Path

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.credentials import password_file
from tradestack.ctl.installation.installation import Installation, require_directory
from tradestack.ctl.installation.installation import add_arguments as add_installation_arguments
from tradestack.ctl.installation.server_users import reload_servers, remove_user, users_files
from tradestack.ctl.installation.strategy_name import strategy_name
from tradestack.domain.faults import OperatorFault
from tradestack.net.server.users import canonical_user


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", metavar="NAME", help="name of the instance")
    add_installation_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Stop the instance, then remove what it has."""
    installation = Installation.of(args)
    name = strategy_name(args.name)
    directory = installation.config / "strategy"
    require_directory(directory, "--config-dir")
    config_file = directory / f"{name}.toml"
    if not config_file.exists():
        others = ", ".join(sorted(path.stem for path in directory.glob("*.toml")))
        raise OperatorFault(str(config_file), "no such file", f"name one of these: {others}")
    user = _user_of(config_file)
    files = users_files(installation.config)
    if installation.has_systemd():
        unit = f"tradestack-strategy@{name}.service"
        installation.run_systemctl("disable", "--now", unit)
        installation.forget(unit)
    if not any(
        _user_of(other) == user for other in directory.glob("*.toml") if other != config_file
    ):
        remove_user(files, user)
    password_file(installation.config, name).unlink(missing_ok=True)
    config_file.unlink()
    print(f"removed {config_file} and user {user}", file=sys.stderr)
    if installation.has_systemd():
        reload_servers(installation)
    return ExitStatus.DONE


def _user_of(config_file: Path) -> str:
    """Return the user of an instance; raise OperatorFault."""
    try:
        values = tomllib.loads(config_file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise OperatorFault(str(config_file), str(error), "fix the file first") from None
    return canonical_user(str(values.get("user", config_file.stem)))
