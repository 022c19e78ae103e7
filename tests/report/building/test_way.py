"""The way from a tick to a fill: a hop of each part that somebody has recorded."""

from typing import Any

from tests.report.building.test_daemon_statistics import daemon, line
from tradestack.report.building.daemon_statistics import Recorded, recorded_of
from tradestack.report.building.way import waterfall_part
from tradestack.report.columns.builder import TextCodes
from tradestack.report.columns.order_rows import OrderRows
from tradestack.report.values.waterfall import Hop, Waterfall

WAY = (
    "tick_to_signal",
    "signal_to_order",
    "order_to_manager",
    "manager_to_journal",
    "journal_to_report",
    "journal_to_fill",
    "order_to_fill_report",
)


def waterfall(recorded: Recorded | None) -> Waterfall:
    """Return the way of a session without an order."""
    rows = OrderRows(TextCodes(), TextCodes())
    return waterfall_part(rows.orders(), rows.fills(), recorded)


def durations(count: int, p50_us: float) -> dict[str, Any]:
    """Return a histogram, as stats show it."""
    return {"p50_us": p50_us, "p99_us": 2 * p50_us, "p999_us": 3 * p50_us, "count": count}


def test_the_hops_of_the_daemons_come_from_their_own_histograms() -> None:
    """Each with the count and percentiles that its daemon has recorded, and since when."""
    strategy = {"publish_to_signal": durations(7, 80), "signal_to_order": durations(7, 12.5)}
    manager = {
        "received_to_journalled": durations(9, 40),
        "journalled_to_reported": durations(9, 15),
    }
    recorded = recorded_of(
        [
            daemon("strategy-news", line(10, 1, 1, 1, latency=strategy)),
            daemon("order-manager", line(10, 2, 1, 1, latency=manager)),
        ]
    )

    hops = waterfall(recorded).hops

    assert tuple(hop.key for hop in hops) == WAY
    assert _found(hops) == {
        "tick_to_signal": ("strategy", 7, 80_000, 240_000, 10**9),
        "signal_to_order": ("strategy", 7, 12_500, 37_500, 10**9),
        "manager_to_journal": ("order-manager", 9, 40_000, 120_000, 2 * 10**9),
        "journal_to_report": ("order-manager", 9, 15_000, 45_000, 2 * 10**9),
    }


def test_hops_that_nobody_has_recorded_stay_in_the_way() -> None:
    """Without statistics at all, and of daemons that knew fewer hops."""
    older = {"received_to_journalled": durations(9, 40)}
    recorded = recorded_of([daemon("order-manager", line(10, 2, 1, 1, latency=older))])

    nothing, little = waterfall(None).hops, waterfall(recorded).hops

    assert tuple(hop.key for hop in nothing) == tuple(hop.key for hop in little) == WAY
    assert _found(nothing) == {}
    assert set(_found(little)) == {"manager_to_journal"}


def _found(hops: tuple[Hop, ...]) -> dict[str, tuple[object, ...]]:
    """Return of each hop that is recorded: by whom, how often, p50, p99.9, since when."""
    return {
        hop.key: (hop.origin, of.count, of.p50_ns, of.p999_ns, hop.since)
        for hop in hops
        if (of := hop.percentiles) is not None
    }
