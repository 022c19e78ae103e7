"""Every row of what the stack is held to, measured beside its peers and the physical limit.

    tests/bench/run [--quick] [--check] [--rounds N] [ROW…]

--quick    small sizes, one round: a minute or two, to see that all of it works; figures of it are
           worth little, and no report is written
--check    exit status 1 where a row could not be measured or a count is wrong; never for a time
--report   write the report even after a quick run, or of some rows
--rounds   how often each contestant is measured (5; with --quick 1)
ROW        only these; --list names them

Prints one table. A full run writes performance_report.md and its plots beside this file.
"""

import argparse
import importlib
import sys
import time
from dataclasses import dataclass, field

from bench.comparison import Comparison
from bench.faults import CountWrong, NotMeasured
from bench.table import table
from bench.workshop import Workshop

ROWS = (
    "csv-replay",
    "fan-out",
    "catch-up",
    "latency",
    "order-round-trip",
    "orders-pipelined",
    "shared-memory",
    "memory",
    "start",
    "systemd",
    "idle",
    "tick-by-tick",
    "news-to-order",
    "growth",
    "restart",
)
ROUNDS, ROUNDS_QUICK = 5, 1


@dataclass(slots=True)
class Outcome:
    """What a run came to: lines of the table, and rows that have none with the reason."""

    comparisons: list[Comparison] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)


def main() -> int:
    """The exit status."""
    args = _parser().parse_args()
    if args.list:
        print("\n".join(ROWS))
        return 0
    rounds = args.rounds or (ROUNDS_QUICK if args.quick else ROUNDS)
    workshop = Workshop(quick=args.quick, rounds=rounds)
    outcome = Outcome()
    for row in args.rows or ROWS:
        measure(workshop, row, outcome)
        if args.report or not (args.quick or args.rows):
            _write_report(outcome, workshop)  # after each, as a run takes half an hour
    print(table(outcome.comparisons))
    for comparison in outcome.comparisons:
        for note in comparison.notes:
            print(f"{comparison.row}, {comparison.placement}: {note}")
    for row, reason in outcome.failures.items():
        print(f"{row}: {reason}")
    return 1 if args.check and outcome.failures else 0


def _write_report(outcome: Outcome, workshop: Workshop) -> None:
    # Imported here: plotting takes long to load, and most runs draw nothing.
    from bench.plots import draw
    from bench.report import HERE, write_report

    plots = draw(outcome.comparisons, HERE)
    write_report(outcome.comparisons, outcome.failures, workshop, plots)


def measure(workshop: Workshop, name: str, outcome: Outcome) -> None:
    """Measures a row; one that fails does not keep the others."""
    row = importlib.import_module(f"bench.rows.{name.replace('-', '_')}")
    began_s = time.monotonic()
    try:
        for comparison in row.compare(workshop):
            outcome.comparisons.append(comparison)
            _tell(f"{name}: {comparison.variant}", began_s)
    except (CountWrong, NotMeasured) as fault:
        outcome.failures[name] = f"{type(fault).__name__}: {fault}"
        _tell(f"{name} FAILED: {fault}", began_s)


def _tell(what: str, began_s: float) -> None:
    print(f"{time.monotonic() - began_s:7.1f} s  {what}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tests/bench/run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--report", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--list", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, help=argparse.SUPPRESS)
    parser.add_argument("rows", nargs="*", choices=[*ROWS, []], metavar="ROW")
    return parser


if __name__ == "__main__":
    sys.exit(main())
