"""A crossover of 20 and 100 prices in vectorbt: columns in, a portfolio out.

vectorbt_crossover FILE

Before the run, a few prices go the same way: until then functions are compiled, or loaded from
numba's cache.
"""

import sys
import time

import pandas as pd
import vectorbt as vbt

from tests.bench.program import answer

QUANTITY = 10
FEW = 1_000


def crossover(prices: pd.Series) -> vbt.Portfolio:
    short, long = vbt.MA.run(prices, 20), vbt.MA.run(prices, 100)
    return vbt.Portfolio.from_signals(
        prices,
        entries=short.ma_crossed_above(long),
        exits=short.ma_crossed_below(long),
        size=QUANTITY,
        init_cash=1_000_000,
    )


def main(path: str) -> None:
    began_s = time.perf_counter()
    frame = pd.read_csv(path, index_col="timestamp", parse_dates=True)
    # With a time zone, vectorbt turns each time into an object, several times over.
    prices = frame["price"].tz_localize(None)
    loaded_s = time.perf_counter()
    crossover(prices[:FEW]).total_profit()
    compiled_s = time.perf_counter()
    portfolio = crossover(prices)
    portfolio.total_profit()
    ended_s = time.perf_counter()
    answer(
        seconds={
            "load": loaded_s - began_s,
            "JIT": compiled_s - loaded_s,
            "run": ended_s - compiled_s,
        },
        orders=int(portfolio.orders.count()),
        fills=int(portfolio.orders.count()),  # it records what was filled
    )


if __name__ == "__main__":
    main(sys.argv[1])
