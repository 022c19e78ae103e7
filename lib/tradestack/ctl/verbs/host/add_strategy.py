"""Create a strategy instance with a user and password of its own, then enable and start it.

The configuration is a copy of another instance's (`news`, or the one that --like names) with a
different user. Edit it, then run `systemctl restart tradestack-strategy@NAME`. Files written:

  /etc/tradestack/strategy/NAME.toml           the configuration
  /etc/tradestack/credentials/NAME.password    the password, readable by root only
  /etc/tradestack/users                        a salted hash of the password, for the servers

examples:
  tradestackctl add-strategy momentum
  tradestackctl add-strategy hedge --login hedge1 --no-start
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Container
from pathlib import Path

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.credentials import password_file, write_password
from tradestack.ctl.installation.installation import Installation, require_directory
from tradestack.ctl.installation.installation import add_arguments as add_installation_arguments
from tradestack.ctl.installation.owner import require_own
from tradestack.ctl.installation.secret_file import write_secret
from tradestack.ctl.installation.strategy_name import strategy_name
from tradestack.ctl.running_daemons import GATEWAY, ORDER_MANAGER
from tradestack.domain.faults import OperatorFault
from tradestack.net.server.users import Users, canonical_user, new_salt, users_line
from tradestack.wire.soup import USER_LENGTH_MAX

CONFIG_MODE = 0o644
SERVERS = (GATEWAY, ORDER_MANAGER)
USER_NUMBER_MAX = 999  # tried as suffixes of a user name that is taken
_USER_LINE = re.compile(r"^user\s*=.*$", re.MULTILINE)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", metavar="NAME", help="name of the instance: a-z, 0-9, - and _")
    parser.add_argument(
        "--login",
        metavar="USER",
        help="user name at the servers (default: derived from NAME)",
    )
    parser.add_argument(
        "--like",
        default="news",
        metavar="NAME",
        help="instance whose configuration is copied (default: news)",
    )
    parser.add_argument(
        "--no-start", action="store_true", help="only write the files; start nothing"
    )
    add_installation_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Write the files and start the instance."""
    installation = Installation.of(args)
    name = strategy_name(args.name)
    require_directory(installation.config / "strategy", "--config-dir")
    user = _write_files(installation.config, name, args)
    print(f"wrote {installation.config}/strategy/{name}.toml; user {user}", file=sys.stderr)
    if args.no_start or not installation.has_systemd():
        print(f"to start it: systemctl enable --now tradestack-strategy@{name}", file=sys.stderr)
        return ExitStatus.DONE
    servers = (f"tradestack-{server}.service" for server in SERVERS)
    # The servers read the users file again.
    installation.run_systemctl("try-reload-or-restart", *servers)
    installation.run_systemctl("enable", "--now", f"tradestack-strategy@{name}.service")
    return ExitStatus.DONE


def _write_files(config: Path, name: str, args: argparse.Namespace) -> str:
    """Write all files and return the user's name.

    The configuration is written last: until it exists, the command can be repeated.
    """
    config_file = config / "strategy" / f"{name}.toml"
    if config_file.exists():
        raise OperatorFault(
            str(config_file), "already exists", "choose another name, or edit the file"
        )
    template = config / "strategy" / f"{strategy_name(args.like)}.toml"
    users_files = sorted({_users_file(config, server) for server in SERVERS})
    for path in users_files:
        require_own(path.parent)
    taken = {user for path in users_files for user in Users.load(path).hashes}
    user = _checked_user(args.login, taken) if args.login is not None else _free_user(name, taken)
    text = _config_for(template, name, user)
    line = users_line(user, write_password(password_file(config, name)), salt=new_salt())
    for path in users_files:
        users = path.read_text(encoding="utf-8")
        separator = "" if users.endswith("\n") or not users else "\n"
        mode = path.stat().st_mode & 0o777
        write_secret(path, f"{users}{separator}{line}", mode=mode, like=path)
    write_secret(config_file, text, mode=CONFIG_MODE)
    config_file.chmod(CONFIG_MODE)  # regardless of the umask: it contains no secret
    return user


def _users_file(config: Path, server: str) -> Path:
    """Return the users file that a server's configuration names."""
    config_file = config / f"{server}.toml"
    try:
        values = tomllib.loads(config_file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise OperatorFault(str(config_file), str(error), "fix the file first") from None
    return Path(values.get("users_file", config / "users"))


def _checked_user(text: str, taken: Container[str]) -> str:
    """Return the name that --login gives; raise OperatorFault if it cannot be used."""
    user = canonical_user(text)
    if user in taken:
        raise OperatorFault(
            f"user {user}", "already exists (names are not case-sensitive)", "choose another name"
        )
    if not 0 < len(user) <= USER_LENGTH_MAX or not user.isalnum() or not user.isascii():
        raise OperatorFault(
            f"user {user!r}",
            "not a valid user name",
            f"use 1 to {USER_LENGTH_MAX} letters and digits",
        )
    return user


def _free_user(name: str, taken: Container[str]) -> str:
    """Return the first of news, news2, news3, … (for a strategy `news`) that is not taken."""
    letters = re.sub(r"[^a-z0-9]", "", name)
    for number in range(1, USER_NUMBER_MAX + 1):
        suffix = "" if number == 1 else str(number)
        user = letters[: USER_LENGTH_MAX - len(suffix)] + suffix
        if user not in taken:
            return user
    raise OperatorFault(f"user {letters}", "all variants are taken", "choose a name with --login")


def _config_for(template: Path, name: str, user: str) -> str:
    """Return the template's text with the user replaced, and the instance where it is named."""
    try:
        text = template.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise OperatorFault(
            str(template), "no such file", "choose another instance with --like"
        ) from None
    places = rf'(instance "|@|strategy/|credentials/){re.escape(template.stem)}(?![a-z0-9_-])'
    text = re.sub(places, rf"\g<1>{name}", text)
    text, count = _USER_LINE.subn(f'user = "{user}"', text)
    if count != 1:
        raise OperatorFault(
            str(template),
            f"{count} lines set `user`",
            "edit the file so that exactly one line does",
        )
    return text
