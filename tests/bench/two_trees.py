"""Two checkouts → old/new ratios of the same rows, measured in turns in one run.

Each round runs `tests/bench/run --rounds 1` of both checkouts, in the order old, new, new, old, so
that neither is always the first. What is compared is the figure of the stack itself, as each run
prints it in its table: rounded to three digits, which is less than what rounds differ by. The
checkouts may be of any two versions whose tables have these columns; each keeps environments of its
own.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.bench.comparison import ratio_of
from tests.bench.faults import NotMeasured
from tests.bench.table import HEADINGS, aligned, quantity
from tests.bench.workshop import CACHE

CHECKOUT = Path(__file__).parents[2]
SCALES = {"k": 1e3, "M": 1e6, "G": 1e9}
OLD, NEW = "old", "new"
COLUMNS = ("row", "placement", OLD, "spread", NEW, "spread", "new ÷ old", "verdict")

Line = tuple[str, str, str]  # row with variant, placement, unit
Figures = dict[Line, dict[str, list[float]]]


def compare_trees(old: Path, rows: Sequence[str], rounds: int, *, quick: bool) -> str:
    """Measure the rows on both checkouts; return the table of ratios. Raises NotMeasured."""
    trees = {OLD: (old.resolve(), CACHE / OLD), NEW: (CHECKOUT, CACHE)}
    options = ["--check", "--rounds", "1", *(["--quick"] if quick else [])]
    figures: Figures = {}
    for row in rows:
        for turn in range(rounds):
            for name in (OLD, NEW) if turn % 2 == 0 else (NEW, OLD):
                checkout, cache = trees[name]
                print(f"{row}, round {turn + 1}: {name}", file=sys.stderr, flush=True)
                for line, figure in read_table(_run(checkout, cache, [*options, row])):
                    figures.setdefault(line, {OLD: [], NEW: []})[name].append(figure)
        print(aligned(COLUMNS, _of_row(row, figures)), file=sys.stderr, flush=True)
    return aligned(COLUMNS, [cells_of(line, figures[line]) for line in figures])


def _run(checkout: Path, cache: Path, arguments: Sequence[str]) -> str:
    """Return what a run prints. Raises NotMeasured."""
    finished = subprocess.run(
        [checkout / "tests/bench/run", *arguments],
        env={**os.environ, "TRADESTACK_BENCH_CACHE": str(cache)},
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise NotMeasured(f"{checkout}: {finished.stdout}\n{finished.stderr}")
    return finished.stdout


def read_table(text: str) -> Iterator[tuple[Line, float]]:
    """Iterate over the lines of a table, those that only continue a line left out."""
    for line in text.splitlines():
        if not line.startswith("| "):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != len(HEADINGS) or cells[0] in ("", HEADINGS[0]) or set(cells[0]) == {"-"}:
            continue
        named = dict(zip(HEADINGS, cells, strict=True))
        figure, unit = parse_quantity(named["ours"])
        yield (named["row"], named["placement"], unit), figure


def parse_quantity(text: str) -> tuple[float, str]:
    """A figure as `tests.bench.table.quantity` writes it → number, unit."""
    number, _, unit = text.partition(" ")
    letter, _, scaled_unit = unit.partition(" ")
    scale = SCALES.get(letter, 1.0)
    return float(number.replace(",", "")) * scale, scaled_unit if letter in SCALES else unit


def _of_row(row: str, figures: Figures) -> list[Sequence[str]]:
    """Return the table's lines of one row: a run of many rows takes long, and may be ended."""
    return [cells_of(line, figures[line]) for line in figures if line[0].split(",")[0] == row]


def cells_of(line: Line, figures: Mapping[str, Sequence[float]]) -> Sequence[str]:
    """Return the cells of a line of the table of ratios."""
    row, placement, unit = line
    old, new = figures[OLD], figures[NEW]
    if not (old and new):
        return (row, placement, *("" for _ in COLUMNS[2:-1]), f"only {NEW if new else OLD}")
    if not statistics.median(old):  # memory that did not grow, for instance
        figure_of_new = (quantity(statistics.median(new), unit), _spread(new))
        return (row, placement, quantity(0, unit), "", *figure_of_new, "", "no ratio to 0")
    ratio = ratio_of(new, old)
    is_rate = unit.endswith("/s")
    is_worse = ratio.high < 1 if is_rate else ratio.low > 1
    is_better = ratio.low > 1 if is_rate else ratio.high < 1
    return (
        row,
        placement,
        *(quantity(statistics.median(old), unit), _spread(old)),
        *(quantity(statistics.median(new), unit), _spread(new)),
        f"{ratio.median:.3f} [{ratio.low:.3f}, {ratio.high:.3f}]",
        "worse" if is_worse else "better" if is_better else "within noise",
    )


def _spread(figures: Sequence[float]) -> str:
    """Return the distance between the extremes, as a share of the median."""
    if not statistics.median(figures):
        return ""
    return f"{(max(figures) - min(figures)) / statistics.median(figures):.1%}"
