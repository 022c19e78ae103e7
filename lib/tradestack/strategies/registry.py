"""The strategies that a configuration can name: the one place where a shipped one is registered."""

from collections.abc import Iterable, Mapping

from tradestack.strategies.configured import ConfiguredStrategy, configure
from tradestack.strategies.loading import LoadedStrategy, load_strategy

SHIPPED: Mapping[str, str] = {
    "news": "tradestack.strategies.news:News",
    "crossover": "tradestack.strategies.crossover:Crossover",
    "news_crossover": "tradestack.strategies.news_crossover:NewsCrossover",
    "maker": "tradestack.strategies.maker:Maker",
}
NAME_FORM = "module:Class, or /path/to/file.py:Class"


def find_strategy(name: str, packages: str = "") -> LoadedStrategy:
    """Return the strategy of that name, shipped or not; packages: as in `load_strategy`.

    Raises ValueError if there is none.
    """
    name = SHIPPED.get(name, name)
    if ":" not in name and not name.endswith(".py"):
        shipped = ", ".join(SHIPPED)
        raise ValueError(f"{name!r} is no strategy; allowed is {shipped}, or {NAME_FORM}")
    return load_strategy(name, packages)


def build_strategy(
    name: str,
    parameters: Mapping[str, str],
    symbols: Iterable[str] = (),
    *,
    quantity: int,
    packages: str = "",
) -> ConfiguredStrategy:
    """Return the strategy of that name; parameters left out have their defaults.

    Parameters are decimal texts; packages: as in `load_strategy`. Raises ValueError that names the
    parameter and what is allowed, or what is wrong with the strategy.
    """
    return configure(find_strategy(name, packages), parameters, symbols, quantity)
