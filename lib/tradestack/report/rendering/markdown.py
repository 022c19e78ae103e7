"""Report → performance_report.md: rates, latencies and processes of one run, on its machine."""

from collections.abc import Sequence

from tradestack.report.rendering import quantities
from tradestack.report.rendering.blocks import Align, Cell, Column, Table
from tradestack.report.rendering.contents.document import title
from tradestack.report.rendering.contents.processes import process_table
from tradestack.report.rendering.contents.way import CLOCKS, percentile_texts, since_text
from tradestack.report.rendering.elements import shown
from tradestack.report.report import Report
from tradestack.report.values.waterfall import Hop

# What Markdown gives a meaning, anywhere in a cell of a table.
_SPECIAL = "\\`*_{}[]<>()#+!|~&"
_ESCAPES = str.maketrans(
    {character: f"\\{character}" for character in _SPECIAL} | {"\n": " ", "\t": " ", "\r": " "}
)


def render_markdown(report: Report) -> str:
    """Return the document; what was not recorded is called "not recorded"."""
    waterfall = report.waterfall
    parts = [
        f"# Performance report of {escaped(title(report))}",
        _run(report),
        "## Feed",
        _table(_rates(report)),
        "## Shared memory and orders",
        _table(_hops("Latency", waterfall.beside)),
        "## From tick to fill",
        "In the order of the way. Wall: by the clock of this machine; feed: in event times.",
        _table(_hops("Hop", waterfall.hops)),
        "## Processor and memory",
        _table(process_table(report)),
    ]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Return a text as Markdown shows it literally, in one line."""
    return shown(text).translate(_ESCAPES)


def _run(report: Report) -> str:
    of = report.provenance
    facts = (
        ("began", _utc(of.began)),
        ("order sessions", ", ".join(of.order_sessions) or "none"),
        ("state", "ended" if of.is_ended else f"going on, here up to message {of.through:,}"),
        ("made by", f"tradestack {of.version}"),
    )
    return "\n".join(f"- {name}: {escaped(value)}" for name, value in facts)


def _utc(time_ns: int | None) -> str:
    text = quantities.time(time_ns)
    return text if time_ns is None else f"{text} UTC"


def _rates(report: Report) -> Table:
    feed = report.feed
    between = f"{_utc(feed.first_published)} to {_utc(feed.last_published)}"
    return Table(
        caption="Feed",
        columns=(
            Column("Figure", Align.WORDS),
            Column("Value"),
            Column("Of", Align.WORDS),
        ),
        rows=[
            ("Average tick rate", quantities.rate(feed.ticks_per_second, "ticks"), between),
            ("Busiest second", quantities.rate(feed.busiest_second, "ticks"), between),
            ("Ticks", quantities.count(feed.ticks), "the session"),
            ("Gaps", quantities.count(feed.gaps), "the session"),
        ],
    )


def _hops(heading: str, hops: Sequence[Hop]) -> Table:
    names = ("p50", "p99", "p99.9", "Longest", "Count")
    return Table(
        caption=heading,
        columns=(
            Column(heading, Align.WORDS),
            *map(Column, names),
            Column("Clock", Align.WORDS),
            Column("Recorded by", Align.WORDS),
            Column("Since", Align.WORDS, "UTC"),
        ),
        rows=[_hop(hop) for hop in hops],
        empty="Not recorded.",
    )


def _hop(hop: Hop) -> Sequence[Cell]:
    texts = percentile_texts(hop.percentiles)
    return (hop.title, *texts, CLOCKS[hop.clock], hop.origin, since_text(hop))


def _table(table: Table) -> str:
    if not table.rows:
        return table.empty
    heads = [escaped(_heading(column)) for column in table.columns]
    rules = ["---:" if column.align is Align.NUMBER else "---" for column in table.columns]
    rows = [[escaped(str(cell)) for cell in row] for row in table.rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [heads, rules, *rows])


def _heading(column: Column) -> str:
    return f"{column.heading} ({column.unit})" if column.unit else column.heading
