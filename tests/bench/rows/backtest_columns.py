"""A strategy that looks at numpy columns, on a million trades, beside vectorbt.

Measured: the crossover of the row backtest, with the same decisions, in `on_ticks`: as a user would
write it with numpy; limits and execution as shipped. Its run reads a feed log, as vectorbt's begins
with its column in memory; the whole commands read the CSV. vectorbt has orders and their fills at
the next price known, no limits and no journal. What its functions need to be compiled or fetched
from numba's cache is apart from its run (`JIT` below), not from its command.

Cheating would be: decisions other than the shipped crossover's (a test compares them), a batch of
the whole file, which no live feed has.
"""

from collections.abc import Iterator

from tests.bench.backtests import OURS, RUN, Backtests, feed_log_of
from tests.bench.comparison import Better, Comparison, Target
from tests.bench.rows.backtest import TICKS, TICKS_QUICK
from tests.bench.trade_file import WALK, WAVES, trade_file
from tests.bench.workshop import Workshop

NAME = "backtest-columns"
STRATEGY = "tests.bench.columns_crossover:ColumnsCrossover"
OURS_FROM_CSV, VECTORBT = "tradestack from CSV", "vectorbt"
PEERS = {VECTORBT: "vectorbt_crossover"}
RATE_MIN = 5_000_000


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare on prices that order seldom, then on those that order often."""
    ticks = workshop.size(TICKS, TICKS_QUICK)
    targets = [Target(Better.HIGHER, RATE_MIN), Target(Better.HIGHER, 1.0, VECTORBT)]
    for kind in (WAVES, WALK):
        path = trade_file(kind, ticks)
        with workshop.scratch() as directory:
            backtests = Backtests(workshop=workshop, kind=kind, ticks=ticks)
            contestants = [
                backtests.tradestack(OURS, STRATEGY, "--feed-log", feed_log_of(path, directory)),
                backtests.tradestack(OURS_FROM_CSV, STRATEGY, "--prices", path),
                *backtests.peers(PEERS, {}),
            ]
            yield from backtests.lines(NAME, contestants, {RUN: targets}, OURS_FROM_CSV)
