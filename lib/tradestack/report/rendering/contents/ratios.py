"""Ratios, each with its definition."""

from tradestack.report.rendering import quantities
from tradestack.report.rendering.blocks import Align, Column, Section, Table
from tradestack.report.rendering.contents.shown import cut
from tradestack.report.report import Report
from tradestack.report.values.ratios import RatiosOf

ACCOUNTS_MAX = 10


def ratios_section(report: Report) -> Section:
    """The section of Sharpe's and other ratios."""
    return Section(
        name="ratios",
        title="Ratios",
        says="The same name means different things elsewhere, so each has its definition here. The "
        "capital is what --capital says, else the largest gross exposure after a fill.",
        blocks=[_table(of) for of in report.ratios[:ACCOUNTS_MAX]],
    )


def _table(of: RatiosOf) -> Table:
    whose = "all accounts" if of.user is None else cut(of.user)
    interval = quantities.span(of.interval_ns)
    capital = f"; capital {quantities.money(of.capital)}" if of.capital else ""
    return Table(
        caption=f"Ratios of {whose}",
        unit=f"of profits per {interval} of feed time{capital}",
        columns=(
            Column("Ratio", Align.WORDS),
            Column("Value"),
            Column("Samples"),
            Column("Definition", Align.WORDS),
        ),
        rows=[
            (
                ratio.title,
                quantities.ratio(ratio.value),
                quantities.count(ratio.samples),
                ratio.definition,
            )
            for ratio in of.ratios
        ],
    )
