"""A backtest leads to what the running stack leads to with the same data and configuration."""

import json
import os
import subprocess
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.backtest.recorded import recorded
from tests.kit.csv_files import SHARED_DATA
from tests.kit.findable import make_tests_findable
from tests.kit.stack import DEADLINE_S, TRADESTACKCTL
from tradestack.ctl.soak.kill_plan import KILL_INTERVAL_S
from tradestack.ctl.soak.strategy_file import INSTANCE
from tradestack.strategies.registry import SHIPPED

ROOT = Path(__file__).parents[2]
SAMPLE_PRICES, SAMPLE_NEWS = ROOT / "data/prices.csv", ROOT / "data/sentiment.csv"
SAMPLE = ("--prices", SAMPLE_PRICES, "--sentiment", SAMPLE_NEWS)
REAL_PRICES, REAL_NEWS = SHARED_DATA / "real/prices_small.csv", SHARED_DATA / "real/sentiment.csv"
REAL = ("--prices", SHARED_DATA / "real/prices.csv.gz", "--sentiment", REAL_NEWS)
# Prices, news, and the row of the prices at which a slice begins: with news after it.
SLICED = {"sample": (SAMPLE_PRICES, SAMPLE_NEWS, 0), "real": (REAL_PRICES, REAL_NEWS, 11_982)}
REALISTIC = """\
slippage = "ticks"
slippage_ticks = 1
entry_latency = "250ms"
entry_latency_jitter = "100ms"
report_latency = "50ms"
report_latency_jitter = "200ms"
ioc_window = "2s"
participation_bp = 200
fee_bp = "1"
"""
LIMITED = """\
[risk.each_user]
max_position = "50"
max_order_submit_rate = "3/1min"
max_daily_loss = "20"
"""
MAKER_ROWS = 3_000
KILLED_ROWS = 2_000
SLICE_NEWS = 20
BURSTS_ROWS, REPEATED_EVERY = 9_000, 10
LIVELY = {
    "news": "buy_above = 55\nsell_below = 45",
    "crossover": "short_ticks = 5\nlong_ticks = 20",
    "news_crossover": "short_ticks = 2\nlong_ticks = 5",
}
QUOTER = "tests.kit.burst_quoter:BurstQuoter"


def run(verb: str, *arguments: object, deadline_s: float = DEADLINE_S) -> dict[str, Any]:
    """Run a verb of tradestackctl to its end; return the JSON that it prints."""
    done = subprocess.run(
        [TRADESTACKCTL, verb, *map(str, arguments), "--json"],
        check=False,
        capture_output=True,
        text=True,
        timeout=deadline_s,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def bursts(directory: Path) -> tuple[str | Path, ...]:
    """Make of the sample data what the real data are like.

    Many trades share a time, some come twice, and several news items share a minute with trades.
    """
    header, *prices = SAMPLE_PRICES.read_text().splitlines()
    rows = []
    for number, (time, rest) in enumerate(row.split(",", 1) for row in prices[:BURSTS_ROWS]):
        rows += [f"{time[:19]}Z,{rest}"] * (2 if number % REPEATED_EVERY == 0 else 1)
    (directory / "prices.csv").write_text("\n".join([header, *rows, ""]))
    header, *news = SAMPLE_NEWS.read_text().splitlines()
    rows = [f"{time[:16]}:00Z,{rest}" for time, rest in (row.split(",", 1) for row in news)]
    (directory / "news.csv").write_text("\n".join([header, *rows, ""]))
    return "--prices", directory / "prices.csv", "--sentiment", directory / "news.csv"


def sliced(directory: Path, kind: str, count: int) -> tuple[str | Path, ...]:
    """Make data of so many prices, with the news about them; skip the test without the files."""
    prices_file, news_file, first = SLICED[kind]
    if not (prices_file.exists() and news_file.exists()):
        pytest.skip(f"{prices_file} is not there")
    header, *prices = prices_file.read_text().splitlines(keepends=True)
    (directory / "prices.csv").write_text("".join([header, *prices[first : first + count]]))
    news = news_file.read_text().splitlines(keepends=True)
    (directory / "news.csv").write_text("".join(news[:SLICE_NEWS]))
    return "--prices", directory / "prices.csv", "--sentiment", directory / "news.csv"


def strategy_file(directory: Path, strategy: str, parameters: str) -> Path:
    """Write the configuration of an instance `tested`."""
    path = directory / "tested.toml"
    path.write_text(
        f'strategy = "{strategy}"\nquantity = "10"\nuser = "tested"\n[parameters]\n{parameters}'
    )
    return path


def order_manager_file(directory: Path, execution: str, limits: str) -> Path:
    """Write the configuration of an order manager."""
    path = directory / "order-manager.toml"
    path.write_text(f"[execution]\n{execution}\n{limits}")
    return path


def settings_of(path: Path) -> list[str]:
    """Return the same configuration as options of `up`."""
    keys = tomllib.loads(path.read_text())
    options = [("--set", f"order-manager.{name}={_toml(value)}") for name, value in keys.items()]
    return list(chain.from_iterable(options))


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    return json.dumps(value)


@pytest.mark.parametrize(
    ("strategy", "parameters", "execution", "limits"),
    [
        ("news", "", "", ""),
        ("news", "buy_above = 55\nsell_below = 45", REALISTIC, LIMITED),
        ("crossover", "", "", ""),
        ("crossover", "short_ticks = 5\nlong_ticks = 20", REALISTIC, LIMITED),
        ("crossover", "", 'model = "none"', ""),
        ("news_crossover", "", REALISTIC, LIMITED),
        (QUOTER, "", "", ""),
        (QUOTER, "", REALISTIC, LIMITED),
    ],
)
@pytest.mark.parametrize("kind", ["sample", "bursts", "real"])
def test_a_backtest_is_what_the_stack_would_have_done(
    tmp_path: Path,
    kind: str,
    strategy: str,
    parameters: str,
    execution: str,
    limits: str,
) -> None:
    """The same requests, reports in the same order, and accounts.

    What is peculiar to the real data is in the bursts too, which every clone has.
    """
    make_tests_findable()
    data = {"sample": SAMPLE, "bursts": bursts(tmp_path), "real": REAL}[kind]
    if not all(Path(file).exists() for file in data[1::2]):
        pytest.skip(f"{data[1]} is not there")

    compare(
        tmp_path,
        data,
        strategy_file(tmp_path, strategy, parameters),
        order_manager_file(tmp_path, execution, limits),
    )


@pytest.mark.parametrize("kind", list(SLICED))
@pytest.mark.parametrize("execution", ["", REALISTIC])
def test_a_strategy_whose_orders_always_work_does_the_same(
    tmp_path: Path, execution: str, kind: str
) -> None:
    """It waits for its reports at each message: a part of the data is enough."""
    compare(
        tmp_path,
        sliced(tmp_path, kind, MAKER_ROWS),
        strategy_file(tmp_path, "maker", ""),
        order_manager_file(tmp_path, execution, ""),
    )


def compare(
    directory: Path, data: tuple[str | Path, ...], config: Path, order_manager: Path
) -> None:
    """Run the stack and a backtest; compare what they have recorded and what they say."""
    live, tested = directory / "live", directory / "tested"
    strategy = tomllib.loads(config.read_text())["strategy"]

    ran = run(
        "up",
        *("--pace", "max", "--until-end", "--state-dir", live, "--strategy-config", config),
        *settings_of(order_manager),
        *data,
    )
    result = run(
        "backtest",
        *(strategy, "--state-dir", tested, "--config", config),
        *("--order-manager-config", order_manager),
        *data,
    )

    expected = recorded(live)
    assert recorded(tested) == expected
    assert expected["tested"].requests
    assert result["accounts"] == ran["accounts"]
    assert result["ticks"] == ran["run"]["ticks"]
    assert result["orders"] == ran["run"]["orders_received"]


@pytest.mark.parametrize("kind", list(SLICED))
@pytest.mark.parametrize("strategy", SHIPPED)
def test_a_strategy_that_is_killed_does_what_its_backtest_does(
    tmp_path: Path, strategy: str, kind: str
) -> None:
    """A paced run, in which the process is killed at random messages; KILLS=50 for more of them.

    The accounts are those of which the order manager itself speaks at the end of the run.
    """
    data = sliced(tmp_path, kind, KILLED_ROWS)
    config = strategy_file(tmp_path, strategy, LIVELY.get(strategy, ""))
    config = config.rename(tmp_path / f"{INSTANCE}.toml")  # its name is in those of its orders
    options = ("--config", config, *data)
    kills = int(os.environ.get("KILLS", "2"))

    soaked = run(
        "soak",
        *(strategy, "--kills", kills, "--state-dir", tmp_path / "soak", *options),
        deadline_s=DEADLINE_S + 2 * kills * KILL_INTERVAL_S,
    )
    result = run("backtest", strategy, "--state-dir", tmp_path / "tested", *options)

    expected = recorded(tmp_path / "tested")
    assert expected["tested"].requests
    assert recorded(tmp_path / "soak/disturbed") == expected
    assert result["accounts"]["tested"]["fills"]
    assert soaked["accounts"] == result["accounts"]
    assert (soaked["kills"], soaked["difference"]) == (kills, None)
