"""Write what a session has recorded to a file that other tools read.

WHAT is one of
  ticks     every message of the feed
  news      those of news
  orders    a row for each order: what was asked, why, and what became of it
  fills     a row for each fill
  equity    equity, drawdown and exposure of each user, and (without user) of all: after each fill
            and after some thousand evenly spaced messages; peaks are those of all messages

Prices, quantities and money are exact decimals, times are in UTC to the nanosecond, `feed_seq` is
the number of a message: it joins orders and fills to ticks. In Parquet the ticks are in groups of
a million rows, and the file says which session, version and sources they come from. Ticks are
written slab by slab, so that any length of a session fits into memory.

With -o - everything goes to standard output, for a program at the other end of a pipe; Arrow is a
stream there. All messages then go to standard error.

With --returns csv the returns of each user are written, for tools that begin with those: by day,
or by minute if the session is shorter than two days. An account begins with nothing, so a return
is a profit as a share of --capital and of what was earned before.

The session is only read, and may be a live one; then the file has what is recorded so far.
Parquet, Arrow and CSV are written by Polars, which install.sh installs by default; --returns needs
no Polars.

examples:
  tradestackctl export ticks                               SESSION-ticks.parquet, of the newest
  tradestackctl export fills 3DAA200000 -o fills.csv
  tradestackctl export orders --state-dir /tmp/stack --format arrow --force
  tradestackctl export --returns csv --capital 100000 -o returns.csv
  tradestackctl export ticks --format arrow -o - | python -c \
'import polars, sys; print(polars.read_ipc_stream(sys.stdin.buffer))'
"""

import argparse
import csv
import io
import sys
from pathlib import Path

from tradestack.ctl.arguments import StorePath
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.progress import watch
from tradestack.ctl.report.export_target import (
    STANDARD_OUTPUT,
    CountedOutput,
    format_of,
    standard_output,
)
from tradestack.ctl.state_option import add_recorded_session, state_directory
from tradestack.domain.faults import OperatorFault
from tradestack.domain.fixed_point import parse_fixed
from tradestack.domain.times import format_utc
from tradestack.report.exports import ExportedTable, Format
from tradestack.report.polars_extra import require_polars
from tradestack.report.recorded import RecordedSession, open_session
from tradestack.report.returns import Interval, NoCapital, Returns, returns_of, shown_interval
from tradestack.store.result_file import check_new, result_file

TABLES = [table.value for table in ExportedTable]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to export, of which session, and where to."""
    parser.add_argument("what", nargs="?", metavar="WHAT", help=" | ".join(TABLES))
    add_recorded_session(parser)
    parser.add_argument(
        "--format",
        choices=[form.value for form in Format],
        help="format of the file (default: what the name of FILE ends with, else parquet)",
    )
    parser.add_argument(
        "--returns", choices=[Format.CSV.value], help="write returns instead, without WHAT"
    )
    parser.add_argument(
        "--capital",
        type=_amount,
        metavar="AMOUNT",
        help="what each user begins with, for --returns (default: the user's largest gross "
        "exposure after a fill, which would have paid for everything)",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        action=StorePath,
        metavar="FILE",
        help="file to write, or - for standard output (default: SESSION-WHAT.FORMAT in the "
        "current directory)",
    )
    parser.add_argument("--force", action="store_true", help="replace the file if it exists")


def run(args: argparse.Namespace) -> int:
    """Write the file; raise OperatorFault."""
    is_returns = args.returns is not None
    if is_returns and args.session is None and args.what not in TABLES:
        args.what, args.session = None, args.what  # the only word is then a session
    if (args.what is None) is not is_returns:
        args.refuse(f"name what to export, {', '.join(TABLES)}, or --returns csv without any")
    if args.what is not None and args.what not in TABLES:
        args.refuse(f"{args.what!r} is none of {', '.join(TABLES)}")
    if not is_returns:
        require_polars(f"export {args.what}")
    form = format_of(Format.CSV if is_returns else args.format, args.output)
    session = open_session(state_directory(args), args.session, watch)
    target: Path = args.output or Path(f"{session.id}-{args.what or 'returns'}.{form}")
    if target == STANDARD_OUTPUT:
        with standard_output(form) as output:
            rows = _write(session, args, form, output)
        told, name, size_bytes = sys.stderr, str(output), output.size_bytes
    else:
        check_new(target, is_forced=args.force)
        with result_file(target) as path:
            rows = _write(session, args, form, path)
        told, name, size_bytes = sys.stdout, str(target), target.stat().st_size
    is_of_log = args.what in (ExportedTable.TICKS, ExportedTable.NEWS)
    for remark in session.log_remarks if is_of_log else session.remarks:
        print(f"tradestackctl: {remark}", file=sys.stderr)
    print(f"{name}: {rows:,} rows, {size_bytes:,} bytes", file=told)
    return ExitStatus.DONE


def _write(
    session: RecordedSession, args: argparse.Namespace, form: Format, target: Path | CountedOutput
) -> int:
    """Write what is asked for; return the number of rows. Raises OperatorFault, OSError."""
    if args.what is not None:
        return _write_table(session, ExportedTable(args.what), form, target)
    returns = _returns(session, args.capital)
    content = _text_of(returns).encode()
    if isinstance(target, Path):
        target.write_bytes(content)
    else:
        target.write(content)
    return len(returns.ends_ns)


def _write_table(
    session: RecordedSession, table: ExportedTable, form: Format, target: Path | CountedOutput
) -> int:
    from tradestack.report.frames.export import export_table  # returns are written without Polars

    try:
        with watch(f"writing {table}", session.tape.nbytes) as show:
            return export_table(session, table, form, target, show)
    except OverflowError as error:
        remedy = "it is no price or quantity that such files can have; see the source"
        raise OperatorFault(f"feed session {session.id}", str(error), remedy) from error


def _returns(session: RecordedSession, capital: int | None) -> Returns:
    try:
        return returns_of(session, shown_interval(session), capital)
    except NoCapital as error:
        raise OperatorFault(
            f"feed session {session.id}",
            "an account has lost all of its capital, so its returns are not defined",
            "set --capital to an amount that is larger than the losses",
        ) from error


def _text_of(returns: Returns) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["time", *returns.by_user])
    for row, end in enumerate(returns.ends_ns.tolist()):
        time = _label(end, returns.interval)
        writer.writerow([time, *(f"{each[row]:.12f}" for each in returns.by_user.values())])
    return text.getvalue()


def _label(end_ns: int, interval: Interval) -> str:
    """Return a day, or the end of a minute in UTC."""
    if interval is Interval.DAY:
        return format_utc(end_ns - interval)[: len("2026-01-15")]
    return f"{format_utc(end_ns)[: len('2026-01-15T20:44:00')]}Z"


def _amount(text: str) -> int:
    """Parse an amount of money above 0; raise ArgumentTypeError."""
    try:
        amount = parse_fixed(text)
    except ValueError:
        amount = 0
    if amount <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount above 0")
    return amount
