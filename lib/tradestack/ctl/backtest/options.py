"""The options of `backtest`."""

import argparse
from pathlib import Path

from tradestack.ctl.arguments import StorePath
from tradestack.ctl.format_options import add_data_files, add_format_options
from tradestack.ctl.recorded.moment import EXAMPLE, parse_at_time
from tradestack.ctl.report.report_option import add_report_option
from tradestack.ctl.sweep.options import add_shuffle_option, add_sweep_options
from tradestack.strategies.registry import NAME_FORM, SHIPPED


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare strategy and options."""
    names = ", ".join(SHIPPED)
    parser.add_argument(
        "strategy", action=StorePath, metavar="STRATEGY", help=f"{names}, {NAME_FORM}"
    )
    data = parser.add_argument_group("data", "Without any, the sample data is used.")
    add_data_files(data)
    data.add_argument(
        "--feed-log",
        type=Path,
        action=StorePath,
        metavar="FILE",
        help="replay the log of a feed session, SESSION.feed, instead of data files",
    )
    for name, meaning in (("from", "leave out ticks before"), ("to", "stop after")):
        data.add_argument(
            f"--{name}",
            type=parse_time,
            dest=f"{name}_ns",
            metavar="TIME",
            help=f"{meaning} this event time, as in {EXAMPLE}",
        )
    add_shuffle_option(data)
    rules = parser.add_argument_group("strategy and order manager")
    rules.add_argument(
        "--config",
        type=Path,
        action=StorePath,
        metavar="TOML",
        help="file with quantity, symbols, parameters and user, like etc/strategy/news.toml; its "
        "name is that of the instance (default: the shipped settings)",
    )
    rules.add_argument(
        "--set",
        type=parse_parameter,
        action="append",
        default=[],
        dest="parameters",
        metavar="NAME=VALUE",
        help="set a parameter of the strategy; repeat it for several",
    )
    rules.add_argument(
        "--order-manager-config",
        type=Path,
        action=StorePath,
        metavar="TOML",
        help="file with limits and execution, like etc/order-manager.toml (default: the shipped "
        "settings)",
    )
    parser.add_argument(
        "--state-dir",
        type=Path,
        action=StorePath,
        metavar="DIR",
        help="write the files into this directory, which must not have sessions yet (default: a "
        "new one below TMPDIR)",
    )
    add_sweep_options(parser)
    add_format_options(parser)
    add_report_option(parser)
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")


def parse_time(text: str) -> int:
    """Parse an event time, ns since the Unix epoch; raise ArgumentTypeError."""
    return parse_at_time(text).time_ns


def parse_parameter(text: str) -> tuple[str, str]:
    """Parse a --set; raise ArgumentTypeError."""
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form short_ticks=10")
    return name, value
