"""The combinations of parameters that are to be tried.

    NAME=START:STOP:STEP     10:50:10 is 10, 20, 30, 40, 50
    NAME=VALUE,VALUE         100,200; any of them may be a range

All combinations are made as by nested loops: the first parameter is the outermost one, and the
values of each are in the order in which they are written. What a strategy forbids of a combination
of allowed values is left out and counted.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tradestack.domain.fixed_point import format_fixed, parse_fixed
from tradestack.strategies.parameter import Parameter

# Runs of one sweep, combinations that are skipped included, and those of all folds of a
# walk-forward: a day's work, and no table that anybody reads is longer.
RUNS_MAX = 10_000

FORM = "NAME=START:STOP:STEP or NAME=VALUE,VALUE, as in short_ticks=10:50:10"

Combination = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Axis:
    """One parameter and the values to try, decimal texts."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """What is to be tried.

    names: of the parameters that differ; a combination has the fixed ones, too. skipped: how many
    combinations the strategy forbids, and why_skipped the first of them.
    """

    names: Sequence[str]
    combinations: Sequence[Combination]
    skipped: int = 0
    why_skipped: str = ""


def parse_axis(text: str) -> Axis:
    """Parse one parameter with its values. Raises ValueError that says what is allowed."""
    name, equals, values = text.partition("=")
    if not (name and equals and values):
        raise ValueError(f"{text!r} is not {FORM}")
    found = [value for item in values.split(",") for value in _values(text, item)]
    for value in found:
        if found.count(value) > 1:
            raise ValueError(f"{text!r} has {value} twice; each value is tried once")
    return Axis(name, tuple(found))


def build_grid(
    declared: Mapping[str, Parameter],
    check: Callable[[Combination], object],
    axes: Sequence[Axis],
    fixed: Combination,
) -> Grid:
    """Make all combinations, each with the `fixed` parameters.

    declared: the parameters of the strategy. check: raises ValueError for a combination that it
    forbids. Raises ValueError for a parameter or a value that is not declared, and for a grid that
    is too large or has nothing left.
    """
    _check_names(axes, fixed)
    count = math.prod(len(axis.values) for axis in axes)
    if count > RUNS_MAX:
        raise ValueError(f"{count:,} combinations are more than {RUNS_MAX:,}")
    _check_values(declared, axes, fixed)
    combinations, reasons = [], []
    for combination in _combinations(axes):
        try:
            check({**fixed, **combination})
        except ValueError as error:
            reasons.append(str(error))
        else:
            combinations.append({**fixed, **combination})
    if not combinations:
        raise ValueError(f"none of the {count:,} combinations is allowed: {reasons[0]}")
    names = [axis.name for axis in axes]
    return Grid(names, combinations, len(reasons), reasons[0] if reasons else "")


def _values(text: str, item: str) -> Iterator[str]:
    try:
        numbers = [parse_fixed(part) for part in item.split(":")]
    except ValueError as error:
        raise ValueError(f"{text!r} is not {FORM}: {error}") from None
    match numbers:
        case [value]:
            yield format_fixed(value)
        case [start, stop, step] if start <= stop and step > 0:
            if (stop - start) // step >= RUNS_MAX:
                raise ValueError(f"{text!r} has more than {RUNS_MAX:,} values")
            yield from map(format_fixed, range(start, stop + 1, step))
        case [_, _, _]:
            raise ValueError(f"{text!r}: START is at most STOP, and STEP is above 0")
        case _:
            raise ValueError(f"{text!r} is not {FORM}")


def _check_names(axes: Sequence[Axis], fixed: Combination) -> None:
    names = [*(axis.name for axis in axes), *fixed]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} is given twice; give all its values at once")


def _check_values(
    declared: Mapping[str, Parameter], axes: Sequence[Axis], fixed: Combination
) -> None:
    for name, values in [
        *((axis.name, axis.values) for axis in axes),
        *((name, (value,)) for name, value in fixed.items()),
    ]:
        if name not in declared:
            known = ", ".join(declared)
            raise ValueError(f"there is no parameter {name!r}, known are {known}")
        for value in values:
            try:
                declared[name].parse(value)
            except ValueError as error:
                raise ValueError(f"{name} {error}") from None


def _combinations(axes: Sequence[Axis]) -> Iterator[Combination]:
    names = [axis.name for axis in axes]
    for values in itertools.product(*(axis.values for axis in axes)):
        yield dict(zip(names, values, strict=True))
