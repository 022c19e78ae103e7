"""Show a page of the manual, or write all pages into a directory.

PAGE is a verb, a daemon, a configuration file or a topic: up, gateway, gateway.toml, operating.
Without it, tradestack(7) is shown, which has an overview. install.sh installs the pages where
man(1) finds them; this finds them without an installation, too.

examples:
  tradestackctl manual                       the overview
  tradestackctl manual backtest              the same as: man tradestackctl-backtest
  tradestackctl manual gateway.toml          every key, with what is allowed
  tradestackctl manual --output share/man    write all pages, packed, into man1, man5, man7, man8
"""

import argparse
import difflib
import os
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tradestack.configs.shipped import shipped_directories
from tradestack.ctl.arguments import StorePath
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.manual.page import Page
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.faults import OperatorFault
from tradestack.domain.times import format_utc
from tradestack.runtime.clock import SystemClock

OVERVIEW = "tradestack"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the page, and where to write all of them."""
    parser.add_argument("page", nargs="?", metavar="PAGE", help="page to show")
    parser.add_argument(
        "--output",
        type=Path,
        action=StorePath,
        metavar="DIR",
        help="write all pages below this directory instead",
    )
    parser.add_argument(
        "--defaults",
        type=Path,
        action=StorePath,
        metavar="DIR",
        help="directory of the commented configuration files (default: those that came with this "
        "program)",
    )


def run(args: argparse.Namespace) -> int:
    """Show or write; raise OperatorFault."""
    # Imported here: the pages need main, which imports this module while it builds its parser.
    from tradestack.ctl.manual.pages import all_pages

    date = _date()
    pages = all_pages(args.defaults or _find_defaults())
    if args.output is None:
        return _show(_find(pages, args.page or OVERVIEW), date)
    if args.page is not None:
        args.refuse("--output writes all pages; leave PAGE out")
    for page in pages:
        path = args.output / page.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page.packed(date))
    return ExitStatus.DONE


def _find(pages: Iterable[Page], name: str) -> Page:
    names = (name, f"tradestackctl-{name}", f"tradestack-{name}")
    by_name = {page.name: page for page in pages}
    for each in names:
        if each in by_name:
            return by_name[each]
    nearest = difflib.get_close_matches(name, by_name, n=3, cutoff=0.3) or [OVERVIEW]
    raise OperatorFault(f"page {name}", "there is none", f"try {', '.join(nearest)}")


def _show(page: Page, date: str) -> int:
    with tempfile.NamedTemporaryFile(prefix=f"{page.name}-", suffix=f".{page.section}") as file:
        file.write(page.text(date).encode())
        file.flush()
        try:
            status = subprocess.run(["man", "-l", file.name], check=False).returncode
        except FileNotFoundError:
            remedy = "install it (Debian: apt install man-db), or read VERB --help"
            raise OperatorFault("man", "the program is not installed", remedy) from None
    return ExitStatus.REFUSED if status else ExitStatus.DONE


def _find_defaults() -> Path:
    for directory in shipped_directories("etc", "default"):
        if (directory / "gateway.toml").exists():
            return directory
    raise OperatorFault(
        "--defaults", "the configuration files were not found", "name their directory"
    )


def _date() -> str:
    """Return the date of the pages: today, or what a reproducible build says."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    time_ns = int(epoch) * NANOSECONDS_PER_SECOND if epoch else SystemClock().wall_ns()
    return format_utc(time_ns).partition("T")[0]
