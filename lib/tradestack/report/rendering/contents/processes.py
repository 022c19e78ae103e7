"""The machine resources that the daemons used."""

from tradestack.report.rendering import quantities
from tradestack.report.rendering.blocks import Align, Column, Section, Table
from tradestack.report.rendering.contents.shown import cut
from tradestack.report.report import Report
from tradestack.report.values.processes import ProcessFigures


def processes_section(report: Report) -> Section:
    """The section of processor time and memory."""
    return Section(
        name="processes",
        title="Processor and memory",
        says="Of each daemon, over all of its processes while the session lasted.",
        blocks=[process_table(report)],
    )


def process_table(report: Report) -> Table:
    """Processor time and memory, a line a daemon."""
    processes = report.processes or ()
    return Table(
        caption="Daemons",
        columns=(
            Column("Daemon", Align.WORDS),
            Column("CPU time"),
            Column("CPU", unit="average, of one processor"),
            Column("Memory", unit="largest"),
            Column("Samples"),
            Column("Since", Align.WORDS, "UTC"),
            Column("Until", Align.WORDS, "UTC"),
        ),
        rows=[
            (
                _name(process),
                _seconds(process.cpu_seconds),
                quantities.percent(process.cpu_share),
                quantities.memory(process.rss_bytes_max),
                quantities.count(process.samples),
                quantities.time(process.since),
                quantities.time(process.until),
            )
            for process in processes
        ],
        empty="Not recorded.",
    )


def _name(process: ProcessFigures) -> str:
    return cut(f"{process.daemon} {process.instance}" if process.instance else process.daemon)


def _seconds(seconds: float | None) -> str:
    return quantities.NOT_RECORDED if seconds is None else f"{seconds:,.2f}{quantities.SPACE}s"
