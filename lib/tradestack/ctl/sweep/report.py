"""The printed result of a sweep or a walk-forward: a table, and how much of it may be luck.

No report is without the number of tries.
"""

import json
from collections.abc import Collection, Mapping, Sequence

from tradestack.backtest.sweep.ranking import Tries, Verdict
from tradestack.backtest.sweep.results.sweep_table import Sweep
from tradestack.backtest.sweep.results.table import IN_FILES, ON_TERMINALS, Kind, Table
from tradestack.backtest.sweep.results.walk_table import ONE_TRY, Walk
from tradestack.ctl.table import aligned
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.units import NANOSECONDS_OF, counted, format_quantity

ROWS_SHOWN = 20  # of a sweep; a file has all of them

# Terminals are narrow: what is the same in all rows, or said below the table, is in files only.
_SWEEP_HIDDEN = ("ticks", "intervals", "tries")
_WALK_HIDDEN = ("fit_start", "test_end", "test_ticks", "test_orders", "test_intervals")
_SHORT_NAMES: Mapping[str, str] = {
    "max_drawdown": "drawdown",
    "probabilistic_sharpe": "probabilistic",
    "deflated_sharpe": "deflated",
    "fit_deflated_sharpe": "fit_deflated",
    "test_start": "tested_from",
    "test_fills": "fills",
    "test_profit": "profit",
    "test_max_drawdown": "drawdown",
    "test_sharpe": "sharpe",
    "test_probabilistic_sharpe": "probabilistic",
}


def sweep_text(sweep: Sweep, interval_ns: int) -> str:
    """Return the best runs as a table, with remarks on all of them."""
    best = Table(sweep.table.columns, sweep.table.rows[:ROWS_SHOWN])
    return "\n".join([_shown(best, _SWEEP_HIDDEN), *_sweep_lines(sweep, interval_ns), ""])


def walk_text(walk: Walk, interval_ns: int) -> str:
    """Return the folds as a table, with remarks on all of them."""
    return "\n".join([_shown(walk.table, _WALK_HIDDEN), *_walk_lines(walk, interval_ns), ""])


def as_json(table: Table, facts: Mapping[str, object]) -> str:
    """Return one JSON object: facts, and the rows of the table; money as decimal texts."""
    rows = [
        {
            column.name: cell
            if cell is None or column.kind not in (Kind.NUMBER, Kind.MONEY, Kind.TIME)
            else IN_FILES[column.kind](cell)
            for column, cell in zip(table.columns, row, strict=True)
        }
        for row in table.rows
    ]
    return json.dumps({**facts, "rows": rows}) + "\n"


def sweep_facts(sweep: Sweep, interval_ns: int) -> dict[str, object]:
    """Return what JSON has beside the rows of a sweep."""
    return {
        "tries": sweep.tries.count,
        "skipped": sweep.grid.skipped,
        "failed": len(sweep.outcomes) - sweep.tries.count,
        "not_run": len(sweep.grid.combinations) - len(sweep.outcomes),
        "expected_maximum_sharpe": sweep.tries.expected_maximum,
        "sharpe_interval": _duration(interval_ns),
    }


def walk_facts(walk: Walk, interval_ns: int) -> dict[str, object]:
    """Return what JSON has beside the rows of a walk-forward."""
    return {
        "tries": walk.tries_count,
        "skipped": walk.grid.skipped,
        "sharpe_interval": _duration(interval_ns),
    }


def _shown(table: Table, hidden: Collection[str]) -> str:
    """Align a table for a terminal; the column of errors is there if there are any."""
    shown = [
        (column, cells)
        for column, (_, *cells) in zip(
            table.columns, zip(*table.texts(ON_TERMINALS), strict=True), strict=True
        )
        if column.name not in hidden and (column.name != "error" or any(cells))
    ]
    names = [_SHORT_NAMES.get(column.name, column.name) for column, _ in shown]
    numbers = [
        name for name, (column, _) in zip(names, shown, strict=True) if column.kind is not Kind.TEXT
    ]
    return aligned([names, *zip(*(cells for _, cells in shown), strict=True)], numbers)


def _sweep_lines(sweep: Sweep, interval_ns: int) -> Sequence[str]:
    tries, outcomes = sweep.tries, sweep.outcomes
    said = ["1 try" if tries.count == 1 else f"{tries.count:,} tries"]
    if len(outcomes) > ROWS_SHOWN:
        said.append(f"of which the first {ROWS_SHOWN} are shown; --output FILE has all")
    if sweep.grid.skipped:
        said.append(f"{sweep.grid.skipped:,} combinations skipped: {sweep.grid.why_skipped}")
    if len(outcomes) > tries.count:
        said.append(f"{len(outcomes) - tries.count:,} failed")
    if len(outcomes) < len(sweep.grid.combinations):
        said.append(f"{len(sweep.grid.combinations) - len(outcomes):,} not run")
    lines = ["; ".join(said)]
    best = outcomes[0].figures if outcomes else None
    if best is not None and best.sharpe is not None:
        lines += _luck_lines(Verdict.of(best, tries), tries)
        lines.append(_definition(best.profits.count, interval_ns))
    return lines


def _luck_lines(verdict: Verdict, tries: Tries) -> Sequence[str]:
    return [
        f"the first has a Sharpe ratio of {verdict.sharpe:.4f}; the best of {tries.count:,} tries "
        f"without any skill would have {tries.expected_maximum:.4f} on average",
        f"its true ratio is above 0 with probability {verdict.probabilistic:.4f}, and above that "
        f"luck with {verdict.deflated:.4f} (deflated)",
    ]


def _walk_lines(walk: Walk, interval_ns: int) -> Sequence[str]:
    together = walk.together
    said = f"chosen by {walk.tries_count:,} tries in {counted(len(walk.folds), 'fold')}"
    if together is None:
        return [f"{said}; nothing was tested"]
    profit, drawdown = together.excursion.profit, together.excursion.drawdown
    lines = [
        f"{said}; out of sample: profit {format_fixed(profit)}, largest drawdown "
        f"{format_fixed(drawdown)}, {counted(together.fills, 'fill')}"
    ]
    verdict = Verdict.of(together, ONE_TRY)
    if verdict.sharpe is not None:
        lines.append(
            f"its Sharpe ratio is {verdict.sharpe:.4f}, and the true one above 0 with probability "
            f"{verdict.probabilistic:.4f}; what was tested was not chosen by the test"
        )
        lines.append(_definition(together.profits.count, interval_ns))
    return lines


def _definition(count: int, interval_ns: int) -> str:
    return (
        f"Sharpe ratios: mean by standard deviation of the profits of {count:,} intervals of "
        f"{_duration(interval_ns)} with ticks; not annualised"
    )


def _duration(interval_ns: int) -> str:
    return format_quantity(interval_ns, NANOSECONDS_OF)
