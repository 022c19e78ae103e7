"""The function that notebooks, programs and `tradestackctl backtest` call."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tradestack.backtest.backtest import Reached, Show, run_plan
from tradestack.backtest.plan import (
    Files,
    Plan,
    gateway_plan,
    name_of,
    order_manager_plan,
    path_of,
    strategy_plan,
)
from tradestack.backtest.result import Result
from tradestack.domain.clock import Clock
from tradestack.domain.symbol import listed_symbols
from tradestack.runtime.clock import SystemClock
from tradestack.sources.csv.options import ReadingOptions


def show_nothing(reached: Reached) -> None:
    """Show no progress."""


def run(
    strategy: str | type,
    *,
    prices: Files | None = None,
    sentiment: Files | None = None,
    feed_log: str | Path | None = None,
    config: str | Path | None = None,
    parameters: Mapping[str, object] | None = None,
    quantity: str | None = None,
    symbols: str | Sequence[str] | None = None,
    order_manager: str | Path | None = None,
    options: ReadingOptions | None = None,
    start_ns: int | None = None,
    end_ns: int | None = None,
    shuffle_seed: int | None = None,
    state_dir: str | Path | None = None,
    show: Show = show_nothing,
    clock: Clock | None = None,
) -> Result:
    """Run a strategy on recorded data, and return what became of it.

    strategy: a class, or a name that `strategy` of etc/strategy/news.toml may have. prices,
    sentiment: files, directories or patterns; feed_log: the log of a feed session instead of them;
    without any the sample data. config: a file like etc/strategy/news.toml; parameters, quantity
    and symbols, one or several, replace what it has. order_manager: a file like
    etc/order-manager.toml, with limits and execution. options: how files are read. start_ns,
    end_ns: event times, ns since the Unix epoch. shuffle_seed: from 0; deals the sentiments of
    these times out again among the news. state_dir: where its files go, which stay; None: into a
    new temporary directory.

    Ctrl-C ends it between two batches, with the result up to there. Raises OperatorFault for what
    the caller has to correct, OSError.
    """
    keys = {"quantity": quantity, "symbols": None if symbols is None else listed_symbols(symbols)}
    gateway = gateway_plan(prices, sentiment, options or ReadingOptions())
    order_manager_config = order_manager_plan(path_of(order_manager))
    log, directory = path_of(feed_log), path_of(state_dir)
    instance, strategy_config = strategy_plan(
        name_of(strategy),
        path_of(config),
        {name: value for name, value in keys.items() if value is not None},
        {name: str(value) for name, value in (parameters or {}).items()},
    )
    plan = Plan(
        instance=instance,
        strategy=strategy_config,
        order_manager=order_manager_config,
        gateway=gateway,
        feed_log=log,
        start_ns=start_ns,
        end_ns=end_ns,
        shuffle_seed=shuffle_seed,
        state_directory=directory,
    )
    return run_plan(plan, clock or SystemClock(), show)
