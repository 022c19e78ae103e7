"""Strategies that no restart leaves unchanged, each in its own way."""

import dataclasses
import os
import time
from collections.abc import Sequence
from pathlib import Path

from tradestack.domain.fixed_point import SCALE
from tradestack.strategies.intent import Intent
from tradestack.strategies.news import News, NewsState
from tradestack.wire.feed import TickBatch

STARTS_FILE = "SOAK_STARTS_FILE"  # the variable that names the file of StartsTwice


class WallClock(News):
    """Trades as much as the wall clock says."""

    def on_batch(self, state: NewsState, batch: TickBatch) -> Sequence[Intent]:
        """Decide as on news, but for the quantity."""
        return [
            dataclasses.replace(intent, quantity=(1 + time.time_ns() // 1_000 % 10**6) * SCALE)
            for intent in super().on_batch(state, batch)
        ]


class StartsTwice(News):
    """Keeps the number of its starts in a file, and can start once in each of two runs."""

    def initial_state(self) -> NewsState:
        """Fail at the third start."""
        file = Path(os.environ[STARTS_FILE])
        starts = len(file.read_text()) if file.exists() else 0
        if starts == 2:
            print("the strategy prints this", flush=True)
            raise RuntimeError("a third start")
        file.write_text("x" * (starts + 1))
        return super().initial_state()
