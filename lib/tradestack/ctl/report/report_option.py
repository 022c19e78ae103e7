"""The option --report of verbs that run a strategy: a report as one file, HTML or Markdown."""

import argparse
from pathlib import Path

from tradestack.ctl.arguments import StorePath
from tradestack.domain.faults import OperatorFault
from tradestack.store.result_file import check_place, write_result

DEFAULT = Path("report.html")
MARKDOWN = ".md"
SUFFIXES = (".html", ".htm", MARKDOWN)


def add_report_option(parser: argparse.ArgumentParser) -> None:
    """Declare the option; None: no report is asked for."""
    parser.add_argument(
        "--report",
        type=Path,
        action=StorePath,
        nargs="?",
        const=DEFAULT,
        metavar="FILE",
        help="at the end, write a report into this file: the whole one with charts if its name "
        f"ends in .html, rates, latencies and processes as Markdown if in {MARKDOWN} "
        f"(default: {DEFAULT} in the current directory)",
    )


def report_path(args: argparse.Namespace) -> Path | None:
    """Return where the report is to be written, None: nowhere. Raises OperatorFault."""
    if args.report is None:
        return None
    path: Path = args.report.absolute()
    check_place(path)
    if path.suffix.lower() not in SUFFIXES:
        remedy = f"let it end in .html or {MARKDOWN}"
        raise OperatorFault(str(path), "is no name of a report", remedy)
    return path


def write_report(path: Path, state_dir: Path, session: str | None) -> None:
    """Write the report of a session, None: the newest. Raises OperatorFault, OSError."""
    # Only who wants a report waits for what it is made with.
    from tradestack.report.build import build_report
    from tradestack.report.recorded import open_session
    from tradestack.report.rendering.html import render_html
    from tradestack.report.rendering.markdown import render_markdown

    render = render_markdown if path.suffix.lower() == MARKDOWN else render_html
    write_result(path, render(build_report(open_session(state_dir, session))))


def written_line(path: Path) -> str:
    """Print the path of the report."""
    return f"the report is in {path}"
