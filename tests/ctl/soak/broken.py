"""Strategies that no restart leaves unchanged, each in its own way."""

import dataclasses
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tradestack.domain.fixed_point import SCALE
from tradestack.strategies.intent import Intent
from tradestack.strategies.news import News, NewsState
from tradestack.wire.feed import TickBatch

STARTS_FILE = "SOAK_STARTS_FILE"  # the variable that names the file of the last two


@dataclass(frozen=True, kw_only=True)
class _Sized(News):
    """Trades on news, in quantities of its own."""

    def size(self) -> int:
        """Return the quantity of the next order, from 1 on."""
        raise NotImplementedError

    def on_batch(self, state: NewsState, batch: TickBatch) -> Sequence[Intent]:
        """Decide as on news."""
        return [
            dataclasses.replace(intent, quantity=self.size() * SCALE)
            for intent in super().on_batch(state, batch)
        ]


class WallClock(_Sized):
    """Trades as much as the wall clock says."""

    def size(self) -> int:
        """Depend on the microsecond."""
        return 1 + time.time_ns() // 1_000 % 1_000_000


class CountsItsStarts(_Sized):
    """Keeps the number of its starts in a file, and trades as much."""

    def initial_state(self) -> NewsState:
        """Count one more."""
        starts = Path(os.environ[STARTS_FILE])
        starts.write_text(f"{_starts() + 1}")
        return super().initial_state()

    def size(self) -> int:
        """Read the file."""
        return _starts()


class StartsTwice(CountsItsStarts):
    """Cannot start a third time: once in each run."""

    def initial_state(self) -> NewsState:
        """Fail at the third start."""
        if _starts() == 2:
            print("the strategy prints this", flush=True)
            raise RuntimeError("a third start")
        return super().initial_state()

    def size(self) -> int:
        """Always trade the same."""
        return 1


def _starts() -> int:
    starts = Path(os.environ[STARTS_FILE])
    return int(starts.read_text()) if starts.exists() else 0
