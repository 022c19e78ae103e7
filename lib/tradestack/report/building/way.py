"""Times of orders and fills, and the daemons' histograms → the way from a tick to a fill."""

import numpy as np

from tradestack.report.building.daemon_statistics import (
    GATEWAY,
    ORDER_MANAGER,
    STRATEGY,
    Recorded,
)
from tradestack.report.columns.table import MISSING, Column, Table
from tradestack.report.figures.durations import percentiles_of
from tradestack.report.values.percentiles import Percentiles
from tradestack.report.values.waterfall import Clock, Hop, Waterfall

JOURNAL = "journal"


def waterfall_part(orders: Table, fills: Table, recorded: Recorded | None) -> Waterfall:
    """Return the part of the report; columns ORDERS, FILLS; recorded: None = no statistics."""
    return Waterfall(hops=_hops(orders, fills, recorded), beside=_beside(orders, recorded))


def _hops(orders: Table, fills: Table, recorded: Recorded | None) -> tuple[Hop, ...]:
    first = _first_fills(fills)
    filled = orders.rows(first["order_row"])
    return (
        _histogram(
            "tick_to_signal",
            "tick published → strategy",
            recorded,
            (STRATEGY, "publish_to_signal"),
        ),
        _histogram(
            "signal_to_order",
            "hook begins → order made",
            recorded,
            (STRATEGY, "signal_to_order"),
        ),
        _journalled(
            "order_to_manager",
            "order made → order manager",
            orders["sent_time"],
            orders["received_time"],
        ),
        _histogram(
            "manager_to_journal",
            "order manager → journal",
            recorded,
            (ORDER_MANAGER, "received_to_journalled"),
        ),
        _histogram(
            "journal_to_report",
            "journal → report sent",
            recorded,
            (ORDER_MANAGER, "journalled_to_reported"),
        ),
        _journalled(
            "journal_to_fill",
            "at the market → first fill (feed)",
            filled["arrival_time"],
            first["event_time"],
            Clock.FEED,
        ),
        _journalled(
            "order_to_fill_report",
            "received → first fill reported",
            filled["received_time"],
            first["report_time"],
        ),
    )


def _beside(orders: Table, recorded: Recorded | None) -> tuple[Hop, ...]:
    return (
        _journalled(
            "tick_to_order",
            "tick published → order made",
            orders["publish_time"],
            orders["sent_time"],
        ),
        _histogram(
            "order_round_trip",
            "order sent → report received",
            recorded,
            (STRATEGY, "order_to_report"),
        ),
        _histogram(
            "publish",
            "tick due → published (one in 16)",
            recorded,
            (GATEWAY, "publish"),
        ),
        _histogram(
            "book_write",
            "written to shared memory (one in 16)",
            recorded,
            (GATEWAY, "book_write"),
        ),
        _histogram(
            "book_read",
            "price read from shared memory",
            recorded,
            (STRATEGY, "book_read"),
        ),
    )


def _journalled(
    key: str, title: str, begins: Column, ends: Column, clock: Clock = Clock.WALL
) -> Hop:
    return Hop(
        key=key, title=title, clock=clock, origin=JOURNAL, percentiles=_between(begins, ends)
    )


def _between(begins: Column, ends: Column) -> Percentiles | None:
    """Return percentiles of the durations of which both times are known."""
    is_known = (begins != MISSING) & (ends != MISSING)
    return percentiles_of(ends[is_known] - begins[is_known])


def _histogram(key: str, title: str, recorded: Recorded | None, at: tuple[str, str]) -> Hop:
    daemon, name = at
    latency = None if recorded is None else recorded.latency(daemon, name)
    return Hop(
        key=key,
        title=title,
        clock=Clock.WALL,
        origin=daemon,
        percentiles=None if latency is None else latency.percentiles,
        since=None if latency is None else latency.since,
    )


def _first_fills(fills: Table) -> Table:
    """Return the first fill of each order that is in the table of orders."""
    rows, first = np.unique(fills["order_row"], return_index=True)
    return fills.rows(first[rows != MISSING])
