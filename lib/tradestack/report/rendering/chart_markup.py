"""A chart → HTML: a canvas that report.js draws on, its data, and the same as a table."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tradestack.report.rendering import quantities
from tradestack.report.rendering.block_markup import table_markup, with_unit
from tradestack.report.rendering.blocks import Align, Chart, Column, Line, Marks, Shape, Table
from tradestack.report.rendering.elements import (
    NOTHING,
    Markup,
    data_block,
    element,
)
from tradestack.report.rendering.thinning import spread, thinned

POINTS_MAX = 1_000  # a screen has no more columns for one chart
ROWS_MAX = 50  # of the table beside it
MILLISECOND_NS = 1_000_000
SIGNIFICANT_DIGITS = 10

DASHES: Sequence[Sequence[int]] = ((), (7, 3), (2, 3), (9, 3, 2, 3), (4, 4), (12, 4))
SHAPES: Mapping[Shape, str] = MappingProxyType(
    {
        Shape.UP: "M10 1 15 9 5 9Z",
        Shape.DOWN: "M10 9 15 1 5 1Z",
        Shape.DIAMOND: "M10 0 15 5 10 10 5 5Z",
        Shape.SQUARE: "M6 1 14 1 14 9 6 9Z",
    }
)
KEYS_NAME = "keys"  # the element that says which keys a chart knows


def chart_markup(chart: Chart) -> Markup:
    """The figure of a chart; it says so where there is nothing to draw."""
    caption = element("figcaption", *with_unit(chart.title, chart.unit))
    if not chart.times_ns:
        nothing = element("p", "Nothing to draw.", class_="note")
        return element("figure", caption, nothing)
    source = f"data-{chart.name}"
    plot = element(
        "div",
        class_="plot",
        role="img",
        tabindex="0",
        aria_label=f"{chart.title}. {chart.says}",
        aria_describedby=KEYS_NAME,
        data_source=source,
    )
    return element(
        "figure",
        caption,
        _keys(chart),
        plot,
        element("p", class_="readout", aria_live="polite"),
        element("p", chart.note, class_="note") if chart.note else NOTHING,
        _details(chart),
        data_block(source, chart_data(chart)),
    )


def chart_data(chart: Chart) -> dict[str, Any]:
    """The data of a chart as report.js takes it: times in ms after its start."""
    kept = thinned([line.values for line in chart.lines], len(chart.times_ns), POINTS_MAX)
    start_ms = chart.times_ns[0] // MILLISECOND_NS

    def offsets(times_ns: Sequence[int]) -> list[int]:
        return [time_ns // MILLISECOND_NS - start_ms for time_ns in times_ns]

    return {
        "start": start_ms / 1_000,
        "times": offsets([chart.times_ns[index] for index in kept]),
        "decimals": chart.decimals,
        "floor": chart.floor,
        "sync": chart.sync,
        "lines": [
            {
                "label": line.label,
                "values": [_short(line.values[index]) for index in kept],
                "path": line.path,
                "tone": line.tone,
                "dash": dash,
            }
            for line, dash in zip(chart.lines, DASHES, strict=False)
        ],
        "marks": [
            {
                "label": marks.label,
                "shape": marks.shape,
                "tone": marks.tone,
                "times": offsets(marks.times_ns),
                "values": [_short(value) for value in marks.values],
                "texts": list(marks.texts),
            }
            for marks in chart.marks
        ],
    }


def _short(value: float | None) -> float | None:
    """Leave out the digits that no screen shows."""
    return None if value is None else float(f"{value:.{SIGNIFICANT_DIGITS}g}")


def _keys(chart: Chart) -> Markup:
    lines = (_line_key(line, dash) for line, dash in zip(chart.lines, DASHES, strict=False))
    return element("ul", *lines, *map(_marks_key, chart.marks), class_="keys")


def _line_key(line: Line, dash: Sequence[int]) -> Markup:
    dashes = " ".join(map(str, dash)) or None
    sample = element("path", d="M0 5H20", stroke_dasharray=dashes)
    value = element("span", class_="value")
    return element("li", _sample(sample), line.label, value, class_=f"line tone-{line.tone}")


def _marks_key(marks: Marks) -> Markup:
    sample = element("path", d=SHAPES[marks.shape], class_="solid")
    return element("li", _sample(sample), marks.label, class_=f"tone-{marks.tone}")


def _sample(drawing: Markup) -> Markup:
    return element("svg", drawing, viewBox="0 0 20 10", aria_hidden="true")


def _details(chart: Chart) -> Markup:
    """The figures of the chart as tables, closed until somebody opens them."""
    tables = [_points_table(chart)]
    if any(marks.times_ns for marks in chart.marks):
        tables.append(_marks_table(chart))
    return element("details", element("summary", "Figures"), *map(table_markup, tables))


def _points_table(chart: Chart) -> Table:
    rows = spread(len(chart.times_ns), ROWS_MAX)
    return Table(
        caption=chart.title,
        unit=f"{chart.unit}; {_shown(len(rows), len(chart.times_ns), 'point')}",
        columns=(
            Column("Time", Align.WORDS, "UTC"),
            *(Column(line.label) for line in chart.lines),
        ),
        rows=[
            (
                quantities.time(chart.times_ns[index]),
                *(_number(line.values[index], chart.decimals) for line in chart.lines),
            )
            for index in rows
        ],
    )


def _marks_table(chart: Chart) -> Table:
    marked = sorted(
        (time_ns, marks.label, text)
        for marks in chart.marks
        for time_ns, text in zip(marks.times_ns, marks.texts, strict=True)
    )
    rows = [marked[index] for index in spread(len(marked), ROWS_MAX)]
    return Table(
        caption=f"{chart.title}: what is marked",
        unit=_shown(len(rows), len(marked), "mark"),
        columns=(
            Column("Time", Align.WORDS, "UTC"),
            Column("Mark", Align.WORDS),
            Column("What", Align.WORDS),
        ),
        rows=[(quantities.time(time_ns), label, text) for time_ns, label, text in rows],
    )


def _shown(rows: int, of: int, noun: str) -> str:
    if rows == of:
        return quantities.counted(of, noun)
    return f"{rows:,} of {of:,} {noun}s, evenly spaced"


def _number(value: float | None, decimals: int) -> str:
    if value is None:
        return quantities.NO_VALUE
    return f"{value:,.{decimals}f}".replace("-", quantities.MINUS)
