"""The command of tests/bench/run: measure rows beside their peers and print one table.

Each row compares the stack with its peers and with the physical limit. A run of all rows also
writes benchmark_report.md and its plots beside this file.
"""

import argparse
import importlib
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.comparison import Comparison
from tests.bench.faults import CountWrong, NotMeasured
from tests.bench.table import table
from tests.bench.two_trees import compare_trees
from tests.bench.workshop import Workshop
from tests.kit.segments import SEGMENTS, remove_segments

ROWS = (
    "csv-replay",
    "fan-out",
    "catch-up",
    "jetstream",
    "latency",
    "relay",
    "grpc",
    "order-round-trip",
    "orders-pipelined",
    "orders-replicated",
    "fix",
    "orders-executed",
    "matching",
    "shared-memory",
    "memory",
    "start",
    "systemd",
    "idle",
    "tick-by-tick",
    "news-to-order",
    "trade-to-fill",
    "in-step",
    "growth",
    "restart",
    "hostile-clients",
    "web-viewers",
    "backtest",
    "backtest-columns",
    "report",
)
ROUNDS, ROUNDS_QUICK = 5, 1


@dataclass(slots=True)
class Outcome:
    """The result of a run: the lines of the table, and why other rows could not be measured."""

    comparisons: list[Comparison] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)


def main() -> int:
    """Run the command, which leaves nothing in shared memory; return the exit status."""
    remove_segments(SEGMENTS, ending=None)
    try:
        return _run()
    finally:
        remove_segments(SEGMENTS, ending=os.getpid())


def _run() -> int:
    args = _parser().parse_args()
    if args.list:
        print("\n".join(ROWS))
        return 0
    rounds = args.rounds or (ROUNDS_QUICK if args.quick else ROUNDS)
    if args.old is not None:
        return _compare_with(args.old, args.rows or ROWS, rounds, quick=args.quick)
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


def _compare_with(old: Path, rows: Sequence[str], rounds: int, *, quick: bool) -> int:
    try:
        print(compare_trees(old, rows, rounds, quick=quick))
    except NotMeasured as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


def _write_report(outcome: Outcome, workshop: Workshop) -> None:
    # Imported here: plotting takes long to load, and most runs draw nothing.
    from tests.bench.plots import draw
    from tests.bench.report import HERE, write_report

    plots = draw(outcome.comparisons, HERE)
    write_report(outcome.comparisons, outcome.failures, workshop, plots)


def measure(workshop: Workshop, name: str, outcome: Outcome) -> None:
    """Measure a row; a failure is noted in the outcome, so that other rows are measured."""
    row = importlib.import_module(f"tests.bench.rows.{name.replace('-', '_')}")
    began_s = time.monotonic()
    try:
        for comparison in row.compare(workshop):
            outcome.comparisons.append(comparison)
            _log(f"{name}: {comparison.variant}", began_s)
    except (CountWrong, NotMeasured) as fault:
        outcome.failures[name] = f"{type(fault).__name__}: {fault}"
        _log(f"{name} FAILED: {fault}", began_s)


def _log(what: str, began_s: float) -> None:
    print(f"{time.monotonic() - began_s:7.1f} s  {what}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tests/bench/run",
        description="Measure the stack beside its peers and the physical limit.",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="small sizes and one round, in a few minutes: to see that every row can be measured; "
        "the figures mean little, and no report is written",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="exit with status 1 if a row could not be measured or a count is wrong; a missed "
        "target is no failure",
    )
    parser.add_argument(
        "--report",
        action="store_true",
        help="write the report also after a quick run or a run of some rows",
    )
    parser.add_argument("--list", action="store_true", help="print the names of the rows")
    parser.add_argument(
        "--rounds",
        type=int,
        metavar="N",
        help=f"how often each contestant is measured (default: {ROUNDS}; {ROUNDS_QUICK} with "
        "--quick)",
    )
    parser.add_argument(
        "--old",
        type=Path,
        metavar="DIR",
        help="measure the rows in turns here and in another checkout, and print new/old ratios",
    )
    parser.add_argument("rows", nargs="*", choices=[*ROWS, []], metavar="ROW", help="default: all")
    return parser


if __name__ == "__main__":
    sys.exit(main())
