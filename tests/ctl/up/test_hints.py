"""Why a run makes no orders."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.ctl.up.sample_run import up
from tests.ctl.up.stack_stats import stack_stats
from tradestack.ctl.up.hints import hints_after, hints_before
from tradestack.ctl.up.stack import StackConfig
from tradestack.ctl.up.supervised import AfterDeath

SYMBOLS = {"AAA", "BBB"}


def config(gateway: dict[str, object], **strategy: object) -> StackConfig:
    """A stack with one strategy, s0."""
    return StackConfig(
        gateway=gateway,
        order_manager={},
        strategies={"s0": strategy},
        after_death=AfterDeath.END,
    )


@pytest.mark.parametrize(
    ("gateway", "strategy", "missing"),
    [
        ({"prices": "p"}, "news", "needs news and will make no orders: add --sentiment"),
        ({"sentiment": "s"}, "news", "needs prices and will make no orders: add --prices"),
        ({"sentiment": "s"}, "crossover", "needs prices and will make no orders: add --prices"),
        ({"source": "random-walk", "walk_news_every": 0}, "news", "needs news"),
        ({"prices": "p", "sentiment": "s"}, "news", None),
        ({"prices": "p"}, "crossover", None),
        ({"source": "random-walk"}, "news", None),
        ({"prices": "p"}, "unknown", None),
    ],
)
def test_what_a_strategy_needs_is_told_before(
    gateway: dict[str, object], strategy: str, missing: str | None
) -> None:
    """An unknown one is its daemon's own complaint."""
    hints = hints_before(config(gateway, strategy=strategy))

    assert hints.keys() == ({"s0"} if missing else set())
    assert (missing or "") in hints.get("s0", "")


def test_the_signal_is_news_unless_another_is_named() -> None:
    """As in the strategy's own configuration."""
    assert hints_before(config({"prices": "p"}))


NO_ORDERS = {"orders_sent": 0, "orders_suppressed": 0}


@pytest.mark.parametrize(
    ("changes", "ticks", "reason"),
    [
        ({**NO_ORDERS, "signals_without_price": 8}, 10, "8 of its decisions came before a price"),
        ({**NO_ORDERS, "orders_suppressed": 3}, 10, "3 would have been for ticks from before"),
        (NO_ORDERS, 0, "nothing was published"),
        ({**NO_ORDERS, "ticks_received": 0}, 10, "it received nothing"),
        (NO_ORDERS, 10, "nothing led it to one"),
        ({"orders_suppressed": 3}, 10, None),
        ({"orders_tiny": 3}, 10, "s0: 3 orders worth less than 0.01: quantities"),
        (
            {**NO_ORDERS, "ticks_received": 0, "pause_reason": "in on_tick: …"},
            10,
            "s0 is paused: in",
        ),
        ({"pause_reason": "in on_tick: ValueError"}, 10, "s0 is paused: in on_tick: ValueError"),
    ],
)
def test_the_counters_tell_why_there_is_no_order(
    changes: dict[str, Any], ticks: int, reason: str | None
) -> None:
    """The likeliest reason is given; a strategy with orders needs none."""
    stats = stack_stats(None, changes)

    hints = hints_after(config({}), stats, ticks=ticks, symbols=SYMBOLS).new

    assert (reason is None) is (not hints)
    assert (reason or "") in hints.get("s0", "")


@pytest.mark.parametrize(
    ("wanted", "state", "told"),
    [
        (["SPY"], "running", "SPY did not occur; published were AAA, BBB"),
        (["SPY", "AAA"], "running", None),  # it may still come
        (["SPY", "AAA"], "ended", "SPY did not occur"),
        (["AAA"], "ended", None),
    ],
)
def test_symbols_that_do_not_occur_are_told(
    wanted: list[str], state: str, told: str | None
) -> None:
    """All of them at any time, some of them when all is published."""
    stats = stack_stats({"source_state": state})

    hints = hints_after(config({}, symbols=wanted), stats, ticks=10, symbols=SYMBOLS).new

    assert (told is None) is (not hints)
    assert (told or "") in hints.get("s0", "")


def test_a_run_without_orders_says_why(tmp_path: Path) -> None:
    """In one line, at its end, and in the result."""
    prices, sentiment = tmp_path / "p.csv", tmp_path / "s.csv"
    prices.write_text(
        "timestamp,symbol,price\n2026-01-05T14:30:00Z,AAA,1\n2026-01-05T14:30:02Z,BBB,1\n"
    )
    sentiment.write_text("timestamp,symbol,sentiment\n2026-01-05T14:30:01Z,BBB,99\n")

    done = up("--prices", prices, "--sentiment", sentiment, "--pace", "max", "--until-end")

    assert done.returncode == 0
    (warning,) = [line for line in done.stderr.splitlines() if "warning: " in line]
    assert "1 of its decisions came before a price of their symbol" in warning


def test_what_the_gateway_has_warned_of_is_said_once(tmp_path: Path) -> None:
    """Prices and news without a common symbol: at the start, and in the result."""
    prices, sentiment = tmp_path / "p.csv", tmp_path / "s.csv"
    prices.write_text("timestamp,symbol,price\n2026-01-05T14:30:00Z,AAA,1\n")
    sentiment.write_text("timestamp,symbol,sentiment\n2026-01-05T14:30:00Z,BBB,99\n")

    options = ("--prices", prices, "--sentiment", sentiment, "--pace", "max", "--until-end")
    done = up(*options, "--json")

    (warning,) = [line for line in done.stderr.splitlines() if "warning: " in line]
    assert "no symbol of the news has prices: news of BBB, prices of AAA" in warning
    (hint,) = json.loads(done.stdout)["run"]["warnings"]
    assert "1 of its decisions came before a price of their symbol" in hint


def test_prices_alone_are_told_at_the_start(tmp_path: Path) -> None:
    """The end does not say it again."""
    prices = tmp_path / "p.csv"
    prices.write_text("timestamp,symbol,price\n2026-01-05T14:30:00Z,AAA,1\n")

    done = up("--prices", prices, "--pace", "max", "--until-end", "--json")

    assert done.stderr.count("warning: ") == 1
    assert "warning: strategy news needs news" in done.stderr
    assert '"warnings": ["strategy news needs news' in done.stdout


def test_symbols_of_a_strategy_are_compared_with_the_source(
    files: tuple[str, ...], tmp_path: Path
) -> None:
    """With those in the books of the run."""
    strategy = tmp_path / "few.toml"
    strategy.write_text('quantity = "1"\nuser = "few"\nsymbols = ["SPY"]\n')

    done = up(*files, "--pace", "max", "--until-end", "--strategy-config", strategy)

    assert "warning: strategy few: SPY did not occur; published were AAA, BBB, ZZZ" in done.stderr
