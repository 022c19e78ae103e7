"""Round trips: from flat to flat."""

from collections.abc import Sequence

from tradestack.report.rendering import quantities
from tradestack.report.rendering.blocks import Align, Cell, Column, Facts, Section, Table
from tradestack.report.rendering.contents.shown import cut, profit, some_of
from tradestack.report.report import Report
from tradestack.report.values.round_trips import RoundTrip, RoundTrips

ROWS_MAX = 150


def round_trips_section(report: Report) -> Section:
    """The section of the table of round trips."""
    trips = report.round_trips
    return Section(
        name="round-trips",
        title="Round trips",
        says="From flat to flat in one symbol, at average cost: their profits add up to the "
        "realized profit of the accounts.",
        blocks=[_facts(trips), _newest(trips)] if trips.closed + trips.open else [],
    )


def _facts(trips: RoundTrips) -> Facts:
    won = trips.winners / trips.closed if trips.closed else None
    holding = trips.holding_p50_ns
    return Facts(
        caption="Closed round trips, after fees",
        facts=[
            ("Closed", f"{trips.closed:,}, and {trips.open:,} still open"),
            (
                "Won",
                f"{trips.winners:,}, lost {trips.losers:,}"
                + (f" ({quantities.percent(won)} won)" if won is not None else ""),
            ),
            ("Profit of the winners", quantities.money(trips.gross_profit)),
            ("Loss of the losers", quantities.money(trips.gross_loss)),
            ("Profit factor", quantities.ratio(trips.profit_factor)),
            (
                "Held, median",
                quantities.NO_VALUE if holding is None else quantities.duration(holding),
            ),
        ],
    )


def _newest(trips: RoundTrips) -> Table:
    rows = trips.newest[-ROWS_MAX:]
    return Table(
        caption="Round trips",
        unit=f"{some_of(len(rows), trips.closed + trips.open, 'round trip')}; feed time, UTC",
        columns=(
            Column("Opened", Align.WORDS),
            Column("Closed", Align.WORDS),
            Column("User", Align.WORDS),
            Column("Symbol", Align.WORDS),
            Column("Side", Align.WORDS),
            *(Column(name) for name in ("Quantity", "Entry", "Exit", "Profit", "Fees")),
            Column("Fills"),
        ),
        rows=[_row(trip) for trip in reversed(rows)],
        note="Profit is realized and before fees."
        + (" * began in an earlier session." if any(trip.carried for trip in rows) else ""),
    )


def _row(trip: RoundTrip) -> Sequence[Cell]:
    return (
        quantities.time(trip.opened) + ("*" if trip.carried else ""),
        "open" if trip.closed is None else quantities.time(trip.closed),
        cut(trip.user),
        cut(trip.symbol),
        trip.side,
        quantities.quantity(trip.quantity),
        quantities.price(trip.entry_price),
        quantities.price(trip.exit_price),
        profit(trip.profit),
        quantities.money(trip.fees),
        quantities.count(trip.fills),
    )
