"""A crossover of 20 and 100 trades in backtrader, each trade a bar.

backtrader_crossover FILE
"""

import sys
import time

import backtrader as bt

from tests.bench.program import answer

QUANTITY = 10


class Crossover(bt.Strategy):
    params = (("short_ticks", 20), ("long_ticks", 100))

    def __init__(self) -> None:
        short = bt.indicators.SMA(self.data.close, period=self.p.short_ticks)
        long = bt.indicators.SMA(self.data.close, period=self.p.long_ticks)
        self.distance = short - long
        self.side = 0
        self.orders = self.fills = 0

    def next(self) -> None:
        distance = self.distance[0]
        side = (distance > 0) - (distance < 0)
        if side in (0, self.side):
            return
        self.side = side
        self.orders += 1
        (self.buy if side > 0 else self.sell)(size=QUANTITY)

    def notify_order(self, order: bt.Order) -> None:
        self.fills += order.status == order.Completed


class Trades(bt.feeds.GenericCSVData):
    params = (
        ("dtformat", "%Y-%m-%dT%H:%M:%S.%fZ"),
        ("timeframe", bt.TimeFrame.Ticks),
        ("open", 2),
        ("high", 2),
        ("low", 2),
        ("close", 2),
        ("volume", 3),
        ("openinterest", -1),
    )


def main(path: str) -> None:
    cerebro = bt.Cerebro()
    cerebro.adddata(Trades(dataname=path))
    cerebro.addstrategy(Crossover)
    cerebro.broker.setcash(1_000_000)
    began_s = time.perf_counter()
    (strategy,) = cerebro.run()
    answer(
        seconds={"run": time.perf_counter() - began_s},  # it loads in the run
        orders=strategy.orders,
        fills=strategy.fills,
    )


if __name__ == "__main__":
    main(sys.argv[1])
