"""Add a user that can log in to the servers, for a program of your own; print its password.

With --read-only, the user can follow the feed, but not enter orders. The password is shown this
once: the servers keep a hash of it only. A strategy gets its user from add-strategy.

examples:
  sudo tradestackctl add-user me --read-only
  tradestackctl add-user desk2
  tradestackctl add-user me --config-dir DIR/etc     of `up --state-dir DIR`; then `reload`
"""

import argparse
import sys

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.installation import Installation, require_directory
from tradestack.ctl.installation.installation import add_arguments as add_installation_arguments
from tradestack.ctl.installation.secret_file import new_password
from tradestack.ctl.installation.server_users import (
    add_line,
    checked_user,
    reload_servers,
    users_files,
    users_in,
)
from tradestack.net.server.users import new_salt, users_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", metavar="NAME", help="1 to 6 letters and digits")
    parser.add_argument("--read-only", action="store_true", help="no orders, only the feed")
    add_installation_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Write the user and print the password."""
    installation = Installation.of(args)
    require_directory(installation.config, "--config-dir")
    files = users_files(installation.config)
    user = checked_user(args.name, users_in(files))
    password = new_password()
    add_line(files, users_line(user, password, salt=new_salt(), may_trade=not args.read_only))
    right = "may follow the feed" if args.read_only else "may follow the feed and enter orders"
    print(f"user {user} {right}, with this password:", file=sys.stderr)
    print(password, flush=True)
    if installation.has_systemd():
        reload_servers(installation)
    return ExitStatus.DONE
