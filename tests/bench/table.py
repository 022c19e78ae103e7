"""Comparisons → one table, as Markdown that is legible in a terminal too."""

from collections.abc import Iterable, Sequence

from tests.bench.comparison import Comparison, Target

HEADINGS = (*("row", "ours", "peers", "limit", "ratio", "target", "verdict", "batch", "placement"),)
MET, NOT_MET = "met", "not met"


def table(comparisons: Iterable[Comparison]) -> str:
    """Return the whole table; each further target of a comparison has a line of its own."""
    return aligned(HEADINGS, [line for comparison in comparisons for line in _lines(comparison)])


def aligned(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table whose columns are as wide as their widest cells."""
    widths = [max(map(len, column)) for column in zip(headings, *lines, strict=True)]
    rule = ["-" * width for width in widths]
    return "\n".join(_row(cells, widths) for cells in (headings, rule, *lines))


def quantity(value: float, unit: str) -> str:
    """Format a figure with three digits and its unit."""
    for scale, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= scale and unit.endswith("/s"):
            return f"{value / scale:.3g} {letter} {unit}"
    return f"{value:.3g} {unit}" if value < 1_000 else f"{value:,.0f} {unit}"


def verdict(comparison: Comparison, target: Target) -> str:
    """Return whether the target is met, in words."""
    return MET if comparison.is_met(target) else NOT_MET


def _lines(comparison: Comparison) -> list[Sequence[str]]:
    unit = comparison.unit
    peers = "; ".join(
        f"{name} {quantity(comparison.median(name), unit)}" for name in comparison.peers
    )
    limit = ""
    if comparison.limit is not None and comparison.limit in comparison.figures:
        limit = f"{comparison.limit} {quantity(comparison.median(comparison.limit), unit)}"
    head = (
        f"{comparison.row}, {comparison.variant}",
        quantity(comparison.median(comparison.ours), unit),
        peers,
        limit,
    )
    tail = (comparison.batch, comparison.placement)
    if not comparison.targets:
        return [(*head, *_untargeted(comparison), *tail)]
    lines: list[Sequence[str]] = []
    for target in comparison.targets:
        lines.append((*head, *_judged(comparison, target), *tail))
        head, tail = ("", "", "", ""), ("", "")
    return lines


def _untargeted(comparison: Comparison) -> tuple[str, str, str]:
    if comparison.limit is not None and comparison.limit in comparison.figures:
        return f"{_ratio(comparison, comparison.limit)} of {comparison.limit}", "", ""
    return "", "", ""


def _judged(comparison: Comparison, target: Target) -> tuple[str, str, str]:
    bound = f"{target.better.value} {_number(target.bound)}"
    if target.reference is None:
        words = f"{target.better.value} {quantity(target.bound, comparison.unit)}"
        return "", words, verdict(comparison, target)
    if target.reference not in comparison.figures:
        return "", f"{bound} of {target.reference}", f"{NOT_MET} (not measured)"
    ratio = _ratio(comparison, target.reference)
    return ratio, f"{bound} of {target.reference}", verdict(comparison, target)


def _ratio(comparison: Comparison, reference: str) -> str:
    ratio = comparison.ratio(reference)
    return f"{ratio.median:.2f} [{ratio.low:.2f}, {ratio.high:.2f}]"


def _number(value: float) -> str:
    return f"{value:g}"


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"
