"""Remove a user of add-user: it cannot log in any more, and its connections are closed.

For that both servers are restarted; their ports stay open, and all other clients go on where they
were. Orders of the user that work are left working: cancel them before, as the first example does.

examples:
  sudo tradestackctl trading halted --cancel --user desk2 --reason "leaves"
  tradestackctl remove-user desk2
"""

import argparse
import sys

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.installation import Installation, require_directory
from tradestack.ctl.installation.installation import add_arguments as add_installation_arguments
from tradestack.ctl.installation.server_users import (
    remove_user,
    restart_servers,
    users_files,
    users_in,
)
from tradestack.ctl.strategies.instances import instances_of
from tradestack.domain.faults import OperatorFault
from tradestack.net.server.users import canonical_user


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", metavar="NAME", help="name of the user, upper or lower case")
    add_installation_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Remove the user, and restart the servers."""
    installation = Installation.of(args)
    require_directory(installation.config, "--config-dir")
    files = users_files(installation.config)
    user, known = canonical_user(args.name), users_in(files)
    if user not in known:
        remedy = f"name one of these: {', '.join(sorted(known)) or 'there is none'}"
        raise OperatorFault(f"user {args.name}", "no such user", remedy)
    for instance in instances_of(installation, user):
        remedy = f"remove both with: tradestackctl remove-strategy {instance}"
        raise OperatorFault(f"user {user}", f"is that of the strategy {instance}", remedy)
    remove_user(files, user)
    print(f"removed user {user}", file=sys.stderr)
    if installation.has_systemd():
        restart_servers(installation)
    return ExitStatus.DONE
