"""Faults: what went wrong, or was repaired."""

from tradestack.report.rendering import quantities
from tradestack.report.rendering.blocks import Align, Column, Facts, Section, Table
from tradestack.report.rendering.contents.shown import cut
from tradestack.report.report import Report
from tradestack.report.values.faults import Faults

ROWS_MAX = 50


def faults_section(report: Report) -> Section:
    """The section of refused rows, restarts, cut tails and changes of the trading state."""
    faults = report.faults
    return Section(
        name="faults",
        title="Faults",
        says=f"{faults_text(faults)} Where something is not recorded, it is not known to be none.",
        blocks=[_counts(faults), _changes(faults)],
    )


def faults_text(faults: Faults) -> str:
    """Describe in a sentence what went wrong."""
    parts = [
        quantities.counted(number, noun)
        for noun, number in (
            ("refused row", faults.rows_refused or 0),
            ("restart", restarts(faults) or 0),
            ("cut file tail", faults.tails_cut or 0),
            ("cut statistics line", faults.statistics_cut or 0),
            ("unreadable statistics line", faults.statistics_unreadable or 0),
            ("malformed message", faults.orders_malformed),
            ("lost journal line", faults.journal_lines_lost),
            ("lost order", faults.orders_lost),
        )
        if number
    ]
    return f"Recorded: {', '.join(parts)}." if parts else "No fault is recorded."


def restarts(faults: Faults) -> int | None:
    """Return how often daemons were started again, None: not recorded."""
    return None if faults.restarts is None else sum(faults.restarts.values())


def _counts(faults: Faults) -> Facts:
    again = [f"{cut(name)} {number:,}" for name, number in (faults.restarts or {}).items()]
    named = f": {', '.join(again)}" if restarts(faults) else ""
    return Facts(
        caption="Counted",
        facts=[
            ("Refused rows", quantities.count(faults.rows_refused)),
            ("Restarts", quantities.count(restarts(faults)) + named),
            ("Cut tails of files", quantities.count(faults.tails_cut)),
            ("Lines of statistics cut off", quantities.count(faults.statistics_cut)),
            ("Lines of statistics unreadable", quantities.count(faults.statistics_unreadable)),
            ("Orders received again", quantities.count(faults.orders_duplicate)),
            ("Messages that were no order", quantities.count(faults.orders_malformed)),
            ("Journal lines lost", quantities.count(faults.journal_lines_lost)),
            ("Orders lost", quantities.count(faults.orders_lost)),
        ],
    )


def _changes(faults: Faults) -> Table:
    return Table(
        caption="Changes of the trading state",
        columns=(
            Column("Time", Align.WORDS, "UTC"),
            Column("Of", Align.WORDS),
            Column("State", Align.WORDS),
            Column("By", Align.WORDS),
            Column("Reason", Align.WORDS),
        ),
        rows=[
            (
                quantities.time(change.time),
                "all users" if change.user is None else cut(change.user),
                change.state,
                "a limit" if change.by_limit else "an operator",
                cut(change.reason),
            )
            for change in faults.trading_changes[-ROWS_MAX:]
        ],
    )
