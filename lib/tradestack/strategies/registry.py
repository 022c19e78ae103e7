"""The strategies that a configuration can name: the one place where a strategy is registered.

A strategy that is not shipped is named as `module:Class`, of a module that Python finds.
"""

import importlib
from collections.abc import Iterable, Mapping
from typing import Any

from tradestack.strategies.crossover import Crossover
from tradestack.strategies.interactive import InteractiveStrategy
from tradestack.strategies.news import News
from tradestack.strategies.parameter import parameters_of
from tradestack.strategies.strategy import Strategy

STRATEGIES: Mapping[str, type[Strategy[Any]]] = {
    strategy.name: strategy for strategy in (News, Crossover)
}
MODULE_AND_CLASS = r"[A-Za-z_][A-Za-z0-9_.]*:[A-Za-z_][A-Za-z0-9_]*"

AnyStrategy = Strategy[Any] | InteractiveStrategy[Any]


def strategy_class(name: str) -> type[AnyStrategy]:
    """Return the strategy of that name. Raises ValueError if there is none."""
    if name in STRATEGIES:
        return STRATEGIES[name]
    module, _, class_name = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), class_name, None)
    except ImportError as error:
        raise ValueError(f"{name} is not found: {error}") from error
    if not (isinstance(found, type) and issubclass(found, (Strategy, InteractiveStrategy))):
        raise ValueError(f"{name} is not a class that extends Strategy or InteractiveStrategy")
    return found


def build_strategy(
    name: str, parameters: Mapping[str, str], symbols: Iterable[str] = ()
) -> AnyStrategy:
    """Build the strategy of that name; parameters left out have their defaults.

    Parameters are decimal texts. Raises ValueError that names the parameter and what is allowed,
    or the strategy if there is none of that name.
    """
    strategy = strategy_class(name)
    declared = parameters_of(strategy)
    values = {}
    for parameter, text in parameters.items():
        if parameter not in declared:
            known = ", ".join(declared)
            raise ValueError(f"{name} has no parameter {parameter!r}, known are {known}")
        try:
            values[parameter] = declared[parameter].parse(text)
        except ValueError as error:
            raise ValueError(f"{parameter} {error}") from None
    return strategy(symbols=frozenset(symbols), **values)
