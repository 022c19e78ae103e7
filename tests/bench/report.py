"""benchmark_report.md: what was measured, on which machine, and how it compares."""

import datetime
import importlib
import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.comparison import Comparison
from tests.bench.machine import machine
from tests.bench.table import table, verdict
from tests.bench.workshop import Workshop

HERE = Path(__file__).parent
REPORT = HERE / "benchmark_report.md"
METHOD = """\
Every contestant of a line is measured once a round, in turns (A B C, A B C), {rounds} rounds;
figures are medians of rounds, ratios are ours ÷ the other, with the 95 % interval of a bootstrap
over rounds. Every message is counted and compared: a lost or repeated one fails its row, as does a
count in which the stack itself disagrees."""
QUICK = "**Small sizes and few rounds (`--quick`): the figures are worth little.**"
FINDINGS = HERE / "findings.md"  # written by people: what was tried, where the time goes


def write_report(
    comparisons: Sequence[Comparison],
    failures: Mapping[str, str],
    workshop: Workshop,
    plots: Sequence[Path],
) -> None:
    """Write the report, in place of the last one."""
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()  # noqa: TID251 (a date)
    parts = [
        "# Benchmark report",
        f"Written by `tests/bench/run` on {today}; do not edit. {_count(comparisons)}",
        *([QUICK] if workshop.quick else []),
        "\n".join(f"- {fact}" for fact in machine()),
        METHOD.format(rounds=workshop.rounds),
        table(comparisons),
        *(f"**{row} could not be measured**: {reason}" for row, reason in failures.items()),
        "## What else was seen",
        "\n".join(
            f"- {comparison.row}, {comparison.placement}: {note}"
            for comparison in comparisons
            for note in comparison.notes
        ),
        "## Plots",
        "\n\n".join(f"![{path.stem}]({path.name})" for path in plots),
        FINDINGS.read_text().strip(),
        "## What the rows measure",
        *(_explanation(row) for row in dict.fromkeys(comparison.row for comparison in comparisons)),
    ]
    REPORT.write_text("\n\n".join(parts) + "\n")


def _count(comparisons: Sequence[Comparison]) -> str:
    verdicts = [
        verdict(comparison, target) for comparison in comparisons for target in comparison.targets
    ]
    return f"Of {len(verdicts)} targets {verdicts.count('met')} are met."


def _explanation(row: str) -> str:
    module = importlib.import_module(f"tests.bench.rows.{row.replace('-', '_')}")
    return f"### {row}\n\n{inspect.getdoc(module)}"
