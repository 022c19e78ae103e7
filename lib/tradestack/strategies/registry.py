"""The strategies that a configuration can name: the one place where a strategy is registered."""

from collections.abc import Iterable, Mapping
from typing import Any

from tradestack.strategies.crossover import Crossover
from tradestack.strategies.news import News
from tradestack.strategies.parameter import parameters_of
from tradestack.strategies.strategy import Strategy

STRATEGIES: Mapping[str, type[Strategy[Any]]] = {
    strategy.name: strategy for strategy in (News, Crossover)
}


def build_strategy(
    name: str, parameters: Mapping[str, str], symbols: Iterable[str] = ()
) -> Strategy[Any]:
    """Build the strategy of that name; parameters left out have their defaults.

    Parameters are decimal texts. Raises ValueError that names the parameter and what is allowed,
    KeyError for an unknown strategy.
    """
    strategy = STRATEGIES[name]
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
