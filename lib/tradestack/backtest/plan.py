"""The plan of a backtest, from what its caller names; nothing is opened yet."""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tradestack.configs.gateway import GatewayConfig
from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.configs.sample_data import sample_files
from tradestack.configs.strategy import StrategyConfig, import_strategy
from tradestack.domain.faults import OperatorFault
from tradestack.runtime.config.keys import load_config, parse_config, read_table
from tradestack.sources.csv.options import ReadingOptions
from tradestack.strategies.strategy import Strategy
from tradestack.trading.desk.epoch import INSTANCE_LENGTH_MAX
from tradestack.wire.soup import USER_LENGTH_MAX

QUANTITY = "10"  # as etc/strategy/news.toml has it
_FILE = re.compile(r"(.+\.py)(|:\w+)")  # and its class
_NOT_OF_A_NAME = re.compile(r"[^a-z0-9]")

Files = str | Path | Sequence[str | Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A strategy, what it is tested on, and within which limits.

    gateway: its files, unless feed_log names the log of a feed session. start_ns, end_ns: of the
    event times, None: all of that side. shuffle_seed: deals the sentiments of these times out
    again, None: they stay. state_directory: None for a new temporary one.
    """

    instance: str
    strategy: StrategyConfig
    order_manager: OrderManagerConfig
    gateway: GatewayConfig
    feed_log: Path | None = None
    start_ns: int | None = None
    end_ns: int | None = None
    shuffle_seed: int | None = None
    state_directory: Path | None = None


def strategy_class(name: str) -> type[Strategy]:
    """Import the strategy of that name. Raises OperatorFault."""
    try:
        return import_strategy(name).strategy
    except ValueError as error:
        raise OperatorFault(f"strategy {name}", str(error), _remedy(name, error)) from error


def strategy_plan(
    name: str, config: Path | None, changes: Mapping[str, object], parameters: Mapping[str, str]
) -> tuple[str, StrategyConfig]:
    """Return instance and configuration of the strategy of that name.

    config: a file such as etc/strategy/news.toml. changes: keys that replace those of the file, as
    parameters do. Raises OperatorFault.
    """
    word = _NOT_OF_A_NAME.sub("", strategy_class(name).name.lower()) or "user"
    instance = word[:INSTANCE_LENGTH_MAX]
    table: dict[str, object] = {"quantity": QUANTITY, "user": word[:USER_LENGTH_MAX]}
    source = f"strategy {name}"
    if config is not None:
        instance, source = config.stem, str(config)
        table = read_table(config)
    written = table.get("parameters", {})
    if isinstance(written, Mapping):
        table["parameters"] = {**written, **parameters}
    table |= {"strategy": name, **changes}
    return instance, parse_config(StrategyConfig, table, source=source)


def order_manager_plan(config: Path | None) -> OrderManagerConfig:
    """Return limits and execution: as shipped, or as a file has them. Raises OperatorFault."""
    return OrderManagerConfig() if config is None else load_config(OrderManagerConfig, config)


def gateway_plan(
    prices: Files | None, sentiment: Files | None, options: ReadingOptions
) -> GatewayConfig:
    """Return the files to read: those that are named, or else the sample data.

    Raises OperatorFault.
    """
    given = {"prices": prices, "sentiment": sentiment}
    table: dict[str, object] = {
        name: _absolute(files) for name, files in given.items() if files is not None
    }
    if not table:
        samples = sample_files()
        if samples is None:
            raise OperatorFault("prices", "no sample data is installed", "name a file of prices")
        table |= samples
    config = parse_config(GatewayConfig, table, source="data")
    return replace(config, format=options)


def path_of(path: str | Path | None) -> Path | None:
    """Return a path that stays the same if a strategy's file changes the working directory."""
    return None if path is None else Path(path).absolute()


def name_of(strategy: str | type) -> str:
    """Return the name by which the registry finds a strategy, a file by its absolute path.

    Raises OperatorFault. A class that a notebook defines is found in its main module.
    """
    if isinstance(strategy, str):
        file = _FILE.fullmatch(strategy)
        return strategy if file is None else f"{Path(file[1]).absolute()}{file[2]}"
    if strategy.__qualname__ != strategy.__name__:
        raise OperatorFault(
            f"strategy {strategy.__qualname__}",
            "is defined inside a function or another class",
            "define it at the top of a module or notebook",
        )
    return f"{strategy.__module__}:{strategy.__name__}"


def _remedy(name: str, error: ValueError) -> str:
    """Return what to do about a strategy that cannot be used: some lack only a package."""
    cause = error.__cause__
    if isinstance(cause, ModuleNotFoundError) and cause.name and not name.startswith(cause.name):
        package = cause.name.partition(".")[0]
        return f"install what it imports ({sys.executable} -m pip install {package}), or correct it"
    return "name another strategy, or correct this one"


def _absolute(files: Files) -> list[str]:
    named = [files] if isinstance(files, str | Path) else list(files)
    return [str(Path(file).absolute()) for file in named]
