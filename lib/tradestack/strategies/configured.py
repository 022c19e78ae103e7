"""A strategy as a configuration chooses it: the class with its parameters and symbols."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from tradestack.strategies.class_check import has_hook, is_async
from tradestack.strategies.desk import Desk
from tradestack.strategies.loading import LoadedStrategy
from tradestack.strategies.messages import Interest
from tradestack.strategies.parameter import parameters_of, parse_parameters
from tradestack.strategies.strategy import Strategy

CONFIG_HASH_LENGTH = 12


@dataclass(frozen=True)
class ConfiguredStrategy:
    """What is started in each feed session.

    values: of all parameters.
    """

    loaded: LoadedStrategy
    values: Mapping[str, int]
    symbols: frozenset[str]
    quantity: int

    @property
    def strategy(self) -> type[Strategy]:
        """The class."""
        return self.loaded.strategy

    @property
    def name(self) -> str:
        """The word for it in orders."""
        return self.strategy.name

    @property
    def is_interactive(self) -> bool:
        """Whether it reads its reports."""
        return self.strategy.interactive

    @cached_property
    def goes_in_step(self) -> bool:
        """Whether it is given one message at a time, and may have to wait before the next one."""
        return self.strategy.interactive or is_async(self.strategy)

    @cached_property
    def interest(self) -> Interest:
        """Which messages it is given."""
        return Interest(
            prices=has_hook(self.strategy, "on_tick"),
            news=has_hook(self.strategy, "on_news"),
            symbols=self.symbols,
        )

    @property
    def takes_columns(self) -> bool:
        """Whether it is given batches as numpy columns."""
        return has_hook(self.strategy, "on_ticks")

    def parameters(self) -> Mapping[str, str]:
        """Return the effective parameters as decimal texts."""
        return {
            name: parameter.format(self.values[name])
            for name, parameter in parameters_of(self.strategy).items()
        }

    def config_hash(self) -> str:
        """Hash everything that decides about orders; the order of the symbols does not matter."""
        text = json.dumps(
            [
                self.strategy.__name__,
                hashlib.sha256(self.loaded.source).hexdigest(),
                self.parameters(),
                sorted(self.symbols),
                self.quantity,
                *([self.loaded.packages] if self.loaded.packages else []),
            ],
            sort_keys=True,
            separators=(",", ":"),
        )
        return hashlib.sha256(text.encode()).hexdigest()[:CONFIG_HASH_LENGTH]

    def begin(self, desk: Desk) -> Strategy:
        """Return an object for a feed session."""
        return self.strategy(desk, self.values, symbols=self.symbols, quantity=self.quantity)


def configure(
    loaded: LoadedStrategy,
    parameters: Mapping[str, str],
    symbols: Iterable[str],
    quantity: int,
) -> ConfiguredStrategy:
    """Return the strategy with these parameters, which are decimal texts.

    Raises ValueError that names the parameter and what is allowed.
    """
    values = parse_parameters(parameters_of(loaded.strategy), parameters)
    return ConfiguredStrategy(loaded, values, frozenset(symbols), quantity)
