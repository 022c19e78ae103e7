"""two CSV files → the orders that the crossover signal must give.

An independent judge: it shares no code with the project. The rules, in the words of the
specification:
- the feed is numbered as in news_orders.py; news is passed over;
- the short (long) moving average of a symbol is the mean of its last short_ticks (long_ticks)
  prices; before there are long_ticks of them nothing is due;
- short > long is BUY, short < long is SELL, strictly; when they are equal nothing changes;
- a symbol's order is due when its side changes, and at the first side it takes.

    python -m tests.reference.crossover_orders PRICES SENTIMENT [--short-ticks 20]
        [--long-ticks 100]

prints one JSON object: orders, each with symbol, side and sequence.
"""

import argparse
import json
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

from tests.reference.news_orders import PRICE, merged_rows


def crossover_orders(
    prices_path: Path, sentiment_path: Path, short_ticks: int, long_ticks: int
) -> list[tuple[str, str, int]]:
    """The orders of one pass over both files: (symbol, side, feed sequence number)."""
    orders: list[tuple[str, str, int]] = []
    prices: dict[str, list[Fraction]] = defaultdict(list)
    side_of: dict[str, str] = {}
    merged = merged_rows(prices_path, sentiment_path)
    for sequence, (_, kind, _, symbol, value, _) in enumerate(merged, start=1):
        if kind != PRICE:
            continue
        seen = prices[symbol] = [*prices[symbol][-long_ticks + 1 :], Fraction(value)]
        if len(seen) < long_ticks:
            continue
        short, long = sum(seen[-short_ticks:]) / short_ticks, sum(seen) / long_ticks
        side = "BUY" if short > long else "SELL" if short < long else None
        if side is not None and side_of.get(symbol) != side:
            side_of[symbol] = side
            orders.append((symbol, side, sequence))
    return orders


def main() -> None:
    """Print the orders of the two files named on the command line."""
    parser = argparse.ArgumentParser(description="the orders that the crossover signal must give")
    parser.add_argument("prices", type=Path)
    parser.add_argument("sentiment", type=Path)
    parser.add_argument("--short-ticks", type=int, default=20)
    parser.add_argument("--long-ticks", type=int, default=100)
    arguments = parser.parse_args()

    orders = crossover_orders(
        arguments.prices, arguments.sentiment, arguments.short_ticks, arguments.long_ticks
    )

    print(
        json.dumps(
            [
                {"symbol": symbol, "side": side, "sequence": sequence}
                for symbol, side, sequence in orders
            ]
        )
    )


if __name__ == "__main__":
    main()
