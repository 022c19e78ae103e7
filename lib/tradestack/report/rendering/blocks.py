"""The blocks of a report for people: sections of facts, tables and charts, in no format yet."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass


class Align(enum.StrEnum):
    """How the cells of a column look."""

    WORDS = "words"
    CODE = "code"
    NUMBER = "number"
    METER = "meter"  # its cells are Bar or Span


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    heading: str
    align: Align = Align.NUMBER
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A cell that is drawn as a bar; share: 0 to 1 of the column's width."""

    share: float


@dataclass(frozen=True, slots=True)
class Span:
    """A cell that is drawn as a range: shares of the column's width, from low to high."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Profit:
    """A cell with an amount of money that is shown as a gain or a loss, by a sign and a colour."""

    text: str
    sign: int


Cell = str | Bar | Span | Profit


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; what its caption does not say is in the note. Nothing to show: `empty` says so."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    unit: str = ""
    note: str = ""
    empty: str = "None."


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Names and what they are, in lines."""

    caption: str
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the figures at the top; aside: what it is of, in small."""

    name: str
    value: str
    aside: str = ""


class Path(enum.StrEnum):
    """How the points of a line are joined."""

    LINE = "line"
    STEPS = "steps"
    AREA = "area"


class Shape(enum.StrEnum):
    """What a mark looks like, so that no colour is needed to tell it from others."""

    UP = "up"
    DOWN = "down"
    DIAMOND = "diamond"
    SQUARE = "square"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a chart: a value for each of the chart's times, None: there is none.

    tone: which of the document's colours, 1 to 6. The first line of a chart is solid, each other
    one has dashes of its own.
    """

    label: str
    values: Sequence[float | None]
    tone: int
    path: Path = Path.LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Things that happened at some time and value; text: what each was."""

    label: str
    shape: Shape
    tone: int
    times_ns: Sequence[int]
    values: Sequence[float]
    texts: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Lines over feed time, with marks.

    name: for programs, of letters, digits and "-". says: what is to be seen, in words. floor: a
    value that the scale has to contain. sync: charts of one name share the cursor.
    """

    name: str
    title: str
    unit: str
    says: str
    times_ns: Sequence[int]
    lines: Sequence[Line]
    marks: Sequence[Marks] = ()
    decimals: int = 2
    floor: float | None = None
    sync: str = ""
    note: str = ""


Block = Table | Facts | Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of the document; says: what it shows, in a sentence or two."""

    name: str
    title: str
    says: str
    blocks: Sequence[Block]
    alarm: str = ""
