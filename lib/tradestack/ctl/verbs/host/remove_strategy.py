"""Stop and disable a strategy instance; delete its configuration, password and user.

Its copy of a file and its packages are deleted too, unless another instance uses them, and so are
the statistics that it has recorded for reports. Its orders stay in the order journals and in
order_log.txt.

example:
  tradestackctl remove-strategy momentum
"""

import argparse
import sys

from tradestack.ctl.arguments import StoreInstance
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.credentials import password_file
from tradestack.ctl.installation.installation import Installation, require_directory
from tradestack.ctl.installation.installation import add_arguments as add_installation_arguments
from tradestack.ctl.installation.server_users import reload_servers, remove_user, users_files
from tradestack.ctl.installation.strategy_name import strategy_name
from tradestack.ctl.strategies.instances import (
    instances_of,
    remove_what_none_uses,
    require_instance,
    user_of,
)
from tradestack.ctl.strategies.recorded_statistics import remove_statistics
from tradestack.ctl.strategies.source_file import copy_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", action=StoreInstance, metavar="NAME", help="name of the instance")
    add_installation_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Stop the instance, then remove what it has."""
    installation = Installation.of(args)
    name = strategy_name(args.name)
    require_directory(installation.config / "strategy", "--config-dir")
    config_file = require_instance(installation, name)
    user = user_of(config_file)
    files = users_files(installation.config)
    if installation.has_systemd():
        unit = f"tradestack-strategy@{name}.service"
        installation.run_systemctl("disable", "--now", "--quiet", unit)
        installation.forget(unit)
    if instances_of(installation, user) == [name]:
        remove_user(files, user)
    password_file(installation.config, name).unlink(missing_ok=True)
    config_file.unlink()
    print(f"removed {config_file} and user {user}", file=sys.stderr)
    for trader in remove_what_none_uses(installation, name):
        print(f"kept {copy_of(installation, name)}: {trader} trades by it", file=sys.stderr)
    if installation.has_systemd():
        reload_servers(installation)
    kept = remove_statistics(installation.state, name)
    if kept is not None:
        print(f"kept {kept}: it has files that are no statistics", file=sys.stderr)
    return ExitStatus.DONE
