"""Execution quality: the cost of trading, compared with the prices at the decisions."""

from collections.abc import Sequence

from tradestack.report.rendering import quantities
from tradestack.report.rendering.blocks import Align, Bar, Cell, Column, Section, Table
from tradestack.report.rendering.contents.shown import bars, cut
from tradestack.report.report import Report
from tradestack.report.values.execution_quality import ExecutionQuality, Markout

ROWS_MAX = 40


def execution_section(report: Report) -> Section:
    """The section of slippage, shortfall and markouts."""
    groups = report.execution[:ROWS_MAX]
    return Section(
        name="execution",
        title="Execution quality",
        says="A cost is above 0, a gain below; a markout above 0 is good for us. The feed has "
        "trades and no quotes, so that every price is a last trade. 1 bp is 0.01 %.",
        blocks=[_quality(groups), _shortfall(groups), *_markouts(groups)] if groups else [],
    )


def _name(group: ExecutionQuality) -> str:
    parts = [part for part in (group.user, group.symbol) if part is not None]
    return cut(", ".join(parts)) if parts else "all"


def _quality(groups: Sequence[ExecutionQuality]) -> Table:
    return Table(
        caption="Slippage and fills",
        columns=(
            Column("Orders of", Align.WORDS),
            *(Column(name) for name in ("Orders", "Filled", "Fills", "Of the value")),
            Column("Against arrival", unit="bp"),
            Column("Against VWAP", unit="bp"),
            Column("Participation"),
            *(Column(f"Time to fill, {name}") for name in ("p50", "p99")),
        ),
        rows=[_quality_row(group) for group in groups],
        note="Filled: orders that were filled to the end; of the value: what was filled of what "
        "was ordered, at the prices of the decisions. Against arrival: of the fills beside the "
        "price when the order arrived. Against VWAP: beside the average price of the symbol's "
        "trades up to its last fill; participation is of their volume. Time to fill is feed time.",
    )


def _quality_row(group: ExecutionQuality) -> Sequence[Cell]:
    times = group.time_to_fill
    return (
        _name(group),
        quantities.count(group.orders),
        quantities.count(group.orders_filled),
        quantities.count(group.fills),
        _share(group.fill_ratio),
        quantities.basis_points(group.arrival_slippage_bp),
        quantities.basis_points(group.vwap_slippage_bp),
        _share(group.participation),
        quantities.NO_VALUE if times is None else quantities.duration(times.p50_ns),
        quantities.NO_VALUE if times is None else quantities.duration(times.p99_ns),
    )


def _share(share: float | None) -> str:
    return quantities.NO_VALUE if share is None else quantities.percent(share)


def _shortfall(groups: Sequence[ExecutionQuality]) -> Table:
    parts = ("Delay", "Execution", "Opportunity", "Fees", "Shortfall")
    return Table(
        caption="Implementation shortfall",
        unit="in the currency of the prices",
        columns=(
            Column("Orders of", Align.WORDS),
            *(Column(name) for name in parts),
            Column("Shortfall", unit="bp"),
            Column("Decided"),
        ),
        rows=[
            (
                _name(group),
                *map(
                    quantities.signed_money,
                    (
                        group.shortfall.delay,
                        group.shortfall.execution,
                        group.shortfall.opportunity,
                        group.shortfall.fees,
                        group.shortfall.total,
                    ),
                ),
                quantities.basis_points(group.shortfall.total_bp),
                quantities.money(group.shortfall.decided),
            )
            for group in groups
        ],
        note="Perold 1988. Delay: from the decision to the arrival; execution: from there to the "
        "fill; opportunity: what was not filled, at the session's last price. Decided: the value "
        "of the orders at their decision prices, of which the basis points are.",
    )


def _markouts(groups: Sequence[ExecutionQuality]) -> list[Table]:
    markouts = groups[0].markouts
    if not markouts:
        return []
    drawn = bars([abs(markout.basis_points or 0) for markout in markouts])
    return [
        Table(
            caption="Markouts of all fills",
            columns=(
                Column("After", Align.WORDS, "feed time"),
                Column("Size", Align.METER),
                Column("Markout", unit="bp"),
                Column("Adverse"),
                Column("Fills"),
            ),
            rows=[_markout(markout, bar) for markout, bar in zip(markouts, drawn, strict=True)],
            note="How the price went on after a fill, in its favour. Adverse: the share of the "
            "fills after which it went against them.",
        )
    ]


def _markout(markout: Markout, bar: Bar) -> Sequence[Cell]:
    return (
        "at once" if markout.horizon_ns == 0 else quantities.span(markout.horizon_ns),
        bar,
        quantities.basis_points(markout.basis_points),
        _share(markout.adverse),
        quantities.count(markout.fills),
    )
