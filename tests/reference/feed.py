"""two CSV files → the messages of the feed.

The rows of both files are merged by event time: at equal times prices come before news, and the
order within a file is kept. Message n is the n-th row of the merged files, from 1. All rows have to
be valid. Numbers have 8 decimals; further ones are rounded half to even. A size that is blank is 0.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from tests.reference.news_orders import PRICE, merged_rows

UNITS = 10**8  # the least quantity, price or amount is one of these


@dataclass(frozen=True)
class Message:
    """One message; of news, value is the sentiment and size 0."""

    sequence: int
    time_ns: int
    is_trade: bool
    symbol: str
    value: Fraction
    size: Fraction


def messages(prices: Path, sentiment: Path) -> Iterator[Message]:
    """Two CSV files → the messages in the order of the feed."""
    rows = enumerate(merged_rows(prices, sentiment), start=1)
    for sequence, (time_ns, kind, _, symbol, value, size) in rows:
        yield Message(
            sequence,
            time_ns,
            kind == PRICE,
            symbol,
            round_half_even(Fraction(value)),
            round_half_even(Fraction(size)),
        )


def round_half_even(number: Fraction) -> Fraction:
    """Number → the nearest with 8 decimals, half to even, as Python's round does it."""
    return Fraction(round(number * UNITS), UNITS)


def round_down(number: Fraction) -> Fraction:
    """Number of at least 0 → the next with 8 decimals that is not above it."""
    return Fraction(int(number * UNITS), UNITS)
