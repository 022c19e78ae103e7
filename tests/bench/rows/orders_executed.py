"""Orders that are checked against every limit and executed ÷ the same with a verdict alone.

Both order managers run at the same time, with the client, depth and durability of the row
orders-pipelined. One has `model = "none"` and no limits. The other follows a gateway that publishes
a thousand trades of the symbol a second. It has no limits, or every one that can be set, at values
that nothing breaks. A rate is that of orders, up to the verdict.

IOC orders are filled or canceled by the next trade: the one that executes writes and sends two
reports for each, and is compared with one that has one. Resting orders are reached by no trade, so
both have one report for each; how many work grows up to the number of orders of a round, and they
are canceled after it.

Cheating would be: limits that are not asked, orders that an early check refuses, no trades.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.daemon import Daemon
from tests.bench.order_entry import Answer, OrderFactory
from tests.bench.orders import Kind
from tests.bench.placement import Placement
from tests.bench.rows.orders_pipelined import DEPTH
from tests.bench.workshop import Workshop

NAME = "orders-executed"
ORDERS, ORDERS_QUICK = 50_000, 5_000
OURS, BARE = "executed", "verdict alone"
SHARE_MIN = 0.6
PACE = "1000/s"
TRADES_A_SECOND = 50  # of feed time
COUNT_MAX = 1_000_000_000
RATE_MAX = "10000/1s"
MONEY_MAX = "10000000000"
LIMITS = {
    "may_short": True,
    "price_increment": "0.01",
    "min_order_qty": "1",
    "lot_size": "1",
    "max_notional_per_order": MONEY_MAX,
    "max_price_age": "1d",
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
    "participation_window": "1d",
    "repeated_execution_limit": RATE_MAX,
    "each_user": {
        "active_order_limit": COUNT_MAX,
        "max_order_qty": "1000000",
        "duplicate_order_limit": "100/1s",
    },
}
NO_LIMITS = {"each_user": {"active_order_limit": 0}}
KINDS = (Kind.IOC.value, Kind.RESTING.value)
LIMITS_SET: Mapping[str, Mapping[str, object]] = {"no limits": NO_LIMITS, "all limits": LIMITS}


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare both kinds of orders, without limits and with all, in one run."""
    orders = workshop.size(ORDERS, ORDERS_QUICK)
    entry = OrderFactory(workshop, Placement.TWO_CPUS, orders, depth=DEPTH)
    with workshop.scratch() as directory, _gateway(directory, entry.placement) as gateway:
        gateway.wait_for("source_state", "running")
        executing = {
            "execution": {"model": "tape"},
            "feed_log_directory": str(directory / "gateway-state"),
        }
        for kind, (variant, limits) in itertools.product(KINDS, LIMITS_SET.items()):
            with ExitStack() as stack:
                values = {**executing, "risk": limits}
                ours = stack.enter_context(entry.order_manager("os", values, kind))
                bare = stack.enter_context(entry.order_manager("os", kind=kind))
                yield _compare(entry, f"{kind}, {variant}", ours, bare)


def _compare(
    entry: OrderFactory, variant: str, ours: Callable[[], Answer], bare: Callable[[], Answer]
) -> Comparison:
    figures = entry.workshop.measure(
        [
            Contestant(OURS, Role.OURS, partial(entry.rate, OURS, ours)),
            Contestant(BARE, Role.PEER, partial(entry.rate, BARE, bare)),
        ]
    )
    return Comparison(
        row=NAME,
        variant=f'{variant}, durability "os"',
        unit="orders/s",
        batch=f"depth {DEPTH}",
        placement=Placement.TWO_CPUS.value,
        ours=OURS,
        figures=figures,
        targets=[Target(Better.HIGHER, SHARE_MIN, BARE)],
    )


def _gateway(directory: Path, placement: Placement) -> Daemon:
    """Run a gateway that plays trades of the symbol that is ordered, at its usual limits."""
    prices = directory / "prices.csv"
    times = (
        f"2026-01-15T14:{minute:02}:{second:02}Z" for minute in range(60) for second in range(60)
    )
    rows = (f"{time},SPY,125.00,1000000\n" * TRADES_A_SECOND for time in times)
    prices.write_text("timestamp,symbol,price,size\n" + "".join(rows))
    values = {"source": "csv", "prices": str(prices), "pace": PACE}
    return Daemon("gateway", directory, values, prefix=placement.server())
