"""Orders that are checked against every limit and executed ÷ orders with a verdict alone.

Both order managers run at the same time, with the same client, depth and durability as in the row
orders-pipelined. One has `model = "none"` and no limits. The other follows a gateway that publishes
a hundred ticks a second of another symbol, has every limit that can hold for such orders, at values
that none breaks, and keeps each order working; its client cancels them after each round, which is
not measured.

Cheating would be: limits that are not asked, orders that an early check refuses.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench.comparison import Better, Comparison, Contestant, Role, Target
from bench.daemon import Daemon
from bench.order_entry import Answer, OrderFactory
from bench.placement import Placement
from bench.rows.orders_pipelined import DEPTH
from bench.workshop import Workshop

NAME = "orders-executed"
ORDERS, ORDERS_QUICK = 50_000, 5_000
OURS, BARE = "checked and executed", "verdict alone"
SHARE_MIN = 0.6
OTHER_TICKS = 20_000
PACE = "100/s"
COUNT_MAX = 1_000_000_000
RATE_MAX = "1000000/1s"
MONEY_MAX = "10000000000"
LIMITS = {
    "may_short": True,
    "price_increment": "0.01",
    "min_order_qty": "1",
    "lot_size": "1",
    "max_notional_per_order": MONEY_MAX,
    "max_price_age": "1h",
    "price_band_bp": 10_000,
    "max_order_submit_rate": RATE_MAX,
    "max_cancel_rate": RATE_MAX,
    "active_order_limit": COUNT_MAX,
    "total_order_limit": COUNT_MAX,
    "total_trade_limit": COUNT_MAX,
    "max_position": MONEY_MAX,
    "max_gross_notional": MONEY_MAX,
    "max_net_notional": MONEY_MAX,
    "max_daily_loss": MONEY_MAX,
    "max_drawdown": MONEY_MAX,
    "max_participation_bp": 10_000,
    "participation_window": "1h",
    "repeated_execution_limit": RATE_MAX,
    "each_user": {"max_order_qty": "1000000", "duplicate_order_limit": RATE_MAX},
}


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare in one run."""
    orders = workshop.size(ORDERS, ORDERS_QUICK)
    entry = OrderFactory(workshop, Placement.TWO_CPUS, orders, depth=DEPTH)
    with workshop.scratch() as directory, ExitStack() as stack:
        gateway = stack.enter_context(_gateway(directory, entry.placement))
        gateway.wait_for("source_state", "running")
        executing = {
            "execution": {"model": "tape"},
            "feed_log_directory": str(directory / "gateway-state"),
            "risk": LIMITS,
        }
        ours = stack.enter_context(entry.order_manager("os", executing, cancels_afterwards=True))
        bare = stack.enter_context(entry.order_manager("os"))
        figures = workshop.measure(
            [
                Contestant(OURS, Role.OURS, partial(entry.rate, OURS, ours)),
                Contestant(BARE, Role.PEER, partial(entry.rate, BARE, bare)),
            ]
        )
    yield Comparison(
        row=NAME,
        variant='all limits, durability "os"',
        unit="orders/s",
        batch=f"depth {DEPTH}",
        placement=Placement.TWO_CPUS.value,
        ours=OURS,
        figures=figures,
        targets=[Target(Better.HIGHER, SHARE_MIN, BARE)],
    )


def _gateway(directory: Path, placement: Placement) -> Daemon:
    """Run a gateway whose first tick is a trade of the symbol that is ordered."""
    prices = directory / "prices.csv"
    times = (f"2026-01-15T14:{minute:02}:{second:02}Z" for minute in range(60) for second in range(60))
    others = "".join(f"{time},AIG,75.00,1\n" for time in times for _ in range(OTHER_TICKS // 3_600))
    first = "2026-01-15T13:59:59Z,SPY,125.00,1000000\n"
    prices.write_text("timestamp,symbol,price,size\n" + first + others)
    values = {"source": "csv", "prices": str(prices), "pace": PACE}
    return Daemon("gateway", directory, values, prefix=placement.server())
