"""The options about data files on a command line: the files, and what these do not tell."""

import argparse
from collections.abc import Callable

from tradestack.configs.sample_data import SAMPLES
from tradestack.ctl.arguments import StorePath
from tradestack.sources.csv.options import OPTIONS, ReadingOptions


def add_data_files(group: argparse._ArgumentGroup) -> None:
    """Declare the options that name files of prices and of sentiment."""
    for name in SAMPLES:
        group.add_argument(
            f"--{name}",
            nargs="+",
            action=StorePath,
            metavar="FILE",
            help=f"files of {name}, directories or patterns; they are merged by time",
        )


def add_format_options(parser: argparse.ArgumentParser) -> None:
    """Declare all that sources/csv/options.py has."""
    group = parser.add_argument_group(
        "format of the files",
        "Needed only for what a file does not tell. As keys under [format] of gateway.toml, write "
        "_ instead of -.",
    )
    for name, option in OPTIONS.items():
        flag = f"--{name.replace('_', '-')}"
        help_text = option.help.replace("%", "%%")
        if name == "sort":
            group.add_argument(flag, action="store_const", const="true", help=help_text)
        else:
            group.add_argument(flag, type=_checked(name), metavar=option.metavar, help=help_text)


def format_options(args: argparse.Namespace) -> ReadingOptions:
    """Return the options that were given."""
    options = ReadingOptions()
    for name in OPTIONS:
        text = getattr(args, name)
        if text is not None:
            options = options.with_text(name, text)
    return options


def _checked(name: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        try:
            ReadingOptions().with_text(name, text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return text

    return check
