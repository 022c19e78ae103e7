"""Create a strategy instance with a user and password of its own; start it unless it is a copy.

The configuration is a copy of another instance's (`news`, or the one that --like names) with a
different user, and with STRATEGY, symbols, quantity and parameters if they are given. It is started
if strategy or symbols differ, or with --start. A mere copy is not, because it would send each order
of the first one again: edit it and run `tradestackctl start NAME`.

STRATEGY is a shipped one, the module:Class of a package, or a file of your own, FILE.py or
FILE.py:Class. It is imported with the rights of the services' user and checked before anything is
written; a file is copied. --requirements installs packages that this strategy alone imports, as
wheels that fit the packages of tradestack. --update changes an existing instance: it trades by the
new file, packages or settings, from the current end of the feed on. Files written:

  /etc/tradestack/strategy/NAME.toml           the configuration
  /etc/tradestack/strategies/NAME.py           the copy of FILE, readable for the services only
  /etc/tradestack/credentials/NAME.password    the password, readable by root only
  /etc/tradestack/users                        a salted hash of the password, for the servers
  /var/lib/tradestack/packages/NAME            the packages of --requirements

examples:
  tradestackctl add-strategy momentum crossover --quantity 5 --set short_ticks=10
  tradestackctl add-strategy mine mine.py --symbols SPY --requirements requirements.txt
  tradestackctl add-strategy mine mine.py --update
  tradestackctl add-strategy banks --symbols JPM,GS
  tradestackctl add-strategy hedge --login hedge1 --no-start

exit status:
  0   done
  1   systemd could not start it
  2   the command line is wrong, --set included
  78  the file or the installation has to be fixed first; nothing was written
"""

import argparse
import re
import sys
from collections.abc import Container
from pathlib import Path

from tradestack.ctl.arguments import StorePath
from tradestack.ctl.exit_status import ExitStatus
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
from tradestack.ctl.installation.strategy_name import new_strategy_name, strategy_name
from tradestack.ctl.strategies.fitting import Wanted, fitted
from tradestack.ctl.strategies.inspection import StrategyUnfit
from tradestack.ctl.strategies.instances import config_of, leaving_nothing_unused
from tradestack.ctl.strategies.source_file import copy_of
from tradestack.ctl.strategies.update import CONFIG_MODE, say, update
from tradestack.domain.faults import OperatorFault
from tradestack.domain.fixed_point import parse_fixed
from tradestack.domain.symbol import is_symbol
from tradestack.net.server.users import new_salt, users_line
from tradestack.strategies.registry import SHIPPED
from tradestack.wire.soup import USER_LENGTH_MAX

USER_NUMBER_MAX = 999  # tried as suffixes of a user name that is taken
_USER_LINE = re.compile(r"^user\s*=.*$", re.MULTILINE)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", metavar="NAME", help="name of the instance: a-z, 0-9, - and _")
    parser.add_argument(
        "strategy",
        nargs="?",
        metavar="STRATEGY",
        action=StorePath,
        help=f"{', '.join(SHIPPED)}, module:Class, or FILE.py[:Class] (default: that of --like)",
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
        "--symbols", type=_symbols, metavar="SYMBOL,…", help="symbols that it trades"
    )
    parser.add_argument(
        "--quantity", type=_quantity, metavar="NUMBER", help="quantity of each order"
    )
    parser.add_argument(
        "--set",
        type=_setting,
        action="append",
        default=[],
        dest="settings",
        metavar="NAME=VALUE",
        help="set a parameter of the strategy; repeat it for several",
    )
    packages = parser.add_argument_group("packages")
    packages.add_argument(
        "--requirements",
        type=Path,
        action=StorePath,
        metavar="FILE",
        help="install the packages of this file, in pip's format, for this strategy alone",
    )
    packages.add_argument(
        "--allow-source",
        action="store_true",
        help="also build packages that have no wheel, with the rights of the services' user",
    )
    parser.add_argument(
        "--update", action="store_true", help="change the instance NAME, which exists already"
    )
    starts = parser.add_mutually_exclusive_group()
    starts.add_argument("--start", action="store_true", help="start it in any case")
    starts.add_argument(
        "--no-start", action="store_true", help="only write the files; start nothing"
    )
    add_installation_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Write the files and start the instance, or change one."""
    installation = Installation.of(args)
    name = strategy_name(args.name) if args.update else new_strategy_name(args.name)
    require_directory(installation.config / "strategy", "--config-dir")
    wanted = _wanted(args)
    try:
        with leaving_nothing_unused(installation, name):
            if args.update:
                update(installation, name, wanted, restart=not args.no_start)
            else:
                _add(installation, name, wanted, args)
    except StrategyUnfit as fault:
        if fault.place == "parameters" and wanted.settings:
            args.refuse(f"--set: {fault}")
        where = args.strategy or str(config_of(installation, name))
        remedy = "correct it, or name what it imports with --requirements; nothing was written"
        raise OperatorFault(where, _without_place(str(fault), where), remedy) from None
    return ExitStatus.DONE


def _wanted(args: argparse.Namespace) -> Wanted:
    wanted = Wanted(
        strategy=args.strategy,
        requirements=args.requirements,
        allow_source=args.allow_source,
        settings=dict(args.settings),
        symbols=args.symbols,
        quantity=args.quantity,
    )
    if args.allow_source and args.requirements is None:
        args.refuse("--allow-source needs --requirements FILE")
    if not args.update:
        return wanted
    if wanted == Wanted():
        args.refuse("--update needs what is to change: FILE.py, --requirements, --set or others")
    if args.login is not None or args.start:
        args.refuse("--update changes neither the login nor whether it is started")
    return wanted


def _add(installation: Installation, name: str, wanted: Wanted, args: argparse.Namespace) -> None:
    user = _write_files(installation, name, wanted, args)
    config_file = config_of(installation, name)
    say(f"wrote {config_file}; user {user}")
    if wanted.file is not None:
        say(f"copied {wanted.file.path} to {copy_of(installation, name)}; when it has changed:")
        say(f"tradestackctl add-strategy {name} {args.strategy} --update")
    is_copy = args.strategy is None and args.symbols is None
    if args.no_start or not installation.has_systemd() or (is_copy and not args.start):
        if is_copy:
            say(f"it trades as {args.like} does: edit strategy, symbols or")
            say(f"[parameters] in {config_file} first")
        say(f"to start it: systemctl enable --now tradestack-strategy@{name}")
        if installation.has_systemd():
            reload_servers(installation)
        return
    reload_servers(installation)
    installation.run_systemctl("enable", "--now", "--quiet", f"tradestack-strategy@{name}.service")


def _write_files(
    installation: Installation, name: str, wanted: Wanted, args: argparse.Namespace
) -> str:
    """Write all files and return the user's name.

    The configuration is written last: until it exists, the command can be repeated.
    """
    config, config_file = installation.config, config_of(installation, name)
    if config_file.exists():
        raise OperatorFault(
            str(config_file), "already exists", "choose another name, or change it with --update"
        )
    template = config_of(installation, strategy_name(args.like))
    files = users_files(config)
    taken = users_in(files)
    user = checked_user(args.login, taken) if args.login is not None else _free_user(name, taken)
    text = _config_for(template, name, user)
    with fitted(installation, name, wanted, text, str(template)) as new:
        if new.output:
            print(f"it prints as it is imported: {new.output}", file=sys.stderr)
        new.put_in_place(installation, name)
        line = users_line(user, write_password(password_file(config, name)), salt=new_salt())
        add_line(files, line)
        write_secret(config_file, new.text, mode=CONFIG_MODE)
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


def _without_place(text: str, where: str) -> str:
    """Return a fault without the place that it begins with, if that is told anyway."""
    file = where.rpartition(":")[0] if ".py:" in where else where
    return text.removeprefix(file).lstrip(": ")


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form short_ticks=10")
    return name, value


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
