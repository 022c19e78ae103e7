"""A session of a million ticks and 25,000 orders: `verify` compares all, and finds one byte."""

import json
import random
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.kit.stack import DEADLINE_S, TRADESTACKCTL

BEGIN = datetime(2026, 1, 5, 14, 30, tzinfo=UTC)
SECONDS, TICKS_PER_SECOND = 1_000, 1_000
TICKS = SECONDS * TICKS_PER_SECOND
# Prices rise and fall by 40 cents in so many ticks: a short average crosses a long one twice in it.
WAVE_TICKS = 80
ORDERS = 2 * TICKS // WAVE_TICKS
CROSSOVER = ("crossover", "--set", "short_ticks=5", "--set", "long_ticks=20")
SEED = 20131010


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state directory of a backtest of it."""
    directory = tmp_path_factory.mktemp("large")
    prices, state = directory / "prices.csv", directory / "run"
    with prices.open("w") as file:
        file.write("timestamp,symbol,price,size\n")
        file.writelines(rows())
    done = ctl("backtest", *CROSSOVER, "--prices", prices, "--state-dir", state)
    assert done.returncode == 0, done.stderr
    return state


def rows() -> Iterator[str]:
    """Yield the rows of the price file."""
    for second in range(SECONDS):
        moment = (BEGIN + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")
        for number in range(TICKS_PER_SECOND):
            tick = second * TICKS_PER_SECOND + number
            cents = abs(tick % WAVE_TICKS - WAVE_TICKS // 2)
            yield f"{moment}.{number:03}Z,SPY,{100 + cents / 100:.2f},100\n"


def ctl(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run tradestackctl to its end."""
    return subprocess.run(
        [TRADESTACKCTL, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )


def verified(state: Path) -> dict[str, Any]:
    """Verify its files; the exit status says whether they are the same."""
    done = ctl("verify", "--state-dir", state, "--json")
    result: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if result["same"] else 1), done.stderr
    return result


def test_all_of_it_is_the_same(state: Path) -> None:
    """Each order and each fill of each tick."""
    result = verified(state)

    assert result["differences"] == []
    assert (result["messages"], result["orders"], result["fills"]) == (TICKS, ORDERS, ORDERS)
    assert (result["same"], result["ended"]) == (True, True)


@pytest.mark.parametrize("pattern", ["order-manager/*.journal", "gateway/*.feed"])
def test_one_byte_of_it_is_found(state: Path, pattern: str) -> None:
    """Wherever it is; it is the only one, and put right afterwards."""
    (path,) = (state / "state").glob(pattern)
    offset = random.Random(SEED).randrange(path.stat().st_size)
    flip(path, offset)
    try:
        result = verified(state)
    finally:
        flip(path, offset)

    assert not result["same"]
    assert str(path) in {each["file"] for each in result["differences"]}


def flip(path: Path, offset: int) -> None:
    """Change one bit of a byte; once more, and it is as before."""
    with path.open("r+b") as file:
        file.seek(offset)
        (byte,) = file.read(1)
        file.seek(offset)
        file.write(bytes([byte ^ 1]))
