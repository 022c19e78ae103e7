"""Runs by the engine: each is what a backtest alone is, on the same ticks."""

import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.kit.findable import make_tests_findable
from tradestack import backtest
from tradestack.backtest.plan import Plan, gateway_plan, order_manager_plan, strategy_plan
from tradestack.backtest.sweep.engine import EngineRun
from tradestack.backtest.sweep.market import Market, open_market
from tradestack.backtest.sweep.pool import run_tasks
from tradestack.backtest.sweep.tasks import Task
from tradestack.backtest.sweep.window import Window
from tradestack.domain.faults import OperatorFault
from tradestack.domain.fixed_point import parse_fixed
from tradestack.domain.tick import TickKind
from tradestack.report.statistics.excursion import Excursion
from tradestack.runtime.clock import SystemClock
from tradestack.sources.csv.options import ReadingOptions

DATA = Path(__file__).parents[3] / "data"
MINUTE_NS = 60_000_000_000
OPEN_NS = 1_768_487_400_000_000_000  # 2026-01-15T14:30:00Z
HOUR = Window(OPEN_NS, OPEN_NS + 60 * MINUTE_NS)
REALISTIC = """\
[execution]
slippage = "basis-points"
slippage_bp = "0.7"
entry_latency = "250ms"
ioc_window = "2s"
participation_bp = 200
fee_bp = "1.3"
"""
QUOTER = "tests.kit.burst_quoter:BurstQuoter"
QUANTITY = "3.37"  # no share is whole, so that every rounding counts


def rules_in(directory: Path) -> Path:
    """Write the configuration of an order manager with costs."""
    path = directory / "order-manager.toml"
    path.write_text(REALISTIC)
    return path


def plan_of(tmp_path: Path, strategy: str, *, shuffle_seed: int | None = None) -> Plan:
    """The first hour of the sample data, with costs."""
    instance, config = strategy_plan(strategy, None, {"quantity": QUANTITY}, {})
    files = gateway_plan(DATA / "prices.csv", DATA / "sentiment.csv", ReadingOptions())
    return Plan(
        instance=instance,
        strategy=config,
        order_manager=order_manager_plan(rules_in(tmp_path)),
        gateway=files,
        start_ns=HOUR.start_ns,
        end_ns=HOUR.end_ns,
        shuffle_seed=shuffle_seed,
    )


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Market]:
    """The market of the crossover strategy."""
    with open_market(plan_of(tmp_path, "crossover"), SystemClock(), lambda share: None) as opened:
        yield opened


@pytest.mark.parametrize(
    ("strategy", "parameters"),
    [
        ("crossover", {"short_ticks": "5", "long_ticks": "20"}),
        ("news", {"buy_above": "55", "sell_below": "45"}),
        (QUOTER, {}),  # reads its reports
    ],
)
def test_a_run_is_what_a_backtest_alone_is(
    tmp_path: Path, strategy: str, parameters: dict[str, str]
) -> None:
    """It has as many orders and fills, and ends with the same equity, to the last digit."""
    make_tests_findable()
    alone = backtest.run(
        strategy,
        prices=DATA / "prices.csv",
        sentiment=DATA / "sentiment.csv",
        parameters=parameters,
        quantity=QUANTITY,
        order_manager=rules_in(tmp_path),
        start_ns=HOUR.start_ns,
        end_ns=HOUR.end_ns,
        state_dir=tmp_path / "alone",
    )
    plan = plan_of(tmp_path, strategy)
    with open_market(plan, SystemClock(), lambda share: None) as market:
        measure = market.measure([market.span], market.intervals(MINUTE_NS))
        result = measure.run_one(parameters, market.span)

    (account,) = alone.run_accounts.values()
    assert (result.ticks, result.orders, result.fills) == (
        alone.ticks,
        alone.orders,
        alone.fill_count,
    )
    assert result.fills > 10
    assert result.equity.values[-1] == parse_fixed(account.equity)


def test_a_window_is_a_feed_of_its_own(market: Market) -> None:
    """It begins flat, and ends with what was earned in it; an empty one earns nothing."""
    span = market.span
    half = Window(span.start_ns, span.start_ns + span.length_ns // 2)
    empty = Window(span.start_ns - MINUTE_NS, span.start_ns)
    measure = market.measure([half, empty], market.intervals(MINUTE_NS))
    parameters = {"short_ticks": "5", "long_ticks": "20"}

    first, nothing = (measure.run_one(parameters, window) for window in (half, empty))

    assert 0 < first.ticks < market.measure([span], measure.intervals).run_one({}, span).ticks
    assert first.equity.times_ns[-1] < half.end_ns
    assert (nothing.ticks, nothing.orders, nothing.fills) == (0, 0, 0)
    assert Excursion.of(nothing.equity.values) == Excursion()


def test_all_processes_come_to_the_same_figures(market: Market) -> None:
    """Runs in a pool are those of this process, and leave no files."""
    measure = market.measure([market.span], market.intervals(MINUTE_NS))
    tasks = [
        Task(number, {"short_ticks": str(short), "long_ticks": "30"}, market.span)
        for number, short in enumerate((5, 10, 20))
    ]

    outcomes = sorted(run_tasks(tasks, measure, 2), key=lambda outcome: outcome.task.number)

    assert outcomes == [measure(task) for task in tasks]
    assert all(outcome.figures is not None for outcome in outcomes)
    assert isinstance(measure.run_one, EngineRun)
    (feed,) = measure.run_one.directory.iterdir()
    assert feed.suffix == ".feed"


def test_a_run_can_be_sent_to_another_process(market: Market) -> None:
    """Configurations have read-only mappings, which arrive as they were."""
    run_one = market.measure([market.span], market.intervals(MINUTE_NS)).run_one

    assert pickle.loads(pickle.dumps(run_one)) == run_one


def test_news_can_be_shuffled(tmp_path: Path) -> None:
    """The market then has the same news, with the sentiments in another order."""
    sentiments = []
    for seed in (None, 1, 1):
        plan = plan_of(tmp_path, "news", shuffle_seed=seed)
        with open_market(plan, SystemClock(), lambda share: None) as market:
            records = market.ticks.records
            is_news = records["kind"] == int(TickKind.NEWS)
            sentiments.append(records["value"][is_news].astype(np.int64).tolist())
    real, shuffled, again = sentiments

    assert sorted(shuffled) == sorted(real)
    assert shuffled == again != real


def test_a_market_without_ticks_is_refused(tmp_path: Path) -> None:
    """There is nothing to run on."""
    plan = plan_of(tmp_path, "news")
    early = replace(plan, start_ns=None, end_ns=OPEN_NS - 1)

    with (
        pytest.raises(OperatorFault, match="has no ticks"),
        open_market(early, SystemClock(), lambda share: None),
    ):
        pass
