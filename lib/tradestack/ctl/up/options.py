"""The options of `up`, and the stack that they describe."""

import argparse
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradestack.configs.sample_data import sample_files
from tradestack.configs.web import WEB_ADDRESS
from tradestack.ctl.arguments import AppendPath, StorePath
from tradestack.ctl.format_options import add_data_files, add_format_options, format_options
from tradestack.ctl.report.report_option import add_report_option
from tradestack.ctl.running_daemons import GATEWAY, ORDER_MANAGER
from tradestack.ctl.up.display.screen import Screen
from tradestack.ctl.up.stack import SET_IN_STRATEGIES, StackConfig
from tradestack.ctl.up.stack_files import read_strategies
from tradestack.ctl.up.supervised import AfterDeath
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.faults import OperatorFault
from tradestack.domain.units import DURATION_FORM, NANOSECONDS_OF, parse_quantity
from tradestack.net.addresses import PORT_MAX, parse_address

WEB_PORT = parse_address(WEB_ADDRESS).port
# The keys of a strategy that a run with --until-end sets itself.
SET_BY_UNTIL_END = (*SET_IN_STRATEGIES, "start")

# The daemons' default of 1 GiB protects other programs of a host; a /tmp may be smaller than that.
_FREE_BYTES_MIN = "64MiB"


@dataclass(frozen=True, slots=True)
class Setting:
    """One --set."""

    daemon: str
    key: str
    value: object


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    data = parser.add_argument_group("data")
    add_data_files(data)
    data.add_argument(
        "--pace", metavar="PACE", help='"1x", "60x", "500/s" or "max" (default: 500/s)'
    )
    ends = parser.add_argument_group(
        "end", "Without one of these, the stack runs until Ctrl-C."
    ).add_mutually_exclusive_group()
    ends.add_argument(
        "--duration", type=parse_seconds, metavar="TIME", help='stop after "20s", "5min", …'
    )
    ends.add_argument(
        "--until-end",
        action="store_true",
        help="stop when all ticks are published, all orders answered and all accounts settled",
    )
    stack = parser.add_argument_group("stack")
    stack.add_argument(
        "--strategy-config",
        type=Path,
        action=AppendPath,
        default=[],
        metavar="FILE",
        help="run this strategy instead of the shipped one; repeat it for several",
    )
    stack.add_argument(
        "--set",
        type=parse_setting,
        action="append",
        default=[],
        dest="settings",
        metavar="DAEMON.KEY=VALUE",
        help="set a configuration key of gateway or order-manager, e.g. gateway.at_end=hold",
    )
    stack.add_argument(
        "--state-dir",
        type=Path,
        action=StorePath,
        metavar="DIR",
        help="keep all files in this directory, and continue from those that are there",
    )
    stack.add_argument(
        "--fresh",
        action="store_true",
        help="delete the sessions and logs of earlier runs from --state-dir first",
    )
    stack.add_argument(
        "--web",
        type=parse_port,
        nargs="?",
        const=WEB_PORT,
        metavar="PORT",
        help=f"also serve the page, on this port of 127.0.0.1 (default: {WEB_PORT}; 0: any)",
    )
    stack.add_argument(
        "--respawn",
        action="store_true",
        help="start a daemon again when it dies, instead of stopping the stack",
    )
    add_format_options(parser)
    add_report_option(parser)
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")
    parser.add_argument(
        "--verbose", action="store_true", help="show all that the daemons log, not only problems"
    )


def stack_config(args: argparse.Namespace, screen: Screen) -> StackConfig:
    """Build the stack's configuration; raise OperatorFault."""
    strategies = read_strategies(args.strategy_config)
    for path in args.strategy_config:
        _say_unused(path, strategies[path.stem], args, screen)
    gateway = {
        **_sources(args, screen),
        "format": dict(format_options(args).texts) or None,
        "pace": args.pace,
        "free_bytes_min": _FREE_BYTES_MIN,
    }
    order_manager: dict[str, object] = {"free_bytes_min": _FREE_BYTES_MIN}
    if args.until_end:
        gateway["at_end"] = "end-session"
        strategies = {name: {**keys, "start": "session"} for name, keys in strategies.items()}
    keys_of = {GATEWAY: gateway, ORDER_MANAGER: order_manager}
    for setting in args.settings:
        keys_of[setting.daemon][setting.key] = setting.value
    return StackConfig(
        gateway=gateway,
        order_manager=order_manager,
        strategies=strategies,
        after_death=AfterDeath.RESPAWN if args.respawn else AfterDeath.END,
    )


def parse_setting(text: str) -> Setting:
    """Parse a --set; raise ArgumentTypeError."""
    name, equals, value = text.partition("=")
    daemon, dot, key = name.partition(".")
    if not (equals and dot and key) or daemon not in (GATEWAY, ORDER_MANAGER):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form gateway.at_end=hold")
    try:
        return Setting(daemon, key, tomllib.loads(f"value = {value}")["value"])
    except tomllib.TOMLDecodeError:
        return Setting(daemon, key, value)  # a string without quotes


def parse_port(text: str) -> int:
    """Parse a --web; raise ArgumentTypeError."""
    if text.isascii() and text.isdigit() and int(text) <= PORT_MAX:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to {PORT_MAX}")


def parse_seconds(text: str) -> float:
    """Parse a --duration into seconds; raise ArgumentTypeError."""
    try:
        duration_ns = parse_quantity(text, NANOSECONDS_OF)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} {error}; write {DURATION_FORM}") from None
    return duration_ns / NANOSECONDS_PER_SECOND


def _sources(args: argparse.Namespace, screen: Screen) -> dict[str, object]:
    """Return the files of the options; without any, the sample data or else a random walk."""
    if args.prices is not None or args.sentiment is not None:
        given = {"prices": args.prices, "sentiment": args.sentiment}
        return {name: _absolute(files) for name, files in given.items() if files is not None}
    samples = sample_files()
    if samples is not None:
        return dict(samples)
    if args.until_end:
        raise OperatorFault(
            "--until-end",
            "this needs data that ends, and no sample data is installed",
            "add --prices FILE",
        )
    screen.line("no sample data found; publishing a random walk")
    return {"source": "random-walk"}


def _say_unused(
    path: Path, keys: Mapping[str, object], args: argparse.Namespace, screen: Screen
) -> None:
    """Name the keys of a strategy's file that have no effect, because the stack sets them."""
    own = SET_BY_UNTIL_END if args.until_end else SET_IN_STRATEGIES
    if unused := [key for key in own if key in keys]:
        names = ", ".join(unused)
        screen.line(f"--strategy-config {path}: {names}: not used, `up` sets it itself")


def _absolute(files: Sequence[str]) -> str | list[str]:
    """Return the paths as a daemon needs them, which leaves this directory."""
    paths = [str(Path(file).absolute()) for file in files]
    return paths[0] if len(paths) == 1 else paths
