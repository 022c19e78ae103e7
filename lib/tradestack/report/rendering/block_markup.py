"""Facts, tables and tiles → HTML."""

from collections.abc import Sequence

from tradestack.report.rendering.blocks import (
    Align,
    Bar,
    Cell,
    Column,
    Facts,
    Profit,
    Span,
    Table,
    Tile,
)
from tradestack.report.rendering.elements import NOTHING, Markup, element, joined
from tradestack.report.rendering.quantities import NOT_RECORDED

METER_WIDTH, METER_HEIGHT = 1000, 10  # the units that its drawing is in
TICK_WIDTH = 6
# A table with more columns than these needs more room than one beside another.
COLUMNS_NARROW_MAX, COLUMNS_WIDE_MAX = 6, 12
ROWS_AT_ONCE_MAX = 20
BAR_WIDTH_MIN = 4  # so that a small share is seen


def tiles_markup(tiles: Sequence[Tile]) -> Markup:
    """The figures at the top of the document."""
    return element("dl", *map(_tile, tiles), class_="tiles")


def facts_markup(facts: Facts) -> Markup:
    """Names and what they are."""
    lines = (joined((element("dt", name), _fact(value))) for name, value in facts.facts)
    return element("div", element("h3", facts.caption), element("dl", *lines, class_="facts"))


def table_markup(table: Table) -> Markup:
    """A table with its caption, which scrolls by itself where it is wider than the screen."""
    heading = _caption(table)
    if not table.rows:
        return element("div", element("h3", *heading), element("p", table.empty, class_="note"))
    contents = element("table", element("caption", *heading), _head(table), _body(table))
    return element(
        "div",
        _scrolled(contents, table),
        element("p", table.note, class_="note") if table.note else NOTHING,
        class_=_breadth(table),
    )


def with_unit(title: str, unit: str) -> tuple[str, ...]:
    """A title and, in small, its unit."""
    return (title, " ", element("span", unit, class_="unit")) if unit else (title,)


def _breadth(table: Table) -> str | None:
    if len(table.columns) > COLUMNS_WIDE_MAX:
        return "whole"
    return "wide" if len(table.columns) > COLUMNS_NARROW_MAX else None


def _scrolled(contents: Markup, table: Table) -> Markup:
    """A part that can be scrolled, also by keys: a long table has a height of its own."""
    attributes = {"role": "region", "tabindex": "0", "aria_label": f"Table: {table.caption}"}
    is_long = len(table.rows) > ROWS_AT_ONCE_MAX
    return element("div", contents, class_="scroll long" if is_long else "scroll", **attributes)


def _tile(tile: Tile) -> Markup:
    absent = " absent" if tile.value == NOT_RECORDED else ""
    value = element("span", tile.value, class_=f"value{absent}")
    aside = element("span", tile.aside, class_="aside")
    return element("div", element("dt", tile.name), element("dd", value, aside))


def _fact(value: str) -> Markup:
    return element("dd", value, class_=_absence(value))


def _absence(text: str) -> str | None:
    return "absent" if text == NOT_RECORDED else None


def _caption(table: Table) -> tuple[str, ...]:
    return with_unit(table.caption, table.unit)


def _head(table: Table) -> Markup:
    cells = (
        element("th", *_heading(column), scope="col", class_=_class(column))
        for column in table.columns
    )
    return element("thead", element("tr", *cells))


def _heading(column: Column) -> tuple[str, ...]:
    return with_unit(column.heading, column.unit)


def _body(table: Table) -> Markup:
    return element("tbody", *(_row(table.columns, row) for row in table.rows))


def _row(columns: Sequence[Column], row: Sequence[Cell]) -> Markup:
    first, *rest = zip(columns, row, strict=True)
    return element("tr", _first(*first), *(_cell(column, cell) for column, cell in rest))


def _first(column: Column, cell: Cell) -> Markup:
    """The cell that names its row."""
    return element("th", str(cell), scope="row", class_=_class(column))


def _cell(column: Column, cell: Cell) -> Markup:
    if isinstance(cell, Bar | Span):
        return element("td", _meter(cell), class_="meter")
    if isinstance(cell, Profit):
        sign = "gain" if cell.sign > 0 else "loss" if cell.sign < 0 else ""
        return element("td", element("span", cell.text, class_=sign or None), class_="number")
    classes = [_class(column), _absence(cell)]
    return element("td", cell, class_=" ".join(filter(None, classes)) or None)


def _class(column: Column) -> str | None:
    return None if column.align is Align.WORDS else str(column.align)


def _meter(cell: Bar | Span) -> Markup:
    """A drawing without words: the cells beside it have the figures."""
    shapes = [_rectangle(0, METER_WIDTH, "track")]
    if isinstance(cell, Bar):
        shapes.append(_rectangle(0, cell.share * METER_WIDTH, "bar-strong"))
    else:
        low, middle, high = (
            share * (METER_WIDTH - TICK_WIDTH) for share in (cell.low, cell.middle, cell.high)
        )
        shapes += [
            _rectangle(low, high - low, "bar"),
            _rectangle(low, middle - low, "bar-strong"),
            _rectangle(low, TICK_WIDTH, "tick"),
        ]
    view = f"0 0 {METER_WIDTH} {METER_HEIGHT}"
    # preserveAspectRatio: the drawing is as wide as its cell.
    attributes = {"viewBox": view, "preserveAspectRatio": "none", "aria_hidden": "true"}
    return element("svg", *shapes, **attributes)


def _rectangle(left: float, width: float, name: str) -> Markup:
    place = {"x": f"{left:.0f}", "width": f"{max(BAR_WIDTH_MIN, width):.0f}"}
    return element("rect", y="0", height=str(METER_HEIGHT), class_=name, **place)
