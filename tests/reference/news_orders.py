"""two CSV files → the orders that the news signal must give.

An independent judge: it shares no code with the project and reads its input row by row with the
standard library alone. Both files must be sorted by time, as the gateway demands of paced sources.

The rules, in the words of the specification:
- prices and news are merged by time stamp; at equal stamps prices come before news, file order
  kept; the n-th row of the merged stream is message n of the feed;
- sentiment > buy_above is BUY, sentiment < sell_below is SELL, strictly; between them nothing
  changes;
- a symbol's order is due when its side changes, and only if the feed has priced it before;
  otherwise the news is counted as a signal without price, and the side stays as it was.

    python -m tests.reference.news_orders prices.csv[.gz] sentiment.csv[.gz] [--buy-above 60]
        [--sell-below 40]

prints one JSON object: messages, prices, news, signals_without_price and orders, each with symbol,
side and sequence.
"""

import argparse
import csv
import gzip
import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TextIO

PRICE, NEWS = 0, 1
# time in ns, PRICE or NEWS, row number, symbol, value, size (0 where there is none)
Row = tuple[int, int, int, str, Decimal, Decimal]


@dataclass
class Verdict:
    """What the two files must lead to."""

    prices: int = 0
    news: int = 0
    signals_without_price: int = 0
    orders: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def messages(self) -> int:
        """Number of messages in the whole feed session."""
        return self.prices + self.news


def news_orders(
    prices_path: Path,
    sentiment_path: Path,
    buy_above: Decimal = Decimal(60),
    sell_below: Decimal = Decimal(40),
) -> Verdict:
    """The orders of one pass over both files: (symbol, side, feed sequence number)."""
    verdict = Verdict()
    priced: set[str] = set()
    side_of: dict[str, str] = {}
    merged = merged_rows(prices_path, sentiment_path)
    for sequence, (_, kind, _, symbol, value, _) in enumerate(merged, start=1):
        if kind == PRICE:
            verdict.prices += 1
            priced.add(symbol)
            continue
        verdict.news += 1
        side = "BUY" if value > buy_above else "SELL" if value < sell_below else None
        if side is None or side_of.get(symbol) == side:
            continue
        if symbol not in priced:
            verdict.signals_without_price += 1
            continue
        side_of[symbol] = side
        verdict.orders.append((symbol, side, sequence))
    return verdict


def merged_rows(prices_path: Path, sentiment_path: Path) -> Iterator[Row]:
    """The rows of both files in the order of the feed."""
    return heapq.merge(_rows(prices_path, "price", PRICE), _rows(sentiment_path, "sentiment", NEWS))


def _rows(path: Path, column: str, kind: int) -> Iterator[Row]:
    last_ns = 0
    with _open(path) as stream:
        for number, row in enumerate(csv.DictReader(stream)):
            time_ns = _time_ns(row["timestamp"])
            if time_ns < last_ns:
                raise SystemExit(f"{path}: row {number + 2}: goes back in time")
            last_ns = time_ns
            size = Decimal((row.get("size") or "").strip() or 0)
            yield time_ns, kind, number, row["symbol"].strip(), Decimal(row[column]), size


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _time_ns(text: str) -> int:
    """ISO-8601 with or without zone (UTC assumed), or a whole number of s, ms, µs or ns."""
    text = text.strip()
    if text.isdigit():
        unit_ns: int = 10 ** (9 - 3 * min(3, max(0, (len(text) - 8) // 3)))
        return int(text) * unit_ns
    text = text.replace(" ", "T", 1)
    seconds_text, _, rest = text.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    moment = datetime.fromisoformat(seconds_text + rest[len(digits) :])
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since_epoch = moment - datetime(1970, 1, 1, tzinfo=UTC)
    whole_seconds = since_epoch.days * 86400 + since_epoch.seconds
    return whole_seconds * 10**9 + int((digits + "0" * 9)[:9])


def main() -> None:
    """Print the verdict on the two files named on the command line."""
    parser = argparse.ArgumentParser(description="the orders that the news signal must give")
    parser.add_argument("prices", type=Path)
    parser.add_argument("sentiment", type=Path)
    parser.add_argument("--buy-above", type=Decimal, default=Decimal(60))
    parser.add_argument("--sell-below", type=Decimal, default=Decimal(40))
    arguments = parser.parse_args()

    verdict = news_orders(
        arguments.prices, arguments.sentiment, arguments.buy_above, arguments.sell_below
    )

    report = {
        "messages": verdict.messages,
        "prices": verdict.prices,
        "news": verdict.news,
        "signals_without_price": verdict.signals_without_price,
        "orders": [
            {"symbol": symbol, "side": side, "sequence": sequence}
            for symbol, side, sequence in verdict.orders
        ],
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
