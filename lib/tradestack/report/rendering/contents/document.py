"""The document of a report: what happened, and its sections in their order."""

from collections.abc import Sequence

from tradestack.report.rendering.blocks import Section
from tradestack.report.rendering.contents.accounts import accounts_section
from tradestack.report.rendering.contents.execution import execution_section
from tradestack.report.rendering.contents.faults import faults_section
from tradestack.report.rendering.contents.feed import feed_section
from tradestack.report.rendering.contents.orders import orders_section
from tradestack.report.rendering.contents.prices import prices_section
from tradestack.report.rendering.contents.processes import processes_section
from tradestack.report.rendering.contents.provenance import provenance_section
from tradestack.report.rendering.contents.ratios import ratios_section
from tradestack.report.rendering.contents.round_trips import round_trips_section
from tradestack.report.rendering.contents.way import way_section
from tradestack.report.report import Report

SECTIONS = (
    provenance_section,
    feed_section,
    way_section,
    processes_section,
    orders_section,
    accounts_section,
    prices_section,
    execution_section,
    round_trips_section,
    ratios_section,
    faults_section,
)


def sections(report: Report) -> Sequence[Section]:
    """Return the sections of a report."""
    return [section(report) for section in SECTIONS]


def title(report: Report) -> str:
    """Return the title of a report."""
    return f"Session {report.provenance.feed_session}"
