"""A price CSV of a given length, in the form of data/, made once and kept.

    2026-01-15T14:30:00.001Z,AIG,100.07,1

The size of row n is n, so that a receiver of the ticks can check that all came.
"""

import datetime
import os
from pathlib import Path

from tests.bench.pattern import SYMBOLS
from tests.bench.workshop import CACHE

BEGIN = datetime.datetime(2026, 1, 15, 14, 30, tzinfo=datetime.UTC)
ROWS_AT_ONCE = 100_000
MILLISECONDS = 1_000


def price_file(rows: int) -> Path:
    """Return the path of a file with this number of rows."""
    path = CACHE / f"prices-{rows}.csv"
    if not path.exists():
        unfinished = path.with_suffix(f".{os.getpid()}")
        with unfinished.open("w") as file:
            file.write("timestamp,symbol,price,size\n")
            for first in range(0, rows, ROWS_AT_ONCE):
                file.writelines(_rows(first, min(rows, first + ROWS_AT_ONCE)))
        unfinished.rename(path)
    return path


def _rows(first: int, end: int) -> list[str]:
    """Write a row for each millisecond; the text of a second is shared by a thousand rows."""
    lines = []
    for number in range(first, end):
        if number % MILLISECONDS == 0 or number == first:
            moment = BEGIN + datetime.timedelta(seconds=number // MILLISECONDS)
            second = moment.strftime("%Y-%m-%dT%H:%M:%S")
        symbol = SYMBOLS[number * 7 % len(SYMBOLS)]
        lines.append(
            f"{second}.{number % MILLISECONDS:03}Z,{symbol},"
            f"{100 + number % 251}.{number * 37 % 100:02},{number + 1}\n"
        )
    return lines
