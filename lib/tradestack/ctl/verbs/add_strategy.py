"""Adds a strategy instance: config, password, login at the servers; then enables and starts it.

The config begins as a copy of that of the strategy news (--like says another) with a user of its
own; edit it, then `systemctl restart tradestack-strategy@NAME`. What is written:

  /etc/tradestack/strategy/NAME.toml           the config
  /etc/tradestack/credentials/NAME.password    its password, for root alone
  /etc/tradestack/users                        a salted hash of it, for the servers

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
from tradestack.ctl.places import Places, chosen_places, need_directory
from tradestack.ctl.places import add_arguments as add_place_arguments
from tradestack.ctl.secret_file import new_password, write_secret
from tradestack.ctl.strategy_name import strategy_name
from tradestack.domain.faults import OperatorFault
from tradestack.net.server.users import Users, canonical_user, new_salt, users_line
from tradestack.wire.soup import USER_LENGTH_MAX

CONFIG_MODE = 0o644
PASSWORD_MODE = 0o600
CREDENTIALS_MODE = 0o700
SERVERS = ("gateway", "order-manager")
_USER_LINE = re.compile(r"^user\s*=.*$", re.MULTILINE)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments."""
    parser.add_argument("name", metavar="NAME", help="of the instance: a-z, 0-9, - and _")
    parser.add_argument("--login", metavar="USER", help="at the servers; else made from NAME")
    parser.add_argument(
        "--like", default="news", metavar="NAME", help="whose config to copy (news)"
    )
    parser.add_argument("--no-start", action="store_true", help="write the files, start nothing")
    add_place_arguments(parser)


def run(args: argparse.Namespace) -> int:
    places = chosen_places(args)
    name = strategy_name(args.name)
    need_directory(places.config / "strategy", "--config-dir")
    user = _write_files(places, name, args)
    print(f"{places.config}/strategy/{name}.toml written; user {user}", file=sys.stderr)
    if args.no_start or not places.is_live():
        print(f"start it: systemctl enable --now tradestack-strategy@{name}", file=sys.stderr)
        return ExitStatus.DONE
    servers = (f"tradestack-{server}.service" for server in SERVERS)
    places.tell_systemd("try-reload-or-restart", *servers)  # they read their users anew
    places.tell_systemd("enable", "--now", f"tradestack-strategy@{name}.service")
    return ExitStatus.DONE


def _write_files(places: Places, name: str, args: argparse.Namespace) -> str:
    """The user's name. The config comes last: as long as it is not there, one may try again."""
    config_file = places.config / "strategy" / f"{name}.toml"
    if config_file.exists():
        raise OperatorFault(str(config_file), "is there already", "choose another name, or edit it")
    template = places.config / "strategy" / f"{strategy_name(args.like)}.toml"
    users_files = sorted({_users_file(places, server) for server in SERVERS})
    taken = {user for path in users_files for user in Users.load(path).hashes}
    user = _free_user(args.login or name, taken, is_given=args.login is not None)
    config = _config_for(template, name, user)
    password = new_password()
    line = users_line(user, password, salt=new_salt())
    credentials = places.config / "credentials"
    credentials.mkdir(mode=CREDENTIALS_MODE, exist_ok=True)
    write_secret(credentials / f"{name}.password", f"{password}\n", mode=PASSWORD_MODE)
    for path in users_files:
        before = path.read_text(encoding="utf-8")
        separator = "" if before.endswith("\n") or not before else "\n"
        mode = path.stat().st_mode & 0o777
        write_secret(path, f"{before}{separator}{line}", mode=mode, like=path)
    write_secret(config_file, config, mode=CONFIG_MODE)
    config_file.chmod(CONFIG_MODE)  # whatever the umask is: it holds no secret
    return user


def _users_file(places: Places, server: str) -> Path:
    """Where the server's config says it is."""
    config_file = places.config / f"{server}.toml"
    try:
        values = tomllib.loads(config_file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise OperatorFault(str(config_file), str(error), "mend it first") from None
    return Path(values.get("users_file", places.config / "users"))


def _free_user(wanted: str, taken: Container[str], *, is_given: bool) -> str:
    """The name itself when it is given; else the first of news, news2, news3 … that is free."""
    if is_given:
        user = canonical_user(wanted)
        if user in taken:
            raise OperatorFault(
                f"user {user}", "is taken (upper and lower case are the same)", "choose another"
            )
        if not 0 < len(user) <= USER_LENGTH_MAX or not user.isalnum() or not user.isascii():
            raise OperatorFault(
                f"user {user!r}",
                "cannot log in",
                f"allowed are 1 to {USER_LENGTH_MAX} letters and digits",
            )
        return user
    letters = re.sub(r"[^a-z0-9]", "", wanted)
    for number in range(1, 1000):
        suffix = "" if number == 1 else str(number)
        user = letters[: USER_LENGTH_MAX - len(suffix)] + suffix
        if user not in taken:
            return user
    raise OperatorFault(f"user {letters}", "is taken in every form", "name one with --login")


def _config_for(template: Path, name: str, user: str) -> str:
    """The template's text, with another user, and another name where it names itself."""
    try:
        text = template.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise OperatorFault(str(template), "no such file", "name another with --like") from None
    old = template.stem
    for place in ('instance "{}"', "@{}.service", "strategy/{}.toml", "credentials/{}.password"):
        text = text.replace(place.format(old), place.format(name))
    text, count = _USER_LINE.subn(f'user = "{user}"', text)
    if count != 1:
        raise OperatorFault(str(template), f"has {count} lines with user =", "mend it first")
    return text
