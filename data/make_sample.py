"""Generate the sample data: prices.csv and sentiment.csv beside this file.

    python3 data/make_sample.py

All numbers come from `Random(SEED).random()` and integer arithmetic, so the files are identical on
any machine. Prices move by cents, there are more trades in the first and the last hours, and news
moves its symbol for a while. `CHANGE_TICKS` guarantees that a strategy finds something to trade on:
the longest distance, in ticks of both files, between two news items that change a symbol's side.
"""

import datetime
import random
from pathlib import Path
from typing import NamedTuple

SEED = 20_260_115
OPEN = datetime.datetime(2026, 1, 15, 14, 30, tzinfo=datetime.UTC)  # 09:30 in New York
MINUTES = 390
PRICES = 36_000
FIRST_CENTS = {
    "AAPL": 25_910,
    "AMZN": 23_645,
    "GOOG": 33_280,
    "JPM": 31_125,
    "KO": 7_040,
    "MSFT": 45_860,
    "NVDA": 18_690,
    "SPY": 69_230,
    "TSLA": 43_870,
    "XOM": 12_935,
}
CHANGE_TICKS = (700, 1_200)  # between two changes of a side; 1.4 to 2.4 s at 500 ticks/s
OTHER_NEWS_SHARE = 0.002  # news that changes no side, per price
DRIFT_TICKS = 600  # how long news moves its symbol, in trades of all symbols


class Trade(NamedTuple):
    """One row of prices.csv."""

    time_ms: int  # since the open
    symbol: str
    cents: int
    size: int


class News(NamedTuple):
    """One row of sentiment.csv."""

    time_ms: int
    symbol: str
    hundredths: int


class Market:
    """The state of the session: each symbol's price and the side of its latest news."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._cents = dict(FIRST_CENTS)
        self._side = dict.fromkeys(FIRST_CENTS, 0)  # -1 sell, +1 buy, 0 none yet
        self._drift_until = dict.fromkeys(FIRST_CENTS, 0)
        self._priced: set[str] = set()

    def below(self, limit: int) -> int:
        """Return a random integer from 0 to limit - 1."""
        return int(self._chance.random() * limit)

    def chosen(self, symbols: list[str]) -> str:
        """Return a random element."""
        return symbols[self.below(len(symbols))]

    def trade(self, number: int, time_ms: int) -> Trade:
        """Return the next trade, of a random symbol and a few cents from its last price."""
        symbol = self.chosen(list(FIRST_CENTS))
        self._priced.add(symbol)
        # Four dice: near 0 most of the time, and the dearer the symbol, the more cents a step has.
        dice = sum(self.below(5) - 2 for _ in range(4))
        size_cents = abs(dice) * FIRST_CENTS[symbol] // 30_000
        step = size_cents if dice > 0 else -size_cents
        if number < self._drift_until[symbol] and self.below(3) == 0:
            step += self._side[symbol]
        self._cents[symbol] = max(1, self._cents[symbol] + step)
        lots = 1 + self.below(5) * self.below(5)
        size = lots * 100 if self.below(4) else 1 + self.below(99)
        return Trade(time_ms, symbol, self._cents[symbol], size)

    def change_side(self, number: int, time_ms: int) -> News:
        """Return news that changes the side of a symbol that has traded."""
        symbol = self.chosen(sorted(self._priced))
        side = -self._side[symbol] or (1 if self.below(2) else -1)
        self._side[symbol] = side
        self._drift_until[symbol] = number + DRIFT_TICKS
        strength = 50 + self.below(3_800)
        return News(time_ms, symbol, 6_000 + strength if side > 0 else 4_000 - strength)

    def confirm_side(self, time_ms: int) -> News:
        """Return news that changes no side: neutral, or of the side that the symbol has."""
        symbol = self.chosen(list(FIRST_CENTS))
        hundredths = 4_000 + self.below(2_001)
        if self._side[symbol] and self.below(2):
            hundredths = 5_000 + self._side[symbol] * (1_050 + self.below(3_000))
        return News(time_ms, symbol, hundredths)


def trade_times(chance: random.Random) -> list[int]:
    """Return ascending times in ms since the open, denser in the first and last hours."""
    middle = MINUTES // 2
    weights = [40 + 60 * (minute - middle) ** 2 // middle**2 for minute in range(MINUTES)]
    due, made, times = 0, 0, list[int]()
    for minute, weight in enumerate(weights):
        due += weight
        count = PRICES * due // sum(weights) - made
        made += count
        times += sorted(minute * 60_000 + int(chance.random() * 60_000) for _ in range(count))
    return times


def make_session() -> tuple[list[Trade], list[News]]:
    """Generate the rows of both files."""
    chance = random.Random(SEED)
    times = trade_times(chance)
    market = Market(chance)
    trades, news = list[Trade](), list[News]()
    ticks_left = CHANGE_TICKS[0]
    for number, time_ms in enumerate(times):
        trades.append(market.trade(number, time_ms))
        ticks_left -= 1
        if ticks_left <= 0:
            news.append(market.change_side(number, time_ms))
            low, high = CHANGE_TICKS
            ticks_left = low + market.below(high - low)
        elif chance.random() < OTHER_NEWS_SHARE:
            news.append(market.confirm_side(time_ms))
    return trades, news


def make_files() -> dict[str, str]:
    """Return the text of each file by its name."""
    trades, news = make_session()
    prices = [
        f"{_time(t.time_ms)},{t.symbol},{t.cents // 100}.{t.cents % 100:02},{t.size}\n"
        for t in trades
    ]
    sentiments = [
        f"{_time(n.time_ms)},{n.symbol},{n.hundredths // 100}.{n.hundredths % 100:02}\n"
        for n in news
    ]
    return {
        "prices.csv": "timestamp,symbol,price,size\n" + "".join(prices),
        "sentiment.csv": "timestamp,symbol,sentiment\n" + "".join(sentiments),
    }


def _time(time_ms: int) -> str:
    moment = OPEN + datetime.timedelta(milliseconds=time_ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ms % 1000:03}Z"


def main() -> None:
    """Write both files."""
    for name, text in make_files().items():
        path = Path(__file__).with_name(name)
        path.write_text(text, encoding="ascii", newline="\n")
        print(f"{path}: {text.count(chr(10)) - 1} rows")


if __name__ == "__main__":
    main()
