"""The way from a tick to a fill, and what is measured beside it."""

from collections.abc import Sequence

from tradestack.report.rendering import quantities
from tradestack.report.rendering.blocks import Align, Cell, Column, Section, Table
from tradestack.report.rendering.contents.shown import LogScale
from tradestack.report.report import Report
from tradestack.report.values.percentiles import Percentiles
from tradestack.report.values.provenance import BACKTEST
from tradestack.report.values.waterfall import Clock, Hop

CLOCKS = {Clock.WALL: "wall", Clock.FEED: "feed"}


def way_section(report: Report) -> Section:
    """The section of the waterfall."""
    waterfall = report.waterfall
    return Section(
        name="way",
        title="From tick to fill",
        says="The way tick → signal → order → journal → report → fill, one hop a line. The bar "
        "goes from the median (p50) to p99, its light end to p99.9." + _of_a_backtest(report),
        blocks=[
            hop_table("Hops, in their order", waterfall.hops),
            hop_table("Beside the way", waterfall.beside),
        ],
    )


def _of_a_backtest(report: Report) -> str:
    if BACKTEST not in (report.provenance.versions or {}):
        return ""
    return (
        " A backtest hands on whole blocks of messages in one process, so its wall times are those "
        "of the computation and no latencies; times of the feed are as in a running stack."
    )


def hop_table(caption: str, hops: Sequence[Hop]) -> Table:
    """The table of some hops, with a drawing of each."""
    scale = LogScale([hop.percentiles for hop in hops if hop.percentiles is not None])
    return Table(
        caption=caption,
        unit=f"bars: {scale.ends}" if any(hop.percentiles for hop in hops) else "",
        columns=(
            Column("Hop", Align.WORDS),
            Column("p50 to p99.9", Align.METER),
            *(Column(name) for name in ("p50", "p99", "p99.9", "Longest", "Count")),
            Column("Clock", Align.WORDS),
            Column("Recorded by", Align.WORDS),
            Column("Since", Align.WORDS, "UTC"),
        ),
        rows=[_row(hop, scale) for hop in hops],
        empty="Not recorded.",
    )


def _row(hop: Hop, scale: LogScale) -> Sequence[Cell]:
    of = hop.percentiles
    drawing: Cell = "" if of is None else scale.span(of)
    return (
        hop.title,
        drawing,
        *percentile_texts(of),
        CLOCKS[hop.clock],
        hop.origin,
        since_text(hop),
    )


def percentile_texts(of: Percentiles | None) -> tuple[str, str, str, str, str]:
    """Return p50, p99, p99.9, the longest and the count, each as a text."""
    if of is None:
        return (quantities.NOT_RECORDED, *(quantities.NO_VALUE,) * 4)
    return (
        quantities.duration(of.p50_ns),
        quantities.duration(of.p99_ns),
        quantities.duration(of.p999_ns),
        quantities.duration(of.max_ns),
        quantities.count(of.count),
    )


def since_text(hop: Hop) -> str:
    """Return since when the durations of a hop were counted."""
    if hop.percentiles is None:
        return quantities.NO_VALUE
    return "session's beginning" if hop.since is None else quantities.time(hop.since)
