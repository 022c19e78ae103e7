"""Report on a session: its feed, orders, accounts, execution, ratios and faults.

The report covers the newest feed session, or SESSION, of a stack that runs or
has stopped, or of a backtest. It is made from files alone: for a session that
still runs, it covers what is recorded so far. Daemons record what they measure
(latencies, processor, memory) once a minute and when they stop. The same files
give the same report.

Without an option a summary is printed. --html writes one file that needs no
other and no network, --markdown rates, latencies and processes of the run,
--png a picture of each chart into a directory; --json prints everything, each
ratio with its definition. There, money, prices and quantities are decimal
texts, times UTC, durations ns; null is "not recorded".

Orders are compared with the tape at the message that caused them (FeedSeq), and
by event times: arrival, markouts and time to fill are in feed time. A cost is
above 0. Returns, for the Calmar ratio and turnover, are shares of --capital, as
an account begins with equity 0.

examples:
  tradestackctl report                              of the newest session
  tradestackctl report --last --html report.html    of the newest that has ended
  tradestackctl report --state-dir DIR              of `up`, or of a backtest
  tradestackctl report 3DAA200000 --markdown performance_report.md
  tradestackctl report --json | jq '.execution[0].shortfall'
  tradestackctl report --json | jq -r '.ratios[0].ratios[] | .title, .definition'

exit status:
  0    the report is made
  78   a file has to be fixed first, or cannot be written; the message names it
  130  Ctrl-C; nothing was written
"""

import argparse
import json
import sys
from pathlib import Path

from tradestack.ctl.arguments import StorePath
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.progress import watch
from tradestack.ctl.report.chosen_session import newest_ended
from tradestack.ctl.report.summary import summary_of
from tradestack.ctl.state_option import add_recorded_session, state_directory, state_files
from tradestack.domain.fixed_point import parse_fixed
from tradestack.domain.units import DURATION_FORM, NANOSECONDS_OF, parse_quantity
from tradestack.report.as_json import report_as_dict
from tradestack.report.build import build_report
from tradestack.report.recorded import open_session
from tradestack.report.rendering.html import render_html
from tradestack.report.rendering.markdown import render_markdown
from tradestack.report.rendering.png import render_png
from tradestack.report.report import Report
from tradestack.store.result_file import check_place, write_result

SHARPE_INTERVAL = "1min"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare session, outputs, and what ratios are of."""
    add_recorded_session(parser)
    parser.add_argument(
        "--last", action="store_true", help="report on the newest feed session that has ended"
    )
    written = parser.add_argument_group("output")
    for name, metavar, what in (
        ("html", "FILE", "write the whole report with charts into one HTML file"),
        ("markdown", "FILE", "write rates, latencies and processes as Markdown"),
        ("png", "DIR", "draw each chart into a file of this directory; needs matplotlib"),
    ):
        written.add_argument(f"--{name}", type=Path, action=StorePath, metavar=metavar, help=what)
    written.add_argument("--json", action="store_true", help="print everything as one JSON object")
    ratios = parser.add_argument_group("ratios")
    ratios.add_argument(
        "--capital",
        type=parse_capital,
        metavar="AMOUNT",
        help="capital that the returns of each user relate to (default: the user's largest gross "
        "exposure after a fill)",
    )
    ratios.add_argument(
        "--sharpe-interval",
        type=parse_interval,
        default=SHARPE_INTERVAL,
        metavar="TIME",
        help="length of the intervals whose profits the ratios use (default: %(default)s)",
    )


def run(args: argparse.Namespace) -> int:
    """Make the report and write or print it; raise OperatorFault, OSError."""
    if args.last and args.session is not None:
        args.refuse("--last chooses the session by itself; leave out SESSION, or --last")
    for path in filter(None, (args.html, args.markdown)):
        check_place(path)
    session = newest_ended(state_files(args)) if args.last else args.session
    report = build_report(
        open_session(state_directory(args), session, watch),
        interval_ns=args.sharpe_interval,
        capital=args.capital,
        watch=watch,
    )
    _write(args, report)
    return ExitStatus.DONE


def parse_capital(text: str) -> int:
    """Parse an amount of money above 0; raise ArgumentTypeError."""
    try:
        capital = parse_fixed(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if capital <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not above 0")
    return capital


def parse_interval(text: str) -> int:
    """Parse a length of time above 0, in ns; raise ArgumentTypeError."""
    try:
        interval_ns = parse_quantity(text, NANOSECONDS_OF)
    except ValueError as error:
        problem = f"{text!r} {error}, allowed is {DURATION_FORM}"
        raise argparse.ArgumentTypeError(problem) from None
    if not interval_ns:
        raise argparse.ArgumentTypeError(f"{text!r} is no time, allowed is {DURATION_FORM}")
    return interval_ns


def _write(args: argparse.Namespace, report: Report) -> None:
    """Write the report in each of the forms that are asked for, without one as a summary."""
    if args.html is not None:
        write_result(args.html, render_html(report))
    if args.markdown is not None:
        write_result(args.markdown, render_markdown(report))
    if args.png is not None:
        written = render_png(report, args.png)
        sys.stderr.write(f"{len(written)} pictures are in {args.png}\n")
    for path in filter(None, (args.html, args.markdown)):
        sys.stderr.write(f"the report is in {path}\n")
    if args.json:
        print(json.dumps(report_as_dict(report)))
    elif (args.html, args.markdown, args.png) == (None, None, None):
        print(summary_of(report), end="")
