"""What working orders cost an order manager that follows the feed: ns for each tick.

Measured in one process, as accounts of an order manager read a feed log in passes of ten messages,
as at 1,000 ticks and 100 passes a second. Orders are in three symbols, on both sides of the market,
and no trade reaches one: nearly all trades reach no order. Without working orders an account has
nothing to look for.

Cheating would be: passes of thousands of messages, orders in symbols that do not trade.
"""

from collections.abc import Iterator
from functools import partial

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.faults import expect_count
from tests.bench.placement import Placement
from tests.bench.program import Program
from tests.bench.workshop import Workshop

NAME = "matching"
TICKS, TICKS_QUICK = 50_000, 2_000
ACCOUNTS = (1, 16)
MANY, FEW, NONE = 1_000, 10, 0
RATIO_MAX = 3.0


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare numbers of working orders, in one account and in several."""
    yield from (_compare(workshop, accounts) for accounts in ACCOUNTS)


def _compare(workshop: Workshop, accounts: int) -> Comparison:
    figures = workshop.measure(
        [
            Contestant(
                _name(orders),
                Role.OURS if orders == MANY else Role.PEER,
                partial(_tick_ns, workshop, accounts, orders),
            )
            for orders in (MANY, FEW, NONE)
        ]
    )
    return Comparison(
        row=NAME,
        variant=f"accounts: {accounts}",
        unit="ns/tick",
        batch="10 ticks",
        placement=Placement.ONE_CPU.value,
        ours=_name(MANY),
        figures=figures,
        targets=[Target(Better.LOWER, RATIO_MAX, _name(FEW))],
    )


def _name(orders: int) -> str:
    return f"{orders:,} working orders each"


def _tick_ns(workshop: Workshop, accounts: int, orders: int) -> float:
    ticks = workshop.size(TICKS, TICKS_QUICK)
    prefix = Placement.ONE_CPU.server()
    with (
        workshop.scratch() as directory,
        Program.of_module("matching", directory, ticks, accounts, orders, prefix=prefix) as program,
    ):
        said = program.answer()
    expect_count(f"{_name(orders)}: orders that work", accounts * orders, said["orders"])
    return float(said["tick_ns"])
