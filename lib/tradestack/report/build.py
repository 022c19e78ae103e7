"""A recorded session → its report: the same files always give the same report."""

from collections.abc import Iterator, Sequence

import numpy as np

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.report.building.account_figures import AccountTables, accounts_part
from tradestack.report.building.account_ratios import account_ratios
from tradestack.report.building.bounds import GROUPS_MAX, SYMBOLS_MAX, TRIPS_MAX
from tradestack.report.building.curves import Chosen, curve_messages, equity_curves
from tradestack.report.building.daemon_statistics import recorded_of
from tradestack.report.building.faults_part import faults_part
from tradestack.report.building.fill_columns import booked_fills, fills_on_tape
from tradestack.report.building.order_columns import accepted_orders, orders_part
from tradestack.report.building.origins import provenance_part
from tradestack.report.building.price_charts import price_charts
from tradestack.report.building.torn_ends import torn_ends
from tradestack.report.building.way import waterfall_part
from tradestack.report.figures.exact import Integers
from tradestack.report.figures.execution.executed_orders import executed_orders
from tradestack.report.figures.execution.quality import execution_quality
from tradestack.report.figures.profit.intervals import Intervals, intervals_of
from tradestack.report.figures.profit.trips import final_positions, round_trips, trips_of
from tradestack.report.figures.tape.feed import feed_figures
from tradestack.report.figures.tape.market import market_of
from tradestack.report.figures.tape.publication import Publication
from tradestack.report.figures.traded import Fill
from tradestack.report.recorded import RecordedSession, Watch, watch_nothing
from tradestack.report.report import Report
from tradestack.report.values.series import Series
from tradestack.sessions.recorded_statistics import read_statistics
from tradestack.wire.feed import TickRecords

# The default of `backtest --sharpe-interval`, so that both say the same.
INTERVAL_NS = 60 * NANOSECONDS_PER_SECOND
# Messages that are processed together: 32 MiB.
BLOCK_MESSAGES = 1 << 19


def build_report(
    session: RecordedSession,
    *,
    interval_ns: int = INTERVAL_NS,
    capital: int | None = None,
    watch: Watch = watch_nothing,
) -> Report:
    """Return the report of a session.

    interval_ns: of the profits that ratios are of. capital: what returns are a share of, of each
    user, ×10⁻⁸; None: the largest gross exposure after a fill. watch: is told how far the log is
    read. Raises OperatorFault, OSError.
    """
    facts = session.facts
    statistics = read_statistics(session.log.parent.parent, session.id, facts.order_sessions)
    recorded = recorded_of(statistics)
    publication = Publication()
    market = market_of(_counted(session, publication, watch))
    orders, fills = session.orders(), fills_on_tape(session.fills(), session.head)
    positions = {
        (user, symbol): held
        for user, opening in facts.openings.items()
        for symbol, held in opening.portfolio.positions.items()
    }
    booked = booked_fills(fills, facts.openings)
    trips = trips_of(booked, positions, int(market.times[0]) if len(market.times) else 0)
    intervals = intervals_of(market.times, interval_ns)
    chosen = curve_messages(market, booked, facts.openings)
    equity = session.equity(at=_messages(chosen, intervals, fills, session.head))
    tables = AccountTables(
        equity=equity,
        orders=orders,
        fills=booked,
        positions=final_positions(trips),
        market=market,
    )
    accounts = accounts_part(tables, facts)
    return Report(
        provenance=provenance_part(session, facts, recorded),
        feed=feed_figures(
            market, publication, None if recorded is None else recorded.clients(), SYMBOLS_MAX
        ),
        waterfall=waterfall_part(orders, session.fills(), recorded),
        orders=orders_part(orders, session.fills().row_count),
        accounts=accounts,
        series=Series(
            equity=tuple(equity_curves(equity, chosen, session.head)),
            prices=price_charts(market, orders, fills),
        ),
        execution=execution_quality(
            market, executed_orders(market, accepted_orders(orders), fills), fills, GROUPS_MAX
        ),
        round_trips=round_trips(trips, TRIPS_MAX),
        ratios=tuple(account_ratios(equity, accounts, intervals, booked, trips, capital)),
        processes=None if recorded is None else recorded.processes(),
        faults=faults_part(
            facts,
            recorded,
            statistics,
            torn_ends(session.log, [each.path for each in session.journals]),
        ),
    )


def _messages(chosen: Chosen, intervals: Intervals, fills: Sequence[Fill], head: int) -> Integers:
    """Return the messages behind which equity is looked at: curves, intervals, fills, the last."""
    of_fills = np.array([fill.number for fill in fills], np.int64)
    parts = [*chosen.values(), intervals.last_messages, of_fills, np.arange(head, head + 1)]
    numbers = np.unique(np.concatenate(parts))
    return numbers[numbers > 0]


def _counted(
    session: RecordedSession, publication: Publication, watch: Watch
) -> Iterator[TickRecords]:
    """Yield the tape in blocks that are counted, and release each after its use."""
    with watch(session.log.name, session.tape.nbytes) as show:
        for first in range(0, session.head, BLOCK_MESSAGES):
            records = session.tape[first : first + BLOCK_MESSAGES]
            publication.add(records)
            yield records
            session.release_tape()
            show((first + len(records)) / session.head)
