"""Statistics and facts of the journals → the faults of a session."""

from collections.abc import Sequence

from tradestack.report.building.bounds import CHANGES_MAX
from tradestack.report.building.daemon_statistics import GATEWAY, ORDER_MANAGER, Recorded
from tradestack.report.journal_facts import JournalFacts
from tradestack.report.values.faults import Faults, TradingChange
from tradestack.report.values.provenance import BACKTEST
from tradestack.sessions.recorded_statistics import DaemonStatistics


def faults_part(
    facts: JournalFacts,
    recorded: Recorded | None,
    statistics: Sequence[DaemonStatistics],
    cut: int,
) -> Faults:
    """Return the part of the report.

    recorded: None = no statistics; statistics: the files that they come from. cut: files with a cut
    end.
    """
    return Faults(
        rows_refused=_rows_refused(recorded),
        restarts=None if recorded is None else recorded.restarts(),
        tails_cut=cut,
        statistics_cut=sum(each.lines_cut for each in statistics) if statistics else None,
        statistics_unreadable=(
            sum(each.lines_unreadable for each in statistics) if statistics else None
        ),
        orders_duplicate=_counter(recorded, ORDER_MANAGER, "orders_duplicate"),
        orders_malformed=facts.malformed,
        journal_lines_lost=sum(record.lines_lost for record in facts.repaired),
        orders_lost=sum(record.orders_lost for record in facts.repaired),
        trading_changes=tuple(
            TradingChange(
                time=record.time_ns,
                user=record.user,
                state=record.state,
                reason=record.reason,
                by_limit=record.feed_session is not None,
            )
            for record in facts.trading[-CHANGES_MAX:]
        ),
    )


def _rows_refused(recorded: Recorded | None) -> int | None:
    """Return the rows that the gateway has refused, or the backtest in its place."""
    of_gateway = _counter(recorded, GATEWAY, "rows_rejected")
    return _counter(recorded, BACKTEST, "rows_rejected") if of_gateway is None else of_gateway


def _counter(recorded: Recorded | None, daemon: str, name: str) -> int | None:
    stats = None if recorded is None else recorded.newest(daemon)
    return None if stats is None else stats.get(name)
