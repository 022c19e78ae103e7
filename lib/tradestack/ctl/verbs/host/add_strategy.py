"""Create a strategy instance with a user and password of its own; start it if it is another one.

The configuration is a copy of another instance's (`news`, or the one that --like names) with a
different user, and with STRATEGY, symbols and quantity if they are given. It is started if strategy
or symbols are others, or with --start: a mere copy would send each order of the first one again.
Edit it and run `tradestackctl start NAME`. Files written:

  /etc/tradestack/strategy/NAME.toml           the configuration
  /etc/tradestack/credentials/NAME.password    the password, readable by root only
  /etc/tradestack/users                        a salted hash of the password, for the servers

examples:
  tradestackctl add-strategy momentum crossover --quantity 5
  tradestackctl add-strategy banks --symbols JPM,GS
  tradestackctl add-strategy hedge --login hedge1 --no-start
"""

import argparse
import re
import sys
from collections.abc import Container
from pathlib import Path

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.config_key import with_key
from tradestack.ctl.installation.credentials import password_file, write_password
from tradestack.ctl.installation.installation import Installation, require_directory
from tradestack.ctl.installation.installation import add_arguments as add_installation_arguments
from tradestack.ctl.installation.secret_file import write_secret
from tradestack.ctl.installation.server_users import (
    add_line,
    checked_user,
    reload_servers,
    users_files,
    users_in,
)
from tradestack.ctl.installation.strategy_name import strategy_name
from tradestack.domain.faults import OperatorFault
from tradestack.domain.fixed_point import parse_fixed
from tradestack.domain.symbol import is_symbol
from tradestack.net.server.users import new_salt, users_line
from tradestack.strategies.registry import SHIPPED
from tradestack.wire.soup import USER_LENGTH_MAX

CONFIG_MODE = 0o644
USER_NUMBER_MAX = 999  # tried as suffixes of a user name that is taken
_PARAMETER_LINE = re.compile(r"^(\w+\s*=)", re.MULTILINE)
_USER_LINE = re.compile(r"^user\s*=.*$", re.MULTILINE)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", metavar="NAME", help="name of the instance: a-z, 0-9, - and _")
    parser.add_argument(
        "strategy",
        nargs="?",
        metavar="STRATEGY",
        help=f"{', '.join(SHIPPED)}, or module:Class (default: that of --like)",
    )
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
        "--symbols", type=_symbols, metavar="SYMBOL,…", help="the symbols that it trades"
    )
    parser.add_argument("--quantity", type=_quantity, metavar="NUMBER", help="of each order")
    starts = parser.add_mutually_exclusive_group()
    starts.add_argument("--start", action="store_true", help="start it in any case")
    starts.add_argument(
        "--no-start", action="store_true", help="only write the files; start nothing"
    )
    add_installation_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Write the files and start the instance."""
    installation = Installation.of(args)
    name = strategy_name(args.name)
    require_directory(installation.config / "strategy", "--config-dir")
    user = _write_files(installation.config, name, args)
    config_file = installation.config / "strategy" / f"{name}.toml"
    print(f"wrote {config_file}; user {user}", file=sys.stderr)
    is_copy = args.strategy is None and args.symbols is None
    if args.no_start or not installation.has_systemd() or (is_copy and not args.start):
        if is_copy:
            print(f"it trades as {args.like} does: edit strategy, symbols or", file=sys.stderr)
            print(f"[parameters] in {config_file} first", file=sys.stderr)
        print(f"to start it: systemctl enable --now tradestack-strategy@{name}", file=sys.stderr)
        if installation.has_systemd():
            reload_servers(installation)
        return ExitStatus.DONE
    reload_servers(installation)
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
    files = users_files(config)
    taken = users_in(files)
    user = checked_user(args.login, taken) if args.login is not None else _free_user(name, taken)
    text = _changed(_config_for(template, name, user), args, str(template))
    add_line(files, users_line(user, write_password(password_file(config, name)), salt=new_salt()))
    write_secret(config_file, text, mode=CONFIG_MODE)
    config_file.chmod(CONFIG_MODE)  # regardless of the umask: it contains no secret
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


def _changed(text: str, args: argparse.Namespace, where: str) -> str:
    """Set what the arguments give. Parameters of another strategy get their defaults."""
    name = SHIPPED.get(args.strategy, args.strategy)
    if name is not None and f'strategy = "{name}"' not in text:
        text = with_key(text, "strategy", name, where=where)
        before, section, parameters = text.partition("[parameters]")
        text = before + section + _PARAMETER_LINE.sub(r"#\1", parameters)
    if args.symbols is not None:
        text = with_key(text, "symbols", args.symbols, where=where)
    if args.quantity is not None:
        text = with_key(text, "quantity", args.quantity, where=where)
    return text


def _symbols(text: str) -> list[str]:
    symbols = [symbol for symbol in text.split(",") if symbol]
    for symbol in symbols:
        if not is_symbol(symbol):
            raise argparse.ArgumentTypeError(f"{symbol!r} is not a symbol")
    if not symbols:
        raise argparse.ArgumentTypeError("no symbol is named")
    return symbols


def _quantity(text: str) -> str:
    try:
        quantity = parse_fixed(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if quantity <= 0:
        raise argparse.ArgumentTypeError("has to be greater than 0")
    return text
