"""Strategies that do not bear being killed."""

import os
import time
from pathlib import Path

from tradestack.strategies import NewsItem, Strategy

STARTS_FILE = "SOAK_STARTS_FILE"  # the variable that names the file of StartsTwice
UNIT = 10**8


class WallClock(Strategy):
    """Buys on news, as much as the wall clock says."""

    def on_news(self, news: NewsItem) -> None:
        """Depend on the microsecond."""
        self.buy(news.symbol, (1 + time.time_ns() // 1_000 % 10**6) * UNIT)


class StartsTwice(Strategy):
    """Keeps the number of its starts in a file: one in each run are two."""

    def on_start(self) -> None:
        """Count one more."""
        with Path(os.environ[STARTS_FILE]).open("a+") as file:
            file.write("x")
            file.seek(0)
            self.starts = len(file.read())

    def on_news(self, _news: NewsItem) -> None:
        """Fail after the third start."""
        if self.starts == 3:
            raise RuntimeError("a third start")


class Leaves(Strategy):
    """Ends its process."""

    def on_news(self, _news: NewsItem) -> None:
        """Do so, after a last word."""
        print("the strategy prints this", flush=True)
        os._exit(3)
