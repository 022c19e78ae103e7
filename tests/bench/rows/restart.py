"""From the start of a daemon that was killed until it is ready again, s.

order manager: with a million orders in its journal, all of them replayed and known again; once more
where they were executed on a hundred million ticks, until the account with its thousands of working
orders is there. Those files are written by its own code (executed_session.py), 8 GB. gateway:
with a hundred million ticks in its log, of a random walk; and at the end of a long plain CSV. Each
is killed (SIGKILL) and started again on its files, round after round; afterwards it counts what it
counted before. Files are in the page cache and books in shared memory, as they are after a crash of
the process.

Cheating would be: a clean stop that leaves a summary behind.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.daemon import Daemon, user_name
from tests.bench.executed_session import Sizes, write_feed_log, write_journal
from tests.bench.faults import expect_count
from tests.bench.placement import Placement
from tests.bench.price_file import price_file
from tests.bench.program import Program
from tests.bench.rows.csv_replay import ROWS, ROWS_QUICK
from tests.bench.workshop import Workshop

NAME = "restart"
ORDERS, ORDERS_QUICK = 1_000_000, 10_000
TICKS, TICKS_QUICK = 100_000_000, 500_000
DEPTH = 256
OURS = "tradestack"
PAUSED_WALK = {"source": "random-walk", "walk_news_every": 0}


EXECUTED = Sizes(ticks=TICKS, orders=ORDERS, filled=100_000, working=5_000)
EXECUTED_QUICK = Sizes(ticks=TICKS_QUICK, orders=ORDERS_QUICK, filled=1_000, working=100)


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare both daemons."""
    yield _of_order_manager(workshop)
    yield _of_executing_order_manager(workshop)
    ticks = workshop.size(TICKS, TICKS_QUICK)
    walk: Mapping[str, object] = {**PAUSED_WALK, "pace": "max"}
    yield _of_gateway(workshop, f"{ticks:,} ticks of a random walk", walk, ticks)
    rows = workshop.size(ROWS, ROWS_QUICK)
    csv: Mapping[str, object] = {"prices": str(price_file(rows)), "pace": "max", "at_end": "hold"}
    yield _of_gateway(workshop, f"{rows:,} ticks of a CSV", csv, rows)


def _comparison(variant: str, seconds_max: float, figures: dict[str, list[float]]) -> Comparison:
    return Comparison(
        row=NAME,
        variant=variant,
        unit="s",
        batch="",
        placement=Placement.FREE.value,
        ours=OURS,
        figures=figures,
        targets=[Target(Better.LOWER, seconds_max)],
    )


def _of_order_manager(workshop: Workshop) -> Comparison:
    orders = workshop.size(ORDERS, ORDERS_QUICK)
    values = {"orders_per_session_max": 4 * orders}  # of which one user has half
    with workshop.scratch() as directory:
        with Daemon("order-manager", directory, values) as daemon, ExitStack() as stack:
            arguments = ("soup", daemon.port, "restart", orders, DEPTH)
            client = stack.enter_context(Program.of_module("order_entry", *arguments))
            client.wait_ready()
            client.go()
            expect_count("orders reported", orders, client.answer()["count"])
        figures = _measure(workshop, directory, values, Kept("order-manager", orders))
    return _comparison(f"order manager, {orders:,} orders", 3.0, figures)


def _of_executing_order_manager(workshop: Workshop) -> Comparison:
    sizes = EXECUTED_QUICK if workshop.quick else EXECUTED
    with workshop.scratch() as directory:
        gateway, state = directory / "gateway-state", directory / "order-manager-state"
        write_feed_log(gateway, sizes.ticks)
        write_journal(state, gateway, user_name(0), sizes)
        values = {
            "orders_per_session_max": 4 * sizes.orders,
            "execution": {"model": "tape"},
            "feed_log_directory": str(gateway),
        }
        kept = Kept("order-manager", sizes.orders, sizes.working)
        _start_again(directory, values, kept)  # it writes order_log.txt, which is not there yet
        figures = _measure(workshop, directory, values, kept)
    variant = (
        f"order manager, {sizes.orders:,} orders on {sizes.ticks:,} ticks, {sizes.filled:,} fills, "
        f"{sizes.working:,} working orders"
    )
    return _comparison(variant, 5.0, figures)


def _of_gateway(
    workshop: Workshop, variant: str, values: Mapping[str, object], ticks: int
) -> Comparison:
    with workshop.scratch() as directory, ExitStack() as stack:
        daemon = stack.enter_context(Daemon("gateway", directory, values))  # its books to the end
        daemon.wait_for_at_least("head", ticks)
        daemon.call("io.tradestack.Gateway.Pause")
        head = daemon.stats()["head"]
        daemon.crash()
        figures = _measure(workshop, directory, values, Kept("gateway", head))
    return _comparison(f"gateway, {variant}", 0.5, figures)


@dataclass(frozen=True, slots=True)
class Kept:
    """A count that a daemon must restore after a restart, and the orders that work in accounts."""

    kind: str
    count: int
    working: int = 0

    @property
    def counter(self) -> str:
        """The name of the count in the daemon's stats."""
        return "ticks_total" if self.kind == "gateway" else "orders_accepted"


def _measure(
    workshop: Workshop, directory: Path, values: Mapping[str, object], kept: Kept
) -> dict[str, list[float]]:
    again = partial(_start_again, directory, values, kept)
    return workshop.measure([Contestant(OURS, Role.OURS, again)])


def _start_again(directory: Path, values: Mapping[str, object], kept: Kept) -> float:
    """Start the daemon, check its count, and kill it again."""
    began_s = time.monotonic()
    daemon = Daemon(kept.kind, directory, values)
    ready_s = daemon.startup_s
    try:
        if kept.working:
            daemon.wait_for("orders_working", kept.working)
            ready_s = time.monotonic() - began_s
        counted = daemon.stats()[kept.counter]
    finally:
        daemon.crash()
    expect_count(f"{kept.kind}: {kept.counter} after the restart", kept.count, counted)
    return ready_s
