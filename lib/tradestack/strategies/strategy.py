"""The bases of every strategy.

    Strategy              (state, batch of ticks) → intents           a function of the feed
    InteractiveStrategy   (state, tick or report, view) → decisions   of the feed and its reports

A strategy uses no clock, file, socket or shared memory, so the same feed session gives the same
decisions, live, after a restart and in a backtest. The object holds the parameters; what is learnt
of a feed session is kept in a state that only the strategy reads or changes. How the feed is cut
into batches must not matter. interactive.py has the second kind.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from tradestack.domain.tick import TickKind
from tradestack.strategies.intent import Intent
from tradestack.strategies.parameter import parameters_of
from tradestack.wire.feed import TickBatch, decode_symbol

StateT = TypeVar("StateT")


@dataclass(frozen=True, kw_only=True)
class BaseStrategy(ABC, Generic[StateT]):
    """What all strategies have; a subclass is a frozen dataclass whose fields are its parameters.

    name: the word for it in configurations and orders. version: to be raised when the same feed
    gives other intents than before. value_label: what `Intent.value` is, one word, for people.
    needs: the kinds of ticks without which it never trades. interactive: whether it reads its
    reports, which makes the feed wait for them.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    value_label: ClassVar[str]
    needs: ClassVar[frozenset[TickKind]] = frozenset({TickKind.PRICE})
    interactive: ClassVar[bool]

    symbols: frozenset[str] = frozenset()  # the symbols to trade, empty = every symbol of the feed

    def __post_init__(self) -> None:
        self.check()

    def check(self) -> None:
        """Check relations between parameters. Raises ValueError with the one that is violated."""

    def trades(self, symbol: bytes) -> bool:
        """Return whether the symbol, a padded field of the feed, is to be traded."""
        return not self.symbols or decode_symbol(symbol) in self.symbols

    def parameters(self) -> Mapping[str, str]:
        """Return the effective parameters as decimal texts, a part of what names an order."""
        return {
            name: parameter.format(getattr(self, name))
            for name, parameter in parameters_of(type(self)).items()
        }

    @abstractmethod
    def initial_state(self) -> StateT:
        """Return the state at the start of a feed session."""

    def counters(self, state: StateT) -> Mapping[str, int]:  # noqa: ARG002 (for subclasses)
        """Return the strategy's own counters of this feed session, by name."""
        return {}


@dataclass(frozen=True, kw_only=True)
class Strategy(BaseStrategy[StateT]):
    """A strategy that never learns what became of its orders; the feed never waits for it."""

    interactive: ClassVar[bool] = False

    @abstractmethod
    def on_batch(self, state: StateT, batch: TickBatch) -> Sequence[Intent]:
        """Take the next messages into the state; return the intents in feed order."""
