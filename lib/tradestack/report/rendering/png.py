"""Report → pictures: the charts of equity, drawdown and prices, and the waterfall.

Only this module needs matplotlib, and only when it is called. The figures are made without pyplot,
which would look for a screen.
"""

import datetime
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from tradestack.domain.faults import OperatorFault
from tradestack.report.rendering import quantities
from tradestack.report.rendering.blocks import Chart, Shape
from tradestack.report.rendering.blocks import Path as LinePath
from tradestack.report.rendering.contents.curves import equity_charts
from tradestack.report.rendering.contents.prices import prices_section
from tradestack.report.rendering.contents.shown import longest
from tradestack.report.report import Report
from tradestack.report.values.waterfall import Hop
from tradestack.store.python_package import installation_of
from tradestack.store.result_file import result_file

TONES = ("#005a96", "#a84300", "#00694d", "#8a3b6d", "#6b5900", "#3f4650")
DASHES = ("-", (0, (6, 3)), (0, (1, 2)), "-.", "--")
MARKERS = {Shape.UP: "^", Shape.DOWN: "v", Shape.DIAMOND: "D", Shape.SQUARE: "s"}
SIZE_INCHES, DOTS_PER_INCH = (9.6, 4.2), 150
HOP_INCHES = 0.34
NANOSECONDS_PER_SECOND = 1_000_000_000


def render_png(report: Report, directory: Path) -> list[Path]:
    """Write the pictures into a directory, which is made if it is missing; return their paths.

    Raises OperatorFault if matplotlib is not installed, OSError.
    """
    matplotlib = _matplotlib()
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for chart in [*equity_charts(report), *_prices(report)]:
        if chart.times_ns:
            written.append(directory / f"{chart.name}.png")
            _save(_drawn(matplotlib, chart), written[-1])
    hops = [hop for hop in report.waterfall.hops if hop.percentiles is not None]
    if hops:
        written.append(directory / "waterfall.png")
        _save(_waterfall(matplotlib, hops), written[-1])
    return written


def _matplotlib() -> ModuleType:
    try:
        import matplotlib.dates
        import matplotlib.figure
    except ImportError:
        problem = "pictures need matplotlib, which is not installed"
        remedy = f"{installation_of('matplotlib>=3.8')}, or leave out --png"
        raise OperatorFault("--png", problem, remedy) from None
    return matplotlib


def _prices(report: Report) -> list[Chart]:
    return [block for block in prices_section(report).blocks if isinstance(block, Chart)]


def _save(figure: Any, path: Path) -> None:
    metadata = {"Software": "tradestack"}
    with result_file(path) as unfinished:
        figure.savefig(unfinished, format="png", dpi=DOTS_PER_INCH, metadata=metadata)


def _drawn(matplotlib: ModuleType, chart: Chart) -> Any:
    figure, axes = _figure(matplotlib, SIZE_INCHES, f"{chart.title} ({chart.unit})")
    times = _times(chart.times_ns)
    for line, dashes in zip(chart.lines, DASHES, strict=False):
        look = {"color": TONES[line.tone - 1], "linewidth": 1.1, "label": _literal(line.label)}
        if line.path is LinePath.AREA:
            axes.fill_between(times, line.values, color=look["color"], alpha=0.25, linewidth=0)
        where = {"drawstyle": "steps-post"} if line.path is LinePath.STEPS else {}
        axes.plot(times, line.values, linestyle=dashes, **look, **where)
    for marks in chart.marks:
        axes.scatter(
            _times(marks.times_ns),
            marks.values,
            marker=MARKERS[marks.shape],
            color=TONES[marks.tone - 1],
            edgecolors="white",
            linewidths=0.4,
            s=26,
            zorder=3,
            label=_literal(marks.label),
        )
    axes.margins(x=0.01)
    locator = matplotlib.dates.AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(matplotlib.dates.ConciseDateFormatter(locator))
    axes.set_xlabel("feed time, UTC")
    axes.legend(frameon=False, ncols=6, loc="lower left", bbox_to_anchor=(0, 1), fontsize=8)
    return figure


def _waterfall(matplotlib: ModuleType, hops: Sequence[Hop]) -> Any:
    size = (SIZE_INCHES[0], 1.2 + HOP_INCHES * len(hops))
    title = "From tick to fill: p50 to p99, light to p99.9, longest as a dot"
    figure, axes = _figure(matplotlib, size, title)
    known = (hop.percentiles.p50_ns for hop in hops if hop.percentiles is not None)
    least = min(filter(None, known), default=1)  # 0 has no place on a scale of powers of ten
    for row, hop in enumerate(hops):
        of = hop.percentiles
        if of is None:
            continue
        low, middle, high = (max(least, end) / 1e9 for end in (of.p50_ns, of.p99_ns, of.p999_ns))
        axes.plot([middle, high], [row, row], color="#bcd3e3", linewidth=7, solid_capstyle="butt")
        axes.plot([low, middle], [row, row], color="#4d8cb8", linewidth=7, solid_capstyle="butt")
        axes.plot([low], [row], "|", color="#1b1e22", markersize=9)
        axes.plot([max(least, longest(of)) / 1e9], [row], ".", color="#1b1e22", markersize=5)
    axes.set_xscale("log")
    axes.set_xlabel("seconds")
    axes.set_yticks(range(len(hops)), [_hop_text(hop) for hop in hops])
    axes.invert_yaxis()
    return figure


def _hop_text(hop: Hop) -> str:
    p50 = "" if hop.percentiles is None else quantities.duration(hop.percentiles.p50_ns)
    return _literal(f"{hop.title}  {p50}")


def _figure(matplotlib: ModuleType, size: tuple[float, float], title: str) -> tuple[Any, Any]:
    figure = matplotlib.figure.Figure(figsize=size, layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(_literal(title), loc="left", fontsize=10, pad=22)
    axes.grid(visible=True, color="#ebe8e0", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    return figure, axes


def _times(times_ns: Sequence[int]) -> list[datetime.datetime]:
    return [
        datetime.datetime.fromtimestamp(time_ns / NANOSECONDS_PER_SECOND, tz=datetime.UTC)
        for time_ns in times_ns
    ]


def _literal(text: str) -> str:
    """Return a text of which matplotlib sets nothing as a formula."""
    return text.replace("$", r"\$")
