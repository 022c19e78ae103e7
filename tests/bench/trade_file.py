"""A CSV of trades in one symbol for backtests, made once and kept, the same on every machine.

    2026-01-15T14:30:00.000Z,SPY,100.00,500

walk    the price goes at random, a cent up or down or not at all
waves   it goes up and down by $5 in 2,000 trades, give or take 5 cents

A crossover of 20 and 100 prices changes its side every 70 trades of a walk, and every 800 of waves.
"""

import datetime
import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.bench.workshop import CACHE

WALK, WAVES = "walk", "waves"
SYMBOL = "SPY"
BEGIN = datetime.datetime(2026, 1, 15, 14, 30, tzinfo=datetime.UTC)
INTERVAL_MS = 20  # a million trades in five and a half hours
CENTS = 10_000
WAVE_CENTS, WAVE_TRADES, NOISE_CENTS = 500, 2_000, 5
SIZE_UNIT, SIZE_UNITS_MAX = 100, 10


def trade_file(kind: str, rows: int) -> Path:
    """Return the path of a file with this number of trades."""
    path = CACHE / f"trades-{kind}-{rows}.csv"
    if not path.exists():
        random = np.random.default_rng(1)
        cents = _walk(random, rows) if kind == WALK else _waves(random, rows)
        sizes = random.integers(1, SIZE_UNITS_MAX + 1, rows) * SIZE_UNIT
        unfinished = path.with_suffix(f".{os.getpid()}")
        with unfinished.open("w") as file:
            file.write("timestamp,symbol,price,size\n")
            for row, (price, size) in enumerate(zip(cents.tolist(), sizes.tolist(), strict=True)):
                moment = BEGIN + datetime.timedelta(milliseconds=row * INTERVAL_MS)
                time = moment.strftime("%Y-%m-%dT%H:%M:%S")
                milliseconds = moment.microsecond // 1_000
                file.write(
                    f"{time}.{milliseconds:03}Z,{SYMBOL},{price // 100}.{price % 100:02},{size}\n"
                )
        unfinished.rename(path)
    return path


def _walk(random: np.random.Generator, rows: int) -> npt.NDArray[np.int64]:
    return CENTS + np.cumsum(random.integers(-1, 2, rows))


def _waves(random: np.random.Generator, rows: int) -> npt.NDArray[np.int64]:
    waves = WAVE_CENTS * np.sin(np.arange(rows) * (2 * np.pi / WAVE_TRADES))
    noise = random.integers(-NOISE_CENTS, NOISE_CENTS + 1, rows)
    cents: npt.NDArray[np.int64] = CENTS + np.rint(waves).astype(np.int64) + noise
    return cents
