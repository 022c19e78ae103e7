"""A strategy in plain Python on a million trades of a file, beside other backtesters.

Measured: the crossover of 20 and 100 prices, which orders 10 at the market on every change of side;
each backtester as a command, from its start to its result. Ours is the shipped strategy with its
`on_tick`, limits and execution as shipped; what it ran is in a feed log and an order journal
afterwards. It trades while it reads the file, so reading is a part of its run and none of Nautilus
Trader's (whose `load` is said below). Nautilus Trader logs errors only, else with its defaults;
backtrader is given a tenth of the trades, each as a bar, and reads them in its run.

Memory is the largest resident set. `walk` orders every 70 trades, `waves` every 800.

Cheating would be: a strategy that looks at columns (backtest-columns has that), orders that nobody
judges or executes, prices that a crossover never trades.
"""

from collections.abc import Iterator

from tests.bench.backtests import OURS, RUN, TOTAL, Backtests
from tests.bench.comparison import Better, Comparison, Target
from tests.bench.trade_file import WALK, WAVES, trade_file
from tests.bench.workshop import Workshop

NAME = "backtest"
TICKS, TICKS_QUICK = 1_000_000, 20_000
NAUTILUS, BACKTRADER = "nautilus_trader", "backtrader"
PEERS = {NAUTILUS: "nautilus_crossover", BACKTRADER: "backtrader_crossover"}
BACKTRADER_SHARE = 10
RATIO_MIN = 5.0


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare on prices that order often, then on those that order seldom."""
    ticks = workshop.size(TICKS, TICKS_QUICK)
    target = Target(Better.HIGHER, RATIO_MIN, NAUTILUS)
    for kind in (WAVES, WALK):
        backtests = Backtests(workshop=workshop, kind=kind, ticks=ticks)
        contestants = [
            backtests.tradestack(OURS, "crossover", "--prices", trade_file(kind, ticks)),
            *backtests.peers(PEERS, {BACKTRADER: ticks // BACKTRADER_SHARE}),
        ]
        yield from backtests.lines(NAME, contestants, {RUN: [target], TOTAL: [target]})
